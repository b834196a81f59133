"""What custom key stores must not have in common."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import CloudHsmCluster, KmsMock, XksProxy

pytestmark = pytest.mark.usefixtures("newest_model")


def test_repeated_request_returns_the_store_that_is_there(
    client: Any, cluster: CloudHsmCluster, hsm_store: str, refusal: Any
) -> None:
    """AWS takes it for a retry, as long as that store is disconnected."""
    repeated = {"CustomKeyStoreName": "hsm", **cluster.parameters}
    assert client.create_custom_key_store(**repeated)["CustomKeyStoreId"] == hsm_store

    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)

    assert refusal(client.create_custom_key_store, **repeated)[0] == (
        "CustomKeyStoreNameInUseException"
    )


def test_name_belongs_to_one_store(
    client: Any, proxy: XksProxy, hsm_store: str, refusal: Any
) -> None:
    """CustomKeyStoreNameInUseException, whatever the types are."""
    code, text = refusal(
        client.create_custom_key_store, CustomKeyStoreName="hsm", **proxy.parameters
    )

    assert code == "CustomKeyStoreNameInUseException"
    assert "hsm" in text


def test_uri_belongs_to_one_store(
    client: Any, proxy: XksProxy, xks_store: str, refusal: Any
) -> None:
    """XksProxyUriInUseException: the endpoint together with the path."""
    code, text = refusal(
        client.create_custom_key_store, CustomKeyStoreName="other", **proxy.parameters
    )

    assert code == "XksProxyUriInUseException"
    assert xks_store in text


def test_public_endpoint_may_have_several_paths(
    kms: KmsMock, client: Any, proxy: XksProxy, xks_store: str
) -> None:
    """Only the whole URI must be unique."""
    other = kms.xks_proxy(endpoint=proxy.endpoint, path="/other/kms/xks/v1")

    assert client.create_custom_key_store(CustomKeyStoreName="other", **other.parameters)


def test_private_endpoint_belongs_to_one_store(
    kms: KmsMock, client: Any, proxy: XksProxy, xks_store: str, refusal: Any
) -> None:
    """XksProxyUriEndpointInUseException, whichever of the two is in a VPC."""
    private = kms.xks_proxy(
        connectivity="VPC_ENDPOINT_SERVICE", endpoint=proxy.endpoint, path="/other/kms/xks/v1"
    )

    code, _ = refusal(
        client.create_custom_key_store, CustomKeyStoreName="other", **private.parameters
    )

    assert code == "XksProxyUriEndpointInUseException"


def test_vpc_endpoint_service_belongs_to_one_store(
    client: Any, vpc_proxy: XksProxy, refusal: Any
) -> None:
    """XksProxyVpcEndpointServiceInUseException."""
    parameters = vpc_proxy.parameters
    client.create_custom_key_store(CustomKeyStoreName="vpc", **parameters)
    parameters["XksProxyUriEndpoint"] = "https://other.example.com"

    code, _ = refusal(client.create_custom_key_store, CustomKeyStoreName="other", **parameters)

    assert code == "XksProxyVpcEndpointServiceInUseException"


def test_name_of_another_store(update: Any, hsm_store: str, xks_store: str, refusal: Any) -> None:
    """CustomKeyStoreNameInUseException."""
    code, _ = refusal(update, CustomKeyStoreId=xks_store, NewCustomKeyStoreName="hsm")

    assert code == "CustomKeyStoreNameInUseException"


def test_what_is_another_stores(
    kms: KmsMock, client: Any, update: Any, proxy: XksProxy, xks_store: str, refusal: Any
) -> None:
    """The URI, the endpoint in a VPC, and the service."""
    public = kms.xks_proxy()
    private = kms.xks_proxy(connectivity="VPC_ENDPOINT_SERVICE")
    created = client.create_custom_key_store(CustomKeyStoreName="public", **public.parameters)
    mine = {"CustomKeyStoreId": created["CustomKeyStoreId"]}
    client.create_custom_key_store(CustomKeyStoreName="private", **private.parameters)

    for change, expected in (
        ({"XksProxyUriEndpoint": proxy.endpoint}, "XksProxyUriInUseException"),
        (
            {
                "XksProxyUriEndpoint": private.endpoint,
                "XksProxyUriPath": "/other/kms/xks/v1",
            },
            "XksProxyUriEndpointInUseException",
        ),
        (
            {
                "XksProxyConnectivity": "VPC_ENDPOINT_SERVICE",
                "XksProxyUriEndpoint": "https://other.example.com",
                "XksProxyVpcEndpointServiceName": private.service_name,
            },
            "XksProxyVpcEndpointServiceInUseException",
        ),
    ):
        assert refusal(update, **mine, **change)[0] == expected
