"""A client of the application's own, and the key that it uses."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from pytest_kmsmock import Key, KmsMock

SESSION = botocore.session.Session()


@pytest.fixture
def client(kms: KmsMock) -> Any:
    """A client as an application makes one."""
    return SESSION.create_client("kms")


@pytest.fixture
def key(kms: KmsMock) -> Key:
    return kms.create_key(alias="alias/app")
