"""Clusters and proxies as the author of a test holds them."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from pytest_kmsmock import CloudHsmCluster, KmsMock, KmsMockError, XksProxy, mock_kms


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
