"""Clusters: what one is like unless the author of a test says otherwise."""

from __future__ import annotations

import attrs
import pytest
import samples

from pytest_kmsmock.service.rules import clusters


def test_a_cluster_is_fit_for_a_store_unless_told_otherwise() -> None:
    """Two HSMs are the fewest that a store can be created with."""
    cluster = samples.cluster()

    assert clusters.has_contact(cluster)
    assert clusters.connection_error(cluster, samples.cluster_store().cluster) is None
    assert cluster.hsms == clusters.HSMS_TO_CREATE == 2


def test_a_cluster_shows_no_secret() -> None:
    """A failed assertion prints the values that it compared."""
    shown = repr(samples.cluster(trust_anchor="its certificate", password="its password"))

    assert "cluster-abcdefghijk" in shown
    assert "its certificate" not in shown
    assert "its password" not in shown


def test_a_cluster_does_not_change() -> None:
    """A copy of a mock has the same one; to change it is to make another."""
    cluster = samples.cluster()

    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        cluster.hsms = 0  # type: ignore[misc]
    assert attrs.evolve(cluster, hsms=0) != cluster
