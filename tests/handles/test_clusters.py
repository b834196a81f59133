"""Clusters, as the author of a test holds them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pytest_kmsmock import CloudHsmCluster, KmsMock, KmsMockError, XksProxy


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
