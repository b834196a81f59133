"""A key that the tests of enclaves name by its alias."""

from __future__ import annotations

import pytest

from pytest_kmsmock import Key, KmsMock


@pytest.fixture
def key(kms: KmsMock) -> Key:
    return kms.create_key(alias="alias/app")
