"""CreateCustomKeyStore: what it makes, and each of its errors."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pytest_kmsmock import CloudHsmCluster, KmsMock, XksProxy

pytestmark = pytest.mark.usefixtures("newest_model")


def test_new_cloudhsm_store_is_disconnected(
    client: Any, cluster: CloudHsmCluster, hsm_store: str, described: Any
) -> None:
    """Its password is not shown."""
    entry = described(hsm_store)

    assert re.fullmatch("cks-[0-9a-f]{17}", hsm_store)
    del entry["CreationDate"]
    assert entry == {
        "CustomKeyStoreId": hsm_store,
        "CustomKeyStoreName": "hsm",
        "CustomKeyStoreType": "AWS_CLOUDHSM",
        "CloudHsmClusterId": cluster.id,
        "TrustAnchorCertificate": cluster.trust_anchor,
        "ConnectionState": "DISCONNECTED",
    }


def test_new_external_store_is_disconnected(
    proxy: XksProxy, xks_store: str, described: Any
) -> None:
    """Its secret access key is not shown."""
    entry = described(xks_store)

    del entry["CreationDate"]
    assert entry == {
        "CustomKeyStoreId": xks_store,
        "CustomKeyStoreName": "xks",
        "CustomKeyStoreType": "EXTERNAL_KEY_STORE",
        "ConnectionState": "DISCONNECTED",
        "XksProxyConfiguration": {
            "Connectivity": "PUBLIC_ENDPOINT",
            "AccessKeyId": proxy.access_key_id,
            "UriEndpoint": proxy.endpoint,
            "UriPath": proxy.path,
        },
    }


def test_store_behind_a_vpc_endpoint_service_shows_it(
    client: Any, vpc_proxy: XksProxy, described: Any
) -> None:
    """The owner of the service is the caller's account unless another is named."""
    parameters = vpc_proxy.parameters
    del parameters["XksProxyVpcEndpointServiceOwner"]
    created = client.create_custom_key_store(CustomKeyStoreName="vpc", **parameters)

    configuration = described(created["CustomKeyStoreId"])["XksProxyConfiguration"]
    assert configuration["Connectivity"] == "VPC_ENDPOINT_SERVICE"
    assert configuration["VpcEndpointServiceName"] == vpc_proxy.service_name
    assert configuration["VpcEndpointServiceOwner"] == "123456789012"


def test_cloudhsm_is_the_default_type(client: Any, cluster: CloudHsmCluster) -> None:
    """CustomKeyStoreType may be left out."""
    parameters = cluster.parameters
    del parameters["CustomKeyStoreType"]

    assert client.create_custom_key_store(CustomKeyStoreName="hsm", **parameters)


def test_tenth_store_is_the_last(kms: KmsMock, client: Any, refusal: Any) -> None:
    """LimitExceededException above the quota, both types together."""
    for number in range(10):
        outside = kms.xks_proxy() if number % 2 else kms.cloudhsm_cluster()
        client.create_custom_key_store(CustomKeyStoreName=str(number), **outside.parameters)

    code, text = refusal(
        client.create_custom_key_store,
        CustomKeyStoreName="one too many",
        **kms.xks_proxy().parameters,
    )
    assert code == "LimitExceededException"
    assert "10" in text

    kms.quotas.custom_key_stores = 11
    client.create_custom_key_store(CustomKeyStoreName="11", **kms.xks_proxy().parameters)


def test_secrets_are_not_printed(
    kms: KmsMock, client: Any, cluster: CloudHsmCluster, proxy: XksProxy
) -> None:
    """Neither the password nor the credential, in a failing test's report."""
    client.create_custom_key_store(CustomKeyStoreName="hsm", **cluster.parameters)
    client.create_custom_key_store(CustomKeyStoreName="xks", **proxy.parameters)

    printed = " ".join(map(repr, kms.calls))
    for secret in (cluster.password, proxy.access_key_id, proxy.secret_access_key):
        assert secret not in printed
    assert cluster.id in printed
