"""UpdateCustomKeyStore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from ...serving.key_stores import find_store, wrong_state
from ...serving.request import Request, Response
from ...values.key_store import CloudHsmKeyStore, ConnectionState, KeyStore, StoreType
from .clusters import updated_cluster
from .members import VPC, not_valid
from .proxies import check_reached, updated_proxy
from .uniqueness import check_name, check_unique

# In which state of the store what can be updated.
_ALWAYS: Final[tuple[ConnectionState, ...]] = ("CONNECTED", "DISCONNECTED")
_AT_REST: Final[tuple[ConnectionState, ...]] = ("DISCONNECTED",)
_UPDATES: Final[Mapping[StoreType, Mapping[str, tuple[ConnectionState, ...]]]] = {
    "AWS_CLOUDHSM": {
        "NewCustomKeyStoreName": _ALWAYS,
        "KeyStorePassword": _AT_REST,
        "CloudHsmClusterId": _AT_REST,
    },
    "EXTERNAL_KEY_STORE": {
        "NewCustomKeyStoreName": _ALWAYS,
        "XksProxyAuthenticationCredential": _ALWAYS,
        "XksProxyUriPath": _ALWAYS,
        "XksProxyUriEndpoint": _AT_REST,
        "XksProxyConnectivity": _AT_REST,
        "XksProxyVpcEndpointServiceName": _AT_REST,
        "XksProxyVpcEndpointServiceOwner": _AT_REST,
    },
}


def update_custom_key_store(request: Request, _: None) -> Response:
    """Source: KMS API Reference, UpdateCustomKeyStore."""
    params = request.params
    store = find_store(request, params["CustomKeyStoreId"])
    updated = [name for name in params if name != "CustomKeyStoreId"]
    _check_updatable(store, updated)
    if "NewCustomKeyStoreName" in params and params["NewCustomKeyStoreName"] != store.name:
        check_name(request, params["NewCustomKeyStoreName"])
    name = params.get("NewCustomKeyStoreName", store.name)
    if isinstance(store, CloudHsmKeyStore):
        cluster = updated_cluster(request, store.cluster)
        request.draft.put_store(attrs.evolve(store, name=name, cluster=cluster))
    else:
        proxy = updated_proxy(request, store.proxy)
        changed = attrs.evolve(store, name=name, proxy=proxy)
        if proxy != store.proxy:
            check_unique(request, changed)
            is_contacted = proxy.connectivity != VPC or store.state == "CONNECTED"
            check_reached(request, proxy, is_contacted=is_contacted)
        request.draft.put_store(changed)
    return {}


def _check_updatable(store: KeyStore, names: list[str]) -> None:
    """Raise if a property cannot be updated at all in this store, or not in its state."""
    states = _UPDATES[store.type]
    for name in names:
        if name not in states:
            raise not_valid(name, f"CustomKeyStoreType {store.type}")
    for name in names:
        if store.state not in states[name]:
            raise wrong_state(store, f"{' or '.join(states[name])} to update {name}")
