"""Clusters and proxies that can back custom key stores, as the author of a test has made them."""

from __future__ import annotations

from typing import TYPE_CHECKING

# Few tests have key stores.
if TYPE_CHECKING:
    from ..values.cluster import Cluster
    from ..values.key_store import CloudHsmKeyStore, KeyStore, ProxySettings
    from ..values.proxy import Proxy


class Backings:
    """
    All clusters and proxies.

    Attributes:
        clusters: By ID.
        proxies: By number.
    """

    def __init__(self) -> None:
        self.clusters: dict[str, Cluster] = {}
        self.proxies: dict[int, Proxy] = {}

    def cluster(self, account: str, region: str, cluster_id: str) -> Cluster | None:
        """Return that cluster, None if the account has no such one in the Region."""
        found = self.clusters.get(cluster_id)
        if found is None or (found.account, found.region) != (account, region):
            return None
        return found

    def cluster_of(self, store: CloudHsmKeyStore) -> Cluster | None:
        """Return the cluster that backs *store*, None if it is there no more."""
        return self.cluster(store.account, store.region, store.cluster.cluster_id)

    def proxy(self, settings: ProxySettings) -> Proxy | None:
        """Return the proxy that *settings* lead to, by another path if none is at theirs."""
        if settings.connectivity == "VPC_ENDPOINT_SERVICE":
            where, fields = (settings.service_name, settings.service_owner), _service
        else:
            where, fields = (settings.endpoint, settings.connectivity), _public_endpoint
        candidates = [each for each in list(self.proxies.values()) if fields(each) == where]
        return min(candidates, key=lambda each: each.path != settings.path, default=None)

    def connection_error(self, store: KeyStore) -> str | None:
        """Return why *store* cannot be connected, None if it can."""
        from ..rules import clusters, proxies  # not at the top, likewise
        from ..values.key_store import CloudHsmKeyStore

        if isinstance(store, CloudHsmKeyStore):
            return clusters.connection_error(self.cluster_of(store), store.cluster)
        return proxies.connection_error(self.proxy(store.proxy), store.proxy)

    def copy(self) -> Backings:
        copied = Backings()
        copied.clusters = self.clusters.copy()
        copied.proxies = self.proxies.copy()
        return copied


def _service(proxy: Proxy) -> tuple[str | None, str | None]:
    return proxy.service_name, proxy.service_owner


def _public_endpoint(proxy: Proxy) -> tuple[str | None, str | None]:
    return proxy.endpoint, proxy.connectivity
