"""UpdateCustomKeyStore: what can be changed when, and each of its errors."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import CloudHsmCluster, XksProxy
from pytest_kmsmock.service.rules.proxies import TROUBLES

pytestmark = pytest.mark.usefixtures("newest_model")

STATE = "CustomKeyStoreInvalidStateException"
OTHER_CREDENTIAL = {"AccessKeyId": "Z" * 20, "RawSecretAccessKey": "z" * 43}


def test_name_changes_in_a_connected_store_too(
    client: Any, update: Any, hsm_store: str, described: Any
) -> None:
    """The old name is free then, and the own name is no other's."""
    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)

    update(CustomKeyStoreId=hsm_store, NewCustomKeyStoreName="new")
    update(CustomKeyStoreId=hsm_store, NewCustomKeyStoreName="new")

    assert described(hsm_store)["CustomKeyStoreName"] == "new"


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
