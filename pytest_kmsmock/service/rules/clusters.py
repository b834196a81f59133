"""
What KMS demands of a CloudHSM cluster: to create a store or a key, to connect, to work.

Source: KMS Developer Guide, "Troubleshooting an AWS CloudHSM key store".
"""

from __future__ import annotations

from typing import Final

from ..values.cluster import Cluster
from ..values.key_store import ClusterSettings

# HSMs that a cluster needs to take a store or a key, and to be connected.
HSMS_TO_CREATE: Final = 2
HSMS_TO_CONNECT: Final = 1


def has_contact(cluster: Cluster | None) -> bool:
    """Tell whether KMS can work with *cluster*, once it is connected."""
    return (
        cluster is not None
        and cluster.active
        and cluster.reachable
        and cluster.hsms >= HSMS_TO_CONNECT
    )


def connection_error(cluster: Cluster | None, settings: ClusterSettings) -> str | None:
    """
    Return why a store with *settings* cannot be connected, None if it can.

    Args:
        cluster: The one that *settings* mean, None if there is none.
    """
    if cluster is None:
        return "CLUSTER_NOT_FOUND"
    if cluster.connection_error is not None:
        return cluster.connection_error
    if not (cluster.active and cluster.reachable):
        return "NETWORK_ERRORS"
    if cluster.hsms < HSMS_TO_CONNECT:
        return "INSUFFICIENT_CLOUDHSM_HSMS"
    return None if cluster.password == settings.password else "INVALID_CREDENTIALS"
