"""ConnectCustomKeyStore, DisconnectCustomKeyStore: the connection states."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import CloudHsmCluster, KmsMock, KmsMockError, XksProxy
from pytest_kmsmock.service.values.key_store import CLUSTER_ERRORS, PROXY_ERRORS

pytestmark = pytest.mark.usefixtures("newest_model")

TRANSITION = pytest.mark.kms(transition_seconds=300)
STATE = "CustomKeyStoreInvalidStateException"


@pytest.fixture(params=["hsm_store", "xks_store"])
def store_id(request: pytest.FixtureRequest) -> str:
    """A new store of either type."""
    found: str = request.getfixturevalue(request.param)
    return found


def test_store_is_connected_at_the_next_call(client: Any, store_id: str, connection: Any) -> None:
    """By default no test needs to wait; and so it is disconnected."""
    client.connect_custom_key_store(CustomKeyStoreId=store_id)
    assert connection(store_id) == ("CONNECTED", None)

    client.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    assert connection(store_id) == ("DISCONNECTED", None)


@TRANSITION
def test_connecting_takes_its_time(
    kms: KmsMock, client: Any, store_id: str, connection: Any
) -> None:
    """Both ways, by the service's clock."""
    client.connect_custom_key_store(CustomKeyStoreId=store_id)
    kms.clock.advance(seconds=290)
    assert connection(store_id) == ("CONNECTING", None)
    kms.clock.advance(seconds=10)
    assert connection(store_id) == ("CONNECTED", None)

    client.disconnect_custom_key_store(CustomKeyStoreId=store_id)
    assert connection(store_id) == ("DISCONNECTING", None)
    kms.clock.advance(seconds=300)
    assert connection(store_id) == ("DISCONNECTED", None)


@TRANSITION
def test_what_each_state_admits(
    kms: KmsMock, client: Any, cluster: CloudHsmCluster, hsm_store: str, refusal: Any
) -> None:
    """Source: KMS API Reference, CustomKeyStoreInvalidStateException."""
    connect, disconnect = client.connect_custom_key_store, client.disconnect_custom_key_store
    store = {"CustomKeyStoreId": hsm_store}
    # DISCONNECTED
    assert refusal(disconnect, **store)[0] == STATE
    connect(**store)
    # CONNECTING
    connect(**store)
    kms.clock.advance(seconds=300)
    # CONNECTED
    connect(**store)
    disconnect(**store)
    # DISCONNECTING
    assert refusal(connect, **store)[0] == STATE
    assert refusal(disconnect, **store)[0] == STATE
    kms.clock.advance(seconds=300)
    cluster.password = "changed by somebody"
    connect(**store)
    kms.clock.advance(seconds=300)
    # FAILED
    assert refusal(connect, **store)[0] == STATE
    disconnect(**store)


@TRANSITION
def test_connecting_again_does_not_begin_anew(
    kms: KmsMock, client: Any, store_id: str, connection: Any
) -> None:
    """It is valid while it is connecting, and does nothing."""
    client.connect_custom_key_store(CustomKeyStoreId=store_id)
    kms.clock.advance(seconds=200)
    client.connect_custom_key_store(CustomKeyStoreId=store_id)
    kms.clock.advance(seconds=100)

    assert connection(store_id) == ("CONNECTED", None)


@TRANSITION
def test_connecting_can_be_broken_off(
    kms: KmsMock, client: Any, store_id: str, connection: Any
) -> None:
    """DisconnectCustomKeyStore is valid while it is connecting."""
    client.connect_custom_key_store(CustomKeyStoreId=store_id)
    kms.clock.advance(seconds=200)
    client.disconnect_custom_key_store(CustomKeyStoreId=store_id)

    kms.clock.advance(seconds=299)
    assert connection(store_id) == ("DISCONNECTING", None)
    kms.clock.advance(seconds=1)
    assert connection(store_id) == ("DISCONNECTED", None)


