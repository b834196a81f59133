"""Clusters and proxies as the author of a test holds them."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from pytest_kmsmock import CloudHsmCluster, KmsMock, KmsMockError, XksProxy, mock_kms


def test_cluster_is_fit_unless_told_otherwise(kms: KmsMock) -> None:
    """Active, with two HSMs, and with an ID and a certificate that AWS would take."""
    cluster = kms.cloudhsm_cluster()

    assert re.fullmatch("cluster-[2-7a-z]{11}", cluster.id)
    assert cluster.active
    assert cluster.reachable
    assert cluster.hsms == 2
    assert 7 <= len(cluster.password) <= 32
    assert len(cluster.trust_anchor) <= 5000
    assert cluster.trust_anchor.startswith("-----BEGIN CERTIFICATE-----\n")
    assert cluster.connection_error is None


def test_cluster_is_what_the_test_says(kms: KmsMock) -> None:
    """Each argument is an attribute."""
    cluster = kms.cloudhsm_cluster(
        active=False,
        hsms=1,
        password="another",
        trust_anchor="the certificate",
        cluster_id="cluster-abcdefghijk",
    )

    assert cluster.id == "cluster-abcdefghijk"
    assert (cluster.active, cluster.hsms) == (False, 1)
    assert (cluster.password, cluster.trust_anchor) == ("another", "the certificate")


def test_proxy_is_fit_unless_told_otherwise(kms: KmsMock) -> None:
    """Each has an endpoint of its own."""
    proxy, other = kms.xks_proxy(["a", "b"]), kms.xks_proxy()

    assert proxy.endpoint != other.endpoint
    assert proxy.connectivity == "PUBLIC_ENDPOINT"
    assert proxy.path == "/kms/xks/v1"
    assert proxy.answers == "well"
    assert proxy.service_name is None
    assert [key.id for key in proxy.keys] == ["a", "b"]
    assert proxy.key("a").spec == "AES_256"
    assert proxy.key("a").status == "ENABLED"
    assert proxy.key("a").usage == ("ENCRYPT", "DECRYPT")


def test_proxy_in_a_vpc_has_a_service_of_the_region(kms: KmsMock) -> None:
    """It belongs to the mock's account."""
    proxy = kms.xks_proxy(connectivity="VPC_ENDPOINT_SERVICE", region="eu-west-1")

    assert proxy.service_name is not None
    assert proxy.service_name.startswith("com.amazonaws.vpce.eu-west-1.vpce-svc-")
    assert proxy.service_owner == "123456789012"


def test_external_key_is_what_the_test_says(proxy: XksProxy) -> None:
    """Made for a test, or changed in it."""
    key = proxy.add_key("new", spec="RSA_2048", status="PENDING", usage=["SIGN"])

    assert (key.spec, key.status, key.usage) == ("RSA_2048", "PENDING", ("SIGN",))
    key.status = "ENABLED"
    assert proxy.key("new").status == "ENABLED"
    assert proxy.key("new") == key


def test_handles_have_names(cluster: CloudHsmCluster, proxy: XksProxy) -> None:
    """A failing assertion shows them; secrets it does not."""
    assert repr(cluster) == f"<CloudHsmCluster {cluster.id}>"
    assert repr(proxy) == "<XksProxy 1>"
    assert repr(proxy.key("external")) == "<XksKey external>"
    assert len({cluster, proxy, proxy.key("external"), proxy.key("external")}) == 3


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("reachable", "no", "write True or False"),
        ("path", None, "write a string"),
        ("answers", "lat", "Did you mean 'late'?"),
        ("connectivity", "PUBLIC", "VPC_ENDPOINT_SERVICE"),
        ("connection_error", "XKS_PROXY_TIMED_OU", "Did you mean 'XKS_PROXY_TIMED_OUT'?"),
    ],
)
def test_senseless_values_are_refused(proxy: XksProxy, name: str, value: Any, words: str) -> None:
    """Here, rather than by a test that passes for the wrong reason."""
    with pytest.raises(KmsMockError, match=re.escape(words)):
        setattr(proxy, name, value)


def test_misspelt_names_are_refused(cluster: CloudHsmCluster) -> None:
    """A handle has the attributes that it has."""
    with pytest.raises(AttributeError):
        cluster.actve = False  # type: ignore[attr-defined]  # that is the point


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"cluster_id": "cluster-1"}, "no ID of a cluster"),
        ({"hsms": "two"}, "write a number"),
        ({"region": "mars"}, "no AWS Region"),
        ({"account": "1"}, "no account ID"),
    ],
)
def test_senseless_clusters_are_refused(kms: KmsMock, params: Any, words: str) -> None:
    """The message says what to write."""
    with pytest.raises(KmsMockError, match=words):
        kms.cloudhsm_cluster(**params)


