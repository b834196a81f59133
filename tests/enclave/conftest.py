"""An enclave and a key; without the extra that enclaves need, the tests are skipped."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import Enclave, Key, KmsMock

Refusal = Callable[..., dict[str, Any]]

HERE = os.path.dirname(__file__)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # tox's environment with all extras sets it: there nothing may be missing.
    if os.environ.get("KMSMOCK_EXTRAS") == "required" or importlib.util.find_spec("cbor2"):
        return
    for item in items:
        if str(item.path).startswith(HERE):
            item.add_marker(pytest.mark.skip(reason="the extra `nitro` is not installed"))


@pytest.fixture
def client(kms: KmsMock) -> Any:
    """A client as an application has one."""
    return kms.client()


@pytest.fixture
def key(kms: KmsMock) -> Key:
    return kms.create_key(alias="alias/app")


@pytest.fixture
def enclave(kms: KmsMock) -> Enclave:
    return kms.enclave()


@pytest.fixture
def refusal() -> Refusal:
    """Call something that AWS refuses; return the error."""

    def call(method: Callable[..., Any], **params: Any) -> dict[str, Any]:
        with pytest.raises(ClientError) as caught:
            method(**params)
        return dict(caught.value.response["Error"])

    return call