@TRANSITION
def test_world_counts_as_it_is_when_connecting_ends(
    kms: KmsMock, client: Any, proxy: XksProxy, xks_store: str, connection: Any
) -> None:
    """What changes afterwards does not count, although nobody has looked yet."""
    client.connect_custom_key_store(CustomKeyStoreId=xks_store)
    kms.clock.advance(seconds=300)
    proxy.reachable = False
    assert connection(xks_store) == ("CONNECTED", None)

    client.disconnect_custom_key_store(CustomKeyStoreId=xks_store)
    kms.clock.advance(seconds=300)
    client.connect_custom_key_store(CustomKeyStoreId=xks_store)
    kms.clock.advance(seconds=200)
    proxy.reachable = True
    kms.clock.advance(seconds=100)
    assert connection(xks_store) == ("CONNECTED", None)


def test_failed_store_is_disconnected_mended_and_connected(
    client: Any, cluster: CloudHsmCluster, hsm_store: str, connection: Any
) -> None:
    """The way that the API reference tells; the error code is there only while FAILED."""
    cluster.password = "a new password"
    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)
    assert connection(hsm_store) == ("FAILED", "INVALID_CREDENTIALS")

    client.disconnect_custom_key_store(CustomKeyStoreId=hsm_store)
    assert connection(hsm_store) == ("DISCONNECTED", None)
    client.update_custom_key_store(CustomKeyStoreId=hsm_store, KeyStorePassword="a new password")
    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)

    assert connection(hsm_store) == ("CONNECTED", None)


def test_inactive_cluster_is_noticed_at_once(
    client: Any, cluster: CloudHsmCluster, hsm_store: str, refusal: Any, connection: Any
) -> None:
    """CloudHsmClusterNotActiveException; the store stays DISCONNECTED."""
    cluster.active = False

    code, text = refusal(client.connect_custom_key_store, CustomKeyStoreId=hsm_store)

    assert code == "CloudHsmClusterNotActiveException"
    assert cluster.id in text
    assert connection(hsm_store) == ("DISCONNECTED", None)


def test_connecting_takes_one_hsm(
    client: Any, cluster: CloudHsmCluster, hsm_store: str, refusal: Any, connection: Any
) -> None:
    """CloudHsmClusterInvalidConfigurationException without any; creating a store takes two."""
    cluster.hsms = 0
    code, _ = refusal(client.connect_custom_key_store, CustomKeyStoreId=hsm_store)
    assert code == "CloudHsmClusterInvalidConfigurationException"

    cluster.hsms = 1
    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)
    assert connection(hsm_store) == ("CONNECTED", None)


@TRANSITION
def test_cluster_may_lose_its_hsms_while_connecting(
    kms: KmsMock, client: Any, cluster: CloudHsmCluster, hsm_store: str, connection: Any
) -> None:
    """INSUFFICIENT_CLOUDHSM_HSMS."""
    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)
    cluster.hsms = 0
    kms.clock.advance(seconds=300)

    assert connection(hsm_store) == ("FAILED", "INSUFFICIENT_CLOUDHSM_HSMS")


def test_cluster_that_is_gone(
    client: Any, cluster: CloudHsmCluster, hsm_store: str, connection: Any
) -> None:
    """CLUSTER_NOT_FOUND."""
    cluster.delete()
    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)

    assert connection(hsm_store) == ("FAILED", "CLUSTER_NOT_FOUND")


def test_cluster_that_does_not_answer(
    client: Any, cluster: CloudHsmCluster, hsm_store: str, connection: Any
) -> None:
    """NETWORK_ERRORS."""
    cluster.reachable = False
    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)

    assert connection(hsm_store) == ("FAILED", "NETWORK_ERRORS")


@pytest.mark.parametrize("code", CLUSTER_ERRORS)
def test_any_error_code_of_a_cluster(
    client: Any, cluster: CloudHsmCluster, hsm_store: str, connection: Any, code: str
) -> None:
    """What a cluster has no attribute for is said by the code itself."""
    cluster.connection_error = code
    client.connect_custom_key_store(CustomKeyStoreId=hsm_store)

    assert connection(hsm_store) == ("FAILED", code)


