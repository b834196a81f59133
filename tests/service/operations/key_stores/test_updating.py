"""UpdateCustomKeyStore: what can be changed when, and each of its errors."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import CloudHsmCluster, KmsMock, XksProxy
from pytest_kmsmock.service.rules.proxies import TROUBLES

pytestmark = pytest.mark.usefixtures("newest_model")

STATE = "CustomKeyStoreInvalidStateException"
OTHER_CREDENTIAL = {"AccessKeyId": "Z" * 20, "RawSecretAccessKey": "z" * 43}


@pytest.fixture
def update(client: Any) -> Any:
    """UpdateCustomKeyStore."""
    return client.update_custom_key_store


def test_name_changes_in_a_connected_store_too(
    client: Any, update: Any, hsm_store: str, described: Any
) -> None:
    """The old name is free then, and the own name is no other's."""
    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)

    update(CustomKeyStoreId=hsm_store, NewCustomKeyStoreName="new")
    update(CustomKeyStoreId=hsm_store, NewCustomKeyStoreName="new")

    assert described(hsm_store)["CustomKeyStoreName"] == "new"


def test_name_of_another_store(update: Any, hsm_store: str, xks_store: str, refusal: Any) -> None:
    """CustomKeyStoreNameInUseException."""
    code, _ = refusal(update, CustomKeyStoreId=xks_store, NewCustomKeyStoreName="hsm")

    assert code == "CustomKeyStoreNameInUseException"


def test_what_a_connected_cloudhsm_store_refuses(
    client: Any, update: Any, cluster: CloudHsmCluster, hsm_store: str, refusal: Any
) -> None:
    """Everything but the name."""
    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)

    for change in ({"KeyStorePassword": "another"}, {"CloudHsmClusterId": cluster.id}):
        assert refusal(update, CustomKeyStoreId=hsm_store, **change)[0] == STATE


def test_what_a_connected_external_store_takes(
    client: Any, update: Any, proxy: XksProxy, xks_store: str, described: Any
) -> None:
    """The credential and the path besides the name."""
    client.connect_custom_key_store(CustomKeyStoreId=xks_store)
    proxy.path = "/new/kms/xks/v1"
    proxy.access_key_id = OTHER_CREDENTIAL["AccessKeyId"]
    proxy.secret_access_key = OTHER_CREDENTIAL["RawSecretAccessKey"]

    update(
        CustomKeyStoreId=xks_store,
        XksProxyUriPath="/new/kms/xks/v1",
        XksProxyAuthenticationCredential=OTHER_CREDENTIAL,
    )

    configuration = described(xks_store)["XksProxyConfiguration"]
    assert configuration["UriPath"] == "/new/kms/xks/v1"
    assert configuration["AccessKeyId"] == OTHER_CREDENTIAL["AccessKeyId"]


def test_what_a_connected_external_store_refuses(
    client: Any, update: Any, vpc_proxy: XksProxy, xks_store: str, refusal: Any
) -> None:
    """Where the proxy is."""
    client.connect_custom_key_store(CustomKeyStoreId=xks_store)

    for change in (
        {"XksProxyUriEndpoint": "https://new.example.com"},
        {"XksProxyConnectivity": "PUBLIC_ENDPOINT"},
        {"XksProxyVpcEndpointServiceName": vpc_proxy.service_name},
        {"XksProxyVpcEndpointServiceOwner": "123456789012"},
    ):
        assert refusal(update, CustomKeyStoreId=xks_store, **change)[0] == STATE


def test_failed_store_is_disconnected_first(
    client: Any, update: Any, proxy: XksProxy, xks_store: str, refusal: Any
) -> None:
    """Not even its name changes."""
    proxy.reachable = False
    client.connect_custom_key_store(CustomKeyStoreId=xks_store)

    code, _ = refusal(update, CustomKeyStoreId=xks_store, NewCustomKeyStoreName="new")

    assert code == STATE


def test_parameters_of_the_other_type_are_refused(
    update: Any, hsm_store: str, xks_store: str, refusal: Any
) -> None:
    """ValidationException, which names the parameter."""
    for store_id, change in (
        (hsm_store, {"XksProxyUriPath": "/kms/xks/v1"}),
        (xks_store, {"KeyStorePassword": "another"}),
    ):
        [name] = change
        code, text = refusal(update, CustomKeyStoreId=store_id, **change)
        assert code == "ValidationException"
        assert text.startswith(f"{name} is not valid")


