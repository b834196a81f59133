"""What a client sees of custom key stores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_kmsmock import KmsMock, XksProxy


@pytest.fixture
def vpc_proxy(kms: KmsMock) -> XksProxy:
    """A proxy behind a VPC endpoint service."""
    return kms.xks_proxy(["external"], connectivity="VPC_ENDPOINT_SERVICE")


@pytest.fixture
def described(client: Any) -> Callable[[str], dict[str, Any]]:
    """Return what DescribeCustomKeyStores says of a store."""

    def call(store_id: str) -> dict[str, Any]:
        [entry] = client.describe_custom_key_stores(CustomKeyStoreId=store_id)["CustomKeyStores"]
        found: dict[str, Any] = entry
        return found

    return call


@pytest.fixture
def connection(described: Any) -> Callable[[str], tuple[str, str | None]]:
    """Return the connection state of a store, and why it is FAILED."""

    def call(store_id: str) -> tuple[str, str | None]:
        entry = described(store_id)
        return entry["ConnectionState"], entry.get("ConnectionErrorCode")

    return call


@pytest.fixture
def update(client: Any) -> Any:
    """UpdateCustomKeyStore."""
    return client.update_custom_key_store
