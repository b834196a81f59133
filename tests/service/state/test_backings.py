"""Clusters and proxies: which of them a custom key store meets."""

from __future__ import annotations

import pytest
import samples

from pytest_kmsmock.service.state.backings import Backings
from pytest_kmsmock.service.values.cluster import Cluster
from pytest_kmsmock.service.values.proxy import Proxy


def of(*values: Cluster | Proxy) -> Backings:
    made = Backings()
    for value in values:
        if isinstance(value, Cluster):
            made.clusters[value.cluster_id] = value
        else:
            made.proxies[value.number] = value
    return made


def test_a_store_has_the_cluster_of_its_account_and_region() -> None:
    """KMS looks nowhere else."""
    cluster = samples.cluster()
    backings = of(cluster)

    assert backings.cluster_of(samples.cluster_store()) == cluster
    assert backings.cluster_of(samples.cluster_store(region="eu-west-1")) is None
    assert backings.cluster_of(samples.cluster_store(account="210987654321")) is None
    assert backings.cluster(samples.ACCOUNT, samples.REGION, "cluster-other") is None


def test_a_public_proxy_is_found_by_its_endpoint() -> None:
    proxy = samples.proxy()
    settings = samples.proxy_settings(endpoint="https://other.example.com")

    assert of(proxy).proxy(samples.proxy_settings()) == proxy
    assert of(proxy).proxy(settings) is None
    # One in a VPC is not reached from outside, whatever it is called.
    assert of(samples.proxy(private=True)).proxy(samples.proxy_settings()) is None


def test_a_proxy_in_a_vpc_is_found_by_its_service_and_the_owner_of_it() -> None:
    proxy = samples.proxy(private=True)
    others = [
        samples.proxy_settings(private=True, service_name="com.amazonaws.vpce-svc-2"),
        samples.proxy_settings(private=True, service_owner="210987654321"),
        samples.proxy_settings(),
    ]

    assert of(proxy).proxy(samples.proxy_settings(private=True)) == proxy
    assert [of(proxy).proxy(settings) for settings in others] == [None] * 3


def test_of_several_at_one_endpoint_that_of_the_path_is_meant() -> None:
    """If none is at that path, any of them says so."""
    first, second = samples.proxy(path="/a/kms/xks/v1"), samples.proxy(number=2)
    backings = of(first, second)

    assert backings.proxy(samples.proxy_settings()) == second
    assert backings.proxy(samples.proxy_settings(path="/a/kms/xks/v1")) == first
    assert backings.proxy(samples.proxy_settings(path="/none")) == first


def test_why_a_store_cannot_be_connected_is_the_matter_of_what_backs_it() -> None:
    healthy = of(samples.cluster(), samples.proxy())
    ill = of(samples.cluster(hsms=0), samples.proxy(answers="late"))

    for backings, of_cluster, of_proxy in (
        (healthy, None, None),
        (ill, "INSUFFICIENT_CLOUDHSM_HSMS", "XKS_PROXY_TIMED_OUT"),
        (of(), "CLUSTER_NOT_FOUND", "XKS_PROXY_NOT_REACHABLE"),
    ):
        assert backings.connection_error(samples.cluster_store()) == of_cluster
        assert backings.connection_error(samples.proxy_store()) == of_proxy


@pytest.mark.parametrize("changed", ["copy", "original"])
def test_a_copy_goes_its_own_way(changed: str) -> None:
    original = of(samples.cluster(), samples.proxy())
    copied = original.copy()
    one, other = (copied, original) if changed == "copy" else (original, copied)

    one.clusters.clear()
    one.proxies.clear()

    assert other.cluster_of(samples.cluster_store()) is not None
    assert other.proxy(samples.proxy_settings()) is not None
