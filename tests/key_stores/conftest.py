"""A cluster and a proxy, the key stores that they back, and keys in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import CloudHsmCluster, KmsMock, XksProxy

Refusal = Callable[..., tuple[str, str]]


@pytest.fixture
def client(kms: KmsMock) -> Any:
    """A client of us-east-1, as an application has one."""
    return kms.client("us-east-1")


@pytest.fixture
def refusal() -> Refusal:
    """Call something that AWS refuses; return the code and the text of the error."""

    def call(method: Callable[..., Any], **params: Any) -> tuple[str, str]:
        with pytest.raises(ClientError) as caught:
            method(**params)
        error = caught.value.response["Error"]
        return error["Code"], error["Message"]

    return call


@pytest.fixture
def cluster(kms: KmsMock) -> CloudHsmCluster:
    """An active CloudHSM cluster with two HSMs."""
    return kms.cloudhsm_cluster()


@pytest.fixture
def proxy(kms: KmsMock) -> XksProxy:
    """An external key store proxy at a public endpoint, with an external key."""
    return kms.xks_proxy(["external"])


@pytest.fixture
def vpc_proxy(kms: KmsMock) -> XksProxy:
    """A proxy behind a VPC endpoint service."""
    return kms.xks_proxy(["external"], connectivity="VPC_ENDPOINT_SERVICE")


@pytest.fixture
def hsm_store(client: Any, cluster: CloudHsmCluster) -> str:
    """The ID of a new AWS_CLOUDHSM store, not yet connected."""
    created = client.create_custom_key_store(CustomKeyStoreName="hsm", **cluster.parameters)
    store_id: str = created["CustomKeyStoreId"]
    return store_id


@pytest.fixture
def xks_store(client: Any, proxy: XksProxy) -> str:
    """The ID of a new EXTERNAL_KEY_STORE, not yet connected."""
    created = client.create_custom_key_store(CustomKeyStoreName="xks", **proxy.parameters)
    store_id: str = created["CustomKeyStoreId"]
    return store_id


@pytest.fixture
def hsm_key(client: Any, hsm_store: str) -> str:
    """The ARN of a key in the connected AWS_CLOUDHSM store."""
    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)
    created = client.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=hsm_store)
    arn: str = created["KeyMetadata"]["Arn"]
    return arn


@pytest.fixture
def xks_key(client: Any, xks_store: str) -> str:
    """The ARN of a key in the connected EXTERNAL_KEY_STORE."""
    client.connect_custom_key_store(CustomKeyStoreId=xks_store)
    created = client.create_key(
        Origin="EXTERNAL_KEY_STORE", CustomKeyStoreId=xks_store, XksKeyId="external"
    )
    arn: str = created["KeyMetadata"]["Arn"]
    return arn


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
