"""A client of the application's own, and the key that it uses."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from pytest_kmsmock import KmsMock

SESSION = botocore.session.Session()


@pytest.fixture
def client(kms: KmsMock) -> Any:
    """A client as an application makes one."""
    return SESSION.create_client("kms")