def test_cluster_id_is_used_once(kms: KmsMock, cluster: CloudHsmCluster) -> None:
    """Clusters are told apart by it."""
    with pytest.raises(KmsMockError, match=f"there is a cluster '{cluster.id}' already"):
        kms.cloudhsm_cluster(cluster_id=cluster.id)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"keys": "external"}, "write keys=\\['external'\\]"),
        ({"connectivity": "PUBLIC"}, "Did you mean|is one of"),
        ({"service_name": "com.amazonaws.vpce.us-east-1.vpce-svc-1"}, "connectivity="),
    ],
)
def test_senseless_proxies_are_refused(kms: KmsMock, params: Any, words: str) -> None:
    """The message says what to write."""
    with pytest.raises(KmsMockError, match=words):
        kms.xks_proxy(**params)


def test_unknown_external_key(proxy: XksProxy) -> None:
    """The message lists those that there are."""
    with pytest.raises(KmsMockError, match="no external key 'nobody', only 'external'"):
        proxy.key("nobody")


def test_usage_is_a_list(proxy: XksProxy) -> None:
    """A text is no list of uses."""
    with pytest.raises(KmsMockError, match="ENCRYPT"):
        proxy.key("external").usage = "ENCRYPT"  # type: ignore[assignment]  # that is the point


def test_what_is_deleted_is_gone(cluster: CloudHsmCluster, proxy: XksProxy) -> None:
    """Its handle says so."""
    external = proxy.key("external")
    cluster.delete()
    external.delete()

    with pytest.raises(KmsMockError, match="no more"):
        _ = cluster.active
    with pytest.raises(KmsMockError, match="no more"):
        external.status = "DISABLED"
    proxy.delete()
    with pytest.raises(KmsMockError, match="no more"):
        proxy.reachable = False


def test_key_in_a_store_is_made_without_a_call(
    kms: KmsMock, client: Any, hsm_store: str, xks_store: str, proxy: XksProxy
) -> None:
    """The type of the store is its origin."""
    for store_id in (hsm_store, xks_store):
        client.connect_custom_key_store(CustomKeyStoreId=store_id)
    kms.calls.clear()

    in_cluster = kms.create_key(alias="alias/hsm", key_store=hsm_store)
    external = kms.create_key(key_store=xks_store, xks_key=proxy.key("external"), state="Disabled")

    assert in_cluster.metadata["Origin"] == "AWS_CLOUDHSM"
    assert in_cluster.decrypt(in_cluster.encrypt(b"secret")) == b"secret"
    assert external.metadata["XksKeyConfiguration"] == {"Id": "external"}
    assert external.state == "Disabled"
    assert not kms.calls


def test_key_in_no_store_that_there_is(kms: KmsMock, hsm_store: str) -> None:
    """The message lists those that there are."""
    with pytest.raises(KmsMockError, match=f"only {hsm_store};"):
        kms.create_key(key_store="cks-1")


def test_inner_mock_has_a_world_of_its_own(
    kms: KmsMock, client: Any, proxy: XksProxy, xks_key: str
) -> None:
    """It starts as a copy; a handle acts on the innermost one."""
    from pytest_kmsmock.mock import KmsMock as Mock

    with Mock(outer=kms._backend):
        proxy.reachable = False
        with pytest.raises(client.exceptions.KMSInvalidStateException):
            client.encrypt(KeyId=xks_key, Plaintext=b"secret")

    assert proxy.reachable
    client.encrypt(KeyId=xks_key, Plaintext=b"secret")


def test_no_world_without_a_mock() -> None:
    """Neither to make it in nor to change it; what it was can still be read."""
    with mock_kms() as kms:
        cluster = kms.cloudhsm_cluster()

    assert cluster.active
    with pytest.raises(KmsMockError, match=r"is over.*with mock_kms\(\)"):
        cluster.active = False
    with pytest.raises(KmsMockError, match="not active"):
        kms.cloudhsm_cluster()
    with pytest.raises(KmsMockError, match="not active"):
        kms.xks_proxy()


def test_nothing_is_taken_from_the_tests_own_randomness(kms: KmsMock) -> None:
    """A test that seeds `random` finds it as it left it."""
    random.seed(1)
    kms.cloudhsm_cluster()
    kms.xks_proxy(["a"], connectivity="VPC_ENDPOINT_SERVICE")
    found = random.random()

    random.seed(1)
    assert random.random() == found