@pytest.mark.parametrize("code", PROXY_ERRORS)
def test_any_error_code_of_a_proxy(
    client: Any, proxy: XksProxy, xks_store: str, connection: Any, code: str
) -> None:
    """The same for external key stores."""
    proxy.connection_error = code
    client.connect_custom_key_store(CustomKeyStoreId=xks_store)

    assert connection(xks_store) == ("FAILED", code)


def test_codes_belong_to_one_kind_of_store(cluster: CloudHsmCluster, proxy: XksProxy) -> None:
    """A proxy has no HSMs."""
    with pytest.raises(KmsMockError, match="USER_LOCKED_OUT"):
        proxy.connection_error = "USER_LOCKED_OUT"
    with pytest.raises(KmsMockError, match="XKS_PROXY_TIMED_OUT"):
        cluster.connection_error = "XKS_PROXY_TIMED_OUT"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("reachable", False, "XKS_PROXY_NOT_REACHABLE"),
        ("tls_valid", False, "XKS_PROXY_INVALID_TLS_CONFIGURATION"),
        ("path", "/elsewhere/kms/xks/v1", "XKS_PROXY_INVALID_CONFIGURATION"),
        ("access_key_id", "Z" * 20, "INVALID_CREDENTIALS"),
        ("answers", "late", "XKS_PROXY_TIMED_OUT"),
        ("answers", "never", "XKS_PROXY_TIMED_OUT"),
        ("answers", "nonsense", "XKS_PROXY_INVALID_RESPONSE"),
        ("answers", "denied", "XKS_PROXY_ACCESS_DENIED"),
        ("answers", "unhealthy", "XKS_PROXY_NOT_REACHABLE"),
    ],
)
def test_proxy_in_trouble_makes_the_store_fail(
    client: Any, proxy: XksProxy, xks_store: str, connection: Any, name: str, value: Any, code: str
) -> None:
    """For external stores ConnectCustomKeyStore itself always succeeds."""
    setattr(proxy, name, value)
    client.connect_custom_key_store(CustomKeyStoreId=xks_store)

    assert connection(xks_store) == ("FAILED", code)


@pytest.mark.parametrize("answer", ["unsupported", "corrupt"])
def test_proxy_is_healthy_although_it_encrypts_badly(
    client: Any, proxy: XksProxy, xks_store: str, connection: Any, answer: Any
) -> None:
    """What it does with keys is noticed when they are used."""
    proxy.answers = answer
    client.connect_custom_key_store(CustomKeyStoreId=xks_store)

    assert connection(xks_store) == ("CONNECTED", None)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("service_owner", "210987654321", "XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND"),
        ("service_valid", False, "XKS_VPC_ENDPOINT_SERVICE_INVALID_CONFIGURATION"),
        ("reachable", False, "XKS_PROXY_NOT_REACHABLE"),
    ],
)
def test_vpc_endpoint_service_in_trouble_makes_the_store_fail(
    client: Any, vpc_proxy: XksProxy, connection: Any, name: str, value: Any, code: str
) -> None:
    """KMS goes through the service to the proxy."""
    created = client.create_custom_key_store(CustomKeyStoreName="vpc", **vpc_proxy.parameters)
    store_id = created["CustomKeyStoreId"]
    setattr(vpc_proxy, name, value)

    client.connect_custom_key_store(CustomKeyStoreId=store_id)

    assert connection(store_id) == ("FAILED", code)


@pytest.mark.parametrize(
    "operation",
    [
        "connect_custom_key_store",
        "disconnect_custom_key_store",
        "update_custom_key_store",
        "delete_custom_key_store",
    ],
)
def test_unknown_store(client: Any, refusal: Any, operation: str) -> None:
    """CustomKeyStoreNotFoundException."""
    code, text = refusal(getattr(client, operation), CustomKeyStoreId="cks-1234567890abcdef0")

    assert code == "CustomKeyStoreNotFoundException"
    assert "cks-1234567890abcdef0" in text
