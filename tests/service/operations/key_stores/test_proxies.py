"""Proxies that a store is told of: whether KMS reaches them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMock, XksProxy
from pytest_kmsmock.service.rules.proxies import TROUBLES

pytestmark = pytest.mark.usefixtures("newest_model")
TROUBLED = [
    ("reachable", False, "unreachable"),
    ("tls_valid", False, "tls"),
    ("path", "/elsewhere/kms/xks/v1", "path"),
    ("access_key_id", "Z" * 20, "credentials"),
    ("secret_access_key", "z" * 43, "credentials"),
    *(
        ("answers", answer, answer)
        for answer in ("late", "never", "nonsense", "denied", "unhealthy")
    ),
]


@pytest.mark.parametrize(("name", "value", "trouble"), TROUBLED)
def test_proxy_is_asked_for_its_health(
    client: Any, proxy: XksProxy, refusal: Any, name: str, value: Any, trouble: str
) -> None:
    """A public endpoint must answer before the store exists."""
    parameters = proxy.parameters
    setattr(proxy, name, value)

    found = TROUBLES[trouble]
    assert found.managed is not None
    assert refusal(client.create_custom_key_store, CustomKeyStoreName="xks", **parameters) == (
        found.managed.__name__,
        found.managed_words or found.words,
    )
    assert client.describe_custom_key_stores()["CustomKeyStores"] == []


@pytest.mark.parametrize(
    ("answer", "code", "text"),
    [
        (
            "late",
            "XksProxyUriUnreachableException",
            "AWS KMS cannot communicate with the external key store proxy. This might be a "
            "transient network issue.",
        ),
        (
            "nonsense",
            "XksProxyInvalidResponseException",
            "AWS KMS cannot interpret the response from the external key store proxy.",
        ),
        (
            "unhealthy",
            "XksProxyUriUnreachableException",
            "The external key store proxy is in an unhealthy state.",
        ),
    ],
)
def test_words_of_a_proxy_in_trouble(
    client: Any, proxy: XksProxy, refusal: Any, answer: Any, code: str, text: str
) -> None:
    """Source: KMS Developer Guide, "Troubleshooting external key stores"."""
    proxy.answers = answer

    found = refusal(client.create_custom_key_store, CustomKeyStoreName="xks", **proxy.parameters)

    assert found[0] == code
    assert found[1].startswith(text)


def test_endpoint_where_nobody_is(client: Any, proxy: XksProxy, refusal: Any) -> None:
    """XksProxyUriUnreachableException."""
    parameters = proxy.parameters
    proxy.delete()

    code, _ = refusal(client.create_custom_key_store, CustomKeyStoreName="xks", **parameters)

    assert code == "XksProxyUriUnreachableException"


def test_proxy_in_a_vpc_is_asked_when_the_store_is_connected(
    client: Any, vpc_proxy: XksProxy
) -> None:
    """There is no way to it before."""
    vpc_proxy.reachable = False

    assert client.create_custom_key_store(CustomKeyStoreName="vpc", **vpc_proxy.parameters)


def test_vpc_endpoint_service_must_be_there(client: Any, vpc_proxy: XksProxy, refusal: Any) -> None:
    """XksProxyVpcEndpointServiceNotFoundException, also if it is another account's."""
    parameters = vpc_proxy.parameters
    vpc_proxy.service_owner = "210987654321"
    expected = "XksProxyVpcEndpointServiceNotFoundException"

    code, _ = refusal(client.create_custom_key_store, CustomKeyStoreName="vpc", **parameters)
    assert code == expected

    vpc_proxy.delete()
    code, _ = refusal(client.create_custom_key_store, CustomKeyStoreName="vpc", **parameters)
    assert code == expected


def test_vpc_endpoint_service_must_meet_the_requirements(
    client: Any, vpc_proxy: XksProxy, refusal: Any
) -> None:
    """Its private DNS name, the endpoint of the store, is one of them."""
    parameters = vpc_proxy.parameters
    elsewhere = parameters | {"XksProxyUriEndpoint": "https://elsewhere.example.com"}
    expected = "XksProxyVpcEndpointServiceInvalidConfigurationException"

    code, _ = refusal(client.create_custom_key_store, CustomKeyStoreName="vpc", **elsewhere)
    assert code == expected

    vpc_proxy.service_valid = False
    code, _ = refusal(client.create_custom_key_store, CustomKeyStoreName="vpc", **parameters)
    assert code == expected


OTHER_CREDENTIAL = {"AccessKeyId": "Z" * 20, "RawSecretAccessKey": "z" * 43}


def test_wrong_path_or_credential(update: Any, xks_store: str, refusal: Any) -> None:
    """The error tells which of the two it is."""
    code, text = refusal(update, CustomKeyStoreId=xks_store, XksProxyUriPath="/new/kms/xks/v1")
    assert code == "XksProxyInvalidConfigurationException"
    assert "invalid URI path" in text

    code, _ = refusal(
        update, CustomKeyStoreId=xks_store, XksProxyAuthenticationCredential=OTHER_CREDENTIAL
    )
    assert code == "XksProxyIncorrectAuthenticationCredentialException"


def test_wrong_endpoint(update: Any, xks_store: str, refusal: Any) -> None:
    """XksProxyUriUnreachableException."""
    code, _ = refusal(
        update, CustomKeyStoreId=xks_store, XksProxyUriEndpoint="https://new.example.com"
    )

    assert code == "XksProxyUriUnreachableException"


def test_store_moves_into_a_vpc_and_out_again(
    update: Any, proxy: XksProxy, vpc_proxy: XksProxy, xks_store: str, described: Any
) -> None:
    """With its endpoint; outside of a VPC there is no service any more."""
    into = vpc_proxy.parameters
    out = proxy.parameters
    del into["CustomKeyStoreType"], out["CustomKeyStoreType"]

    update(CustomKeyStoreId=xks_store, **into)
    configuration = described(xks_store)["XksProxyConfiguration"]
    assert configuration["Connectivity"] == "VPC_ENDPOINT_SERVICE"
    assert configuration["VpcEndpointServiceName"] == vpc_proxy.service_name

    update(CustomKeyStoreId=xks_store, **out)
    configuration = described(xks_store)["XksProxyConfiguration"]
    assert configuration["Connectivity"] == "PUBLIC_ENDPOINT"
    assert "VpcEndpointServiceName" not in configuration


def test_vpc_endpoint_service_in_trouble(
    kms: KmsMock, client: Any, update: Any, vpc_proxy: XksProxy, refusal: Any
) -> None:
    """It must be there and meet the requirements; the proxy is asked later."""
    created = client.create_custom_key_store(CustomKeyStoreName="vpc", **vpc_proxy.parameters)
    store = {"CustomKeyStoreId": created["CustomKeyStoreId"]}
    other = kms.xks_proxy(connectivity="VPC_ENDPOINT_SERVICE")
    change = store | {
        "XksProxyUriEndpoint": other.endpoint,
        "XksProxyVpcEndpointServiceName": other.service_name,
    }
    other.service_valid = False
    assert refusal(update, **change)[0] == "XksProxyVpcEndpointServiceInvalidConfigurationException"
    other.service_valid, other.service_owner = True, "210987654321"
    assert refusal(update, **change)[0] == "XksProxyVpcEndpointServiceNotFoundException"

    other.reachable = False
    update(**change, XksProxyVpcEndpointServiceOwner="210987654321")