# CloudHSM clusters.


def test_related_cluster_takes_over(
    kms: KmsMock,
    client: Any,
    update: Any,
    cluster: CloudHsmCluster,
    hsm_key: str,
    hsm_store: str,
    connection: Any,
) -> None:
    """One that was made from a backup; the keys are in it, and their metadata say so."""
    blob = client.encrypt(KeyId=hsm_key, Plaintext=b"secret")["CiphertextBlob"]
    client.disconnect_custom_key_store(CustomKeyStoreId=hsm_store)
    restored = kms.cloudhsm_cluster(related_to=cluster)
    cluster.delete()

    update(CustomKeyStoreId=hsm_store, CloudHsmClusterId=restored.id)
    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)

    assert connection(hsm_store) == ("CONNECTED", None)
    metadata = client.describe_key(KeyId=hsm_key)["KeyMetadata"]
    assert metadata["CloudHsmClusterId"] == restored.id
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


def test_cluster_that_is_not_related(
    kms: KmsMock, update: Any, hsm_store: str, refusal: Any
) -> None:
    """CloudHsmClusterNotRelatedException."""
    other = kms.cloudhsm_cluster()

    code, _ = refusal(update, CustomKeyStoreId=hsm_store, CloudHsmClusterId=other.id)

    assert code == "CloudHsmClusterNotRelatedException"


def test_new_cluster_must_be_fit(
    kms: KmsMock, update: Any, cluster: CloudHsmCluster, hsm_store: str, refusal: Any
) -> None:
    """It must be there, be active and have two HSMs, as for a new store."""
    related = kms.cloudhsm_cluster(related_to=cluster, hsms=1)
    change = {"CustomKeyStoreId": hsm_store, "CloudHsmClusterId": related.id}

    assert refusal(update, **change)[0] == "CloudHsmClusterInvalidConfigurationException"
    related.active = False
    assert refusal(update, **change)[0] == "CloudHsmClusterNotActiveException"
    related.delete()
    assert refusal(update, **change)[0] == "CloudHsmClusterNotFoundException"


# External key store proxies.


@pytest.mark.parametrize(
    ("name", "value", "trouble"),
    [
        ("reachable", False, "unreachable"),
        ("tls_valid", False, "tls"),
        ("access_key_id", "Z" * 20, "credentials"),
        ("answers", "late", "late"),
        ("answers", "nonsense", "nonsense"),
        ("answers", "unhealthy", "unhealthy"),
    ],
)
@pytest.mark.parametrize("is_connected", [False, True])
def test_proxy_is_asked_for_its_health(
    client: Any,
    update: Any,
    proxy: XksProxy,
    xks_store: str,
    refusal: Any,
    described: Any,
    name: str,
    value: Any,
    trouble: str,
    is_connected: bool,
) -> None:
    """It must answer at the new place before the store changes."""
    if is_connected:
        client.connect_custom_key_store(CustomKeyStoreId=xks_store)
    before = described(xks_store)
    proxy.path = "/new/kms/xks/v1"
    setattr(proxy, name, value)

    found = TROUBLES[trouble]
    assert found.managed is not None
    assert refusal(update, CustomKeyStoreId=xks_store, XksProxyUriPath="/new/kms/xks/v1") == (
        found.managed.__name__,
        found.managed_words or found.words,
    )
    assert described(xks_store) == before


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


def test_moving_takes_an_endpoint_and_a_service(
    update: Any, vpc_proxy: XksProxy, xks_store: str, refusal: Any
) -> None:
    """ValidationException without them, or with a service for a public endpoint."""
    service = {"XksProxyVpcEndpointServiceName": vpc_proxy.service_name}
    endpoint = {"XksProxyUriEndpoint": vpc_proxy.endpoint}
    connectivity = {"XksProxyConnectivity": "VPC_ENDPOINT_SERVICE"}
    for change in (connectivity | service, connectivity | endpoint, service):
        code, _ = refusal(update, CustomKeyStoreId=xks_store, **change)
        assert code == "ValidationException"


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
