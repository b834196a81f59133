"""A cluster, as a test holds it."""

from __future__ import annotations

import pytest

from pytest_kmsmock import CloudHsmCluster


def test_misspelt_names_are_refused(cluster: CloudHsmCluster) -> None:
    """A handle has the attributes that it has."""
    with pytest.raises(AttributeError):
        cluster.actve = False  # type: ignore[attr-defined]  # that is the point
