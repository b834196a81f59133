"""
CreateCustomKeyStore, ConnectCustomKeyStore, DisconnectCustomKeyStore,
UpdateCustomKeyStore, DeleteCustomKeyStore, DescribeCustomKeyStores.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from ..api.errors import (
    CloudHsmClusterInUseException,
    CloudHsmClusterInvalidConfigurationException,
    CloudHsmClusterNotActiveException,
    CloudHsmClusterNotFoundException,
    CloudHsmClusterNotRelatedException,
    CustomKeyStoreHasCMKsException,
    CustomKeyStoreNameInUseException,
    CustomKeyStoreNotFoundException,
    IncorrectTrustAnchorException,
    LimitExceededException,
    ValidationException,
    XksProxyUriEndpointInUseException,
    XksProxyUriInUseException,
    XksProxyVpcEndpointServiceInUseException,
)
from ..api.times import timestamp
from ..serving import pages
from ..serving.request import Params, Request, Response
from ..serving.stored_keys import TOO_FEW_HSMS, find_store, wrong_state
from ..state import outside
from ..values import key_store
from ..values.identifiers import new_key_store_id
from ..values.key_store import ClusterSettings, ConnectionState, KeyStore, ProxySettings, StoreType

_VPC: Final = "VPC_ENDPOINT_SERVICE"
_SERVICE: Final = ("XksProxyVpcEndpointServiceName", "XksProxyVpcEndpointServiceOwner")
_REQUIRED: Final[Mapping[StoreType, tuple[str, ...]]] = {
    "AWS_CLOUDHSM": ("CloudHsmClusterId", "KeyStorePassword", "TrustAnchorCertificate"),
    "EXTERNAL_KEY_STORE": (
        "XksProxyConnectivity",
        "XksProxyUriEndpoint",
        "XksProxyUriPath",
        "XksProxyAuthenticationCredential",
    ),
}
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


def create_custom_key_store(request: Request, _: None) -> Response:
    """Source: KMS API Reference, CreateCustomKeyStore."""
    params = request.params
    kind: StoreType = params.get("CustomKeyStoreType", "AWS_CLOUDHSM")
    _check_members(kind, params)
    store = KeyStore(
        account=request.account,
        region=request.region,
        store_id=new_key_store_id(),
        name=params["CustomKeyStoreName"],
        creation_date=request.now,
        cluster=_cluster_settings(params) if kind == "AWS_CLOUDHSM" else None,
        proxy=_proxy_settings(request) if kind == "EXTERNAL_KEY_STORE" else None,
    )
    twin = _twin(request, store)
    if twin is not None:
        return {"CustomKeyStoreId": twin.store_id}
    _check_name(request, store.name)
    _check_quota(request)
    if store.cluster is not None:
        _check_new_cluster(request, store.cluster)
    if store.proxy is not None:
        _check_unique(request, store.proxy, store.store_id)
        _check_reached(request, store.proxy, is_contacted=store.proxy.service_name is None)
    request.registry.put_store(store)
    return {"CustomKeyStoreId": store.store_id}


def connect_custom_key_store(request: Request, _: None) -> Response:
    """Source: KMS API Reference, ConnectCustomKeyStore."""
    store = find_store(request, request.params["CustomKeyStoreId"])
    if store.state in ("DISCONNECTING", "FAILED"):
        raise wrong_state(store, "DISCONNECTED")
    if store.state == "DISCONNECTED":
        if store.cluster is not None:
            _check_connectable(request, store.cluster)
        ends = request.now + request.options.transition_seconds
        request.registry.put_store(key_store.connect(store, ends))
    return {}


def disconnect_custom_key_store(request: Request, _: None) -> Response:
    """Source: KMS API Reference, DisconnectCustomKeyStore."""
    store = find_store(request, request.params["CustomKeyStoreId"])
    if store.state in ("DISCONNECTING", "DISCONNECTED"):
        raise wrong_state(store, "CONNECTED, CONNECTING or FAILED")
    ends = request.now + request.options.transition_seconds
    request.registry.put_store(key_store.disconnect(store, ends))
    return {}


def update_custom_key_store(request: Request, _: None) -> Response:
    """Source: KMS API Reference, UpdateCustomKeyStore."""
    params = request.params
    store = find_store(request, params["CustomKeyStoreId"])
    updated = [name for name in params if name != "CustomKeyStoreId"]
    _check_updatable(store, updated)
    if "NewCustomKeyStoreName" in params and params["NewCustomKeyStoreName"] != store.name:
        _check_name(request, params["NewCustomKeyStoreName"])
    changed = attrs.evolve(
        store,
        name=params.get("NewCustomKeyStoreName", store.name),
        cluster=store.cluster and _updated_cluster(request, store.cluster),
        proxy=store.proxy and _updated_proxy(request, store.proxy),
    )
    if changed.proxy is not None and changed.proxy != store.proxy:
        _check_unique(request, changed.proxy, store.store_id)
        is_public = changed.proxy.connectivity != _VPC
        is_contacted = is_public or store.state == "CONNECTED"
        _check_reached(request, changed.proxy, is_contacted=is_contacted)
    request.registry.put_store(changed)
    return {}


def delete_custom_key_store(request: Request, _: None) -> Response:
    """Source: KMS API Reference, DeleteCustomKeyStore."""
    store = find_store(request, request.params["CustomKeyStoreId"])
    if request.place.keys_of_store(store.store_id):
        raise CustomKeyStoreHasCMKsException(
            f"Custom key store {store.store_id} contains KMS keys; delete them first."
        )
    if store.state != "DISCONNECTED":
        raise wrong_state(store, "DISCONNECTED")
    request.place.stores.remove(store.store_id)
    return {}


def describe_custom_key_stores(request: Request, _: None) -> Response:
    """Source: KMS API Reference, DescribeCustomKeyStores."""
    params = request.params
    store_id, name = params.get("CustomKeyStoreId"), params.get("CustomKeyStoreName")
    if store_id is None and name is None:
        return pages.of_collection(
            request, "CustomKeyStores", request.place.stores, _list_entry, default=100
        )
    if store_id is not None and name is not None:
        raise ValidationException(
            "You cannot specify CustomKeyStoreId and CustomKeyStoreName in the same request."
        )
    store = _by_name(request, name) if store_id is None else find_store(request, store_id)
    if store is None:
        raise CustomKeyStoreNotFoundException(f"Custom key store {name} is not found.")
    return {"CustomKeyStores": [_list_entry(store)], "Truncated": False}


def _list_entry(store: KeyStore) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "CustomKeyStoreId": store.store_id,
        "CustomKeyStoreName": store.name,
        "ConnectionState": store.state,
        "CreationDate": timestamp(store.creation_date),
        "CustomKeyStoreType": store.type,
    }
    if store.error is not None:
        entry["ConnectionErrorCode"] = store.error
    if store.cluster is not None:
        entry["CloudHsmClusterId"] = store.cluster.cluster_id
        entry["TrustAnchorCertificate"] = store.cluster.trust_anchor
    if store.proxy is not None:
        entry["XksProxyConfiguration"] = _configuration(store.proxy)
    return entry


def _configuration(proxy: ProxySettings) -> dict[str, Any]:
    configuration = {
        "Connectivity": proxy.connectivity,
        "AccessKeyId": proxy.access_key_id,
        "UriEndpoint": proxy.endpoint,
        "UriPath": proxy.path,
    }
    if proxy.service_name is not None:
        configuration["VpcEndpointServiceName"] = proxy.service_name
    if proxy.service_owner is not None:
        configuration["VpcEndpointServiceOwner"] = proxy.service_owner
    return configuration


# What stores must not have in common.


def _by_name(request: Request, name: str | None) -> KeyStore | None:
    return next((store for store in request.place.stores if store.name == name), None)


def _check_name(request: Request, name: str) -> None:
    if _by_name(request, name) is not None:
        raise CustomKeyStoreNameInUseException(
            f"Custom key store name {name} is already in use in this account and Region."
        )


def _check_quota(request: Request) -> None:
    quota = request.quotas.custom_key_stores
    usage = len(request.place.stores)
    if usage >= quota:
        raise LimitExceededException(
            f"Custom key store quota for this account in this region is {quota} "
            f"but the current usage is {usage}."
        )


def _twin(request: Request, store: KeyStore) -> KeyStore | None:
    """Return the store that *store* repeats: AWS takes the request for sent again."""
    if store.cluster is None:
        return None
    wanted = (store.name, store.cluster, "DISCONNECTED")
    return next(
        (s for s in request.place.stores if (s.name, s.cluster, s.state) == wanted),
        None,
    )


def _check_unique(request: Request, proxy: ProxySettings, own_id: str) -> None:
    """Raise if another external store has what only one can have."""
    for store in request.place.stores:
        other = store.proxy
        if other is None or store.store_id == own_id:
            continue
        if (other.endpoint, other.path) == (proxy.endpoint, proxy.path):
            raise XksProxyUriInUseException(
                f"The URI {proxy.endpoint}{proxy.path} is already associated with custom key "
                f"store {store.store_id}."
            )
        if other.endpoint == proxy.endpoint and _VPC in (other.connectivity, proxy.connectivity):
            raise XksProxyUriEndpointInUseException(
                f"The endpoint {proxy.endpoint} is already associated with custom key store "
                f"{store.store_id}."
            )
        if proxy.service_name is not None and other.service_name == proxy.service_name:
            raise XksProxyVpcEndpointServiceInUseException(
                f"The VPC endpoint service {proxy.service_name} is already associated with "
                f"custom key store {store.store_id}."
            )


# CloudHSM.


def _cluster_settings(params: Params) -> ClusterSettings:
    return ClusterSettings(
        cluster_id=params["CloudHsmClusterId"],
        trust_anchor=params["TrustAnchorCertificate"],
        password=params["KeyStorePassword"],
    )


def _found(request: Request, settings: ClusterSettings) -> outside.Cluster:
    found = outside.cluster_of(request.registry.outside, request.account, request.region, settings)
    if found is None:
        raise CloudHsmClusterNotFoundException(
            f"CloudHSM cluster {settings.cluster_id} is not found."
        )
    return found


def _check_fit(cluster: outside.Cluster) -> None:
    """Raise unless *cluster* can back a store."""
    if not cluster.active:
        raise CloudHsmClusterNotActiveException(
            f"CloudHSM cluster {cluster.cluster_id} is not active."
        )
    if cluster.hsms < outside.HSMS_TO_CREATE:
        raise CloudHsmClusterInvalidConfigurationException(TOO_FEW_HSMS.format(cluster.cluster_id))


def _check_new_cluster(request: Request, settings: ClusterSettings) -> None:
    cluster = _found(request, settings)
    for store in _stores_of_account(request):
        if store.cluster is None:
            continue
        used = request.registry.outside.clusters.get(store.cluster.cluster_id)
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


def _stores_of_account(request: Request) -> list[KeyStore]:
    places = (place for place in request.registry.places.all() if place.account == request.account)
    return [store for place in places for store in place.stores]


def _check_connectable(request: Request, settings: ClusterSettings) -> None:
    """Raise what AWS notices at once; the rest makes the store FAILED later."""
    cluster = outside.cluster_of(
        request.registry.outside, request.account, request.region, settings
    )
    if cluster is None:
        return
    if not cluster.active:
        raise CloudHsmClusterNotActiveException(
            f"CloudHSM cluster {settings.cluster_id} is not active."
        )
    if cluster.hsms < outside.HSMS_TO_CONNECT:
        raise CloudHsmClusterInvalidConfigurationException(
            f"The CloudHSM cluster {settings.cluster_id} does not have an active HSM."
        )


def _updated_cluster(request: Request, settings: ClusterSettings) -> ClusterSettings:
    params = request.params
    changed = attrs.evolve(
        settings,
        cluster_id=params.get("CloudHsmClusterId", settings.cluster_id),
        password=params.get("KeyStorePassword", settings.password),
    )
    if "CloudHsmClusterId" in params:
        cluster = _found(request, changed)
        former = request.registry.outside.clusters.get(settings.cluster_id)
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


# External key stores.


def _proxy_settings(request: Request) -> ProxySettings:
    params = request.params
    credential = params["XksProxyAuthenticationCredential"]
    is_public = params["XksProxyConnectivity"] != _VPC
    owner = params.get("XksProxyVpcEndpointServiceOwner", request.account)
    return ProxySettings(
        connectivity=params["XksProxyConnectivity"],
        endpoint=params["XksProxyUriEndpoint"],
        path=params["XksProxyUriPath"],
        access_key_id=credential["AccessKeyId"],
        secret_access_key=credential["RawSecretAccessKey"],
        service_name=params.get("XksProxyVpcEndpointServiceName"),
        service_owner=None if is_public else owner,
    )


def _updated_proxy(request: Request, settings: ProxySettings) -> ProxySettings:
    params = request.params
    connectivity = params.get("XksProxyConnectivity", settings.connectivity)
    is_public = connectivity != _VPC
    if connectivity != settings.connectivity and "XksProxyUriEndpoint" not in params:
        raise _missing("XksProxyUriEndpoint", f"a change of XksProxyConnectivity to {connectivity}")
    credential = params.get("XksProxyAuthenticationCredential", {})
    name = params.get("XksProxyVpcEndpointServiceName", settings.service_name)
    owner = params.get("XksProxyVpcEndpointServiceOwner", settings.service_owner)
    _check_service(connectivity, name, params)
    return ProxySettings(
        connectivity=connectivity,
        endpoint=params.get("XksProxyUriEndpoint", settings.endpoint),
        path=params.get("XksProxyUriPath", settings.path),
        access_key_id=credential.get("AccessKeyId", settings.access_key_id),
        secret_access_key=credential.get("RawSecretAccessKey", settings.secret_access_key),
        service_name=None if is_public else name,
        service_owner=None if is_public else owner or request.account,
    )


def _check_reached(request: Request, settings: ProxySettings, *, is_contacted: bool) -> None:
    """Raise unless KMS finds the proxy; it asks for its health only if *is_contacted*."""
    trouble = outside.trouble_with_proxy(request.registry.outside, settings)
    if trouble is None or trouble.managed is None:
        return
    if is_contacted or trouble in outside.SERVICE_TROUBLES:
        raise trouble.managed(trouble.managed_words or trouble.words)


# Members that go together.


def _check_members(kind: StoreType, params: Params) -> None:
    for name in _REQUIRED[kind]:
        if name not in params:
            raise _missing(name, f"CustomKeyStoreType {kind}")
    for other, names in _REQUIRED.items():
        for name in names if other != kind else ():
            if name in params:
                raise _not_valid(name, f"CustomKeyStoreType {kind}")
    if kind == "EXTERNAL_KEY_STORE":
        service = params.get("XksProxyVpcEndpointServiceName")
        _check_service(params["XksProxyConnectivity"], service, params)
    else:
        _refuse_any(_SERVICE, params, f"CustomKeyStoreType {kind}")


def _check_service(connectivity: str, name: str | None, params: Params) -> None:
    if connectivity != _VPC:
        _refuse_any(_SERVICE, params, f"XksProxyConnectivity {connectivity}")
    elif name is None:
        raise _missing("XksProxyVpcEndpointServiceName", f"XksProxyConnectivity {connectivity}")


def _refuse_any(names: tuple[str, ...], params: Params, what: str) -> None:
    for name in names:
        if name in params:
            raise _not_valid(name, what)


def _check_updatable(store: KeyStore, names: list[str]) -> None:
    """Raise if a property cannot be updated at all in this store, or not in its state."""
    states = _UPDATES[store.type]
    for name in names:
        if name not in states:
            raise _not_valid(name, f"CustomKeyStoreType {store.type}")
    for name in names:
        if store.state not in states[name]:
            raise wrong_state(store, f"{' or '.join(states[name])} to update {name}")


def _missing(name: str, what: str) -> ValidationException:
    return ValidationException(f"{name} is required for {what}.")


def _not_valid(name: str, what: str) -> ValidationException:
    return ValidationException(f"{name} is not valid for {what}.")
