"""CloudHSM clusters that requests on custom key stores name."""

from __future__ import annotations

import attrs

from ...api.errors import (
    CloudHsmClusterInUseException,
    CloudHsmClusterInvalidConfigurationException,
    CloudHsmClusterNotActiveException,
    CloudHsmClusterNotFoundException,
    CloudHsmClusterNotRelatedException,
    IncorrectTrustAnchorException,
)
from ...rules.clusters import HSMS_TO_CONNECT, HSMS_TO_CREATE
from ...serving.key_stores import TOO_FEW_HSMS
from ...serving.request import Params, Request
from ...values.cluster import Cluster
from ...values.key_store import CloudHsmKeyStore, ClusterSettings


def cluster_settings(params: Params) -> ClusterSettings:
    return ClusterSettings(
        cluster_id=params["CloudHsmClusterId"],
        trust_anchor=params["TrustAnchorCertificate"],
        password=params["KeyStorePassword"],
    )


def _found(request: Request, settings: ClusterSettings) -> Cluster:
    backings = request.state.backings
    found = backings.cluster(request.account, request.region, settings.cluster_id)
    if found is None:
        raise CloudHsmClusterNotFoundException(
            f"CloudHSM cluster {settings.cluster_id} is not found."
        )
    return found


def _check_fit(cluster: Cluster) -> None:
    """Raise unless *cluster* can back a store."""
    if not cluster.active:
        raise CloudHsmClusterNotActiveException(
            f"CloudHSM cluster {cluster.cluster_id} is not active."
        )
    if cluster.hsms < HSMS_TO_CREATE:
        raise CloudHsmClusterInvalidConfigurationException(TOO_FEW_HSMS.format(cluster.cluster_id))


def check_new_cluster(request: Request, settings: ClusterSettings) -> None:
    cluster = _found(request, settings)
    for store in _stores_of_account(request):
        used = request.state.backings.clusters.get(store.cluster.cluster_id)
        is_same = store.cluster.cluster_id == settings.cluster_id
        if is_same or (used is not None and used.history == cluster.history):
            raise CloudHsmClusterInUseException(
                f"CloudHSM cluster {settings.cluster_id}, or one that shares its backup "
                f"history, is already associated with custom key store {store.store_id}."
            )
    _check_fit(cluster)
    if cluster.trust_anchor.strip() != settings.trust_anchor.strip():
        raise IncorrectTrustAnchorException(
            f"The trust anchor certificate is not that of CloudHSM cluster {settings.cluster_id}."
        )


def _stores_of_account(request: Request) -> list[CloudHsmKeyStore]:
    return [
        store
        for resources in request.state.all_resources()
        if resources.account == request.account
        for store in resources.stores
        if isinstance(store, CloudHsmKeyStore)
    ]


def check_connectable(request: Request, store: CloudHsmKeyStore) -> None:
    """Raise what AWS notices at once; the rest makes the store FAILED later."""
    cluster = request.state.backings.cluster_of(store)
    if cluster is None:
        return
    if not cluster.active:
        raise CloudHsmClusterNotActiveException(
            f"CloudHSM cluster {cluster.cluster_id} is not active."
        )
    if cluster.hsms < HSMS_TO_CONNECT:
        raise CloudHsmClusterInvalidConfigurationException(
            f"The CloudHSM cluster {cluster.cluster_id} does not have an active HSM."
        )


def updated_cluster(request: Request, settings: ClusterSettings) -> ClusterSettings:
    params = request.params
    changed = attrs.evolve(
        settings,
        cluster_id=params.get("CloudHsmClusterId", settings.cluster_id),
        password=params.get("KeyStorePassword", settings.password),
    )
    if "CloudHsmClusterId" in params:
        cluster = _found(request, changed)
        former = request.state.backings.clusters.get(settings.cluster_id)
        # A cluster that is gone is still known by its certificate.
        is_related = (
            cluster.trust_anchor.strip() == settings.trust_anchor.strip()
            if former is None
            else cluster.history == former.history
        )
        if not is_related:
            raise CloudHsmClusterNotRelatedException(
                f"CloudHSM cluster {cluster.cluster_id} does not share a backup history with "
                f"{settings.cluster_id}."
            )
        _check_fit(cluster)
    return changed
