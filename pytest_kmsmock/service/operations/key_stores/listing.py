"""DescribeCustomKeyStores."""

from __future__ import annotations

from typing import Any

from ...api.errors import CustomKeyStoreNotFoundException, ValidationException
from ...api.times import timestamp
from ...serving import pages
from ...serving.key_stores import find_store
from ...serving.request import Request, Response
from ...values.key_store import CloudHsmKeyStore, KeyStore, ProxySettings
from .uniqueness import by_name


def describe_custom_key_stores(request: Request, _: None) -> Response:
    """Source: KMS API Reference, DescribeCustomKeyStores."""
    params = request.params
    store_id, name = params.get("CustomKeyStoreId"), params.get("CustomKeyStoreName")
    if store_id is None and name is None:
        return pages.of_collection(
            request, "CustomKeyStores", request.resources.stores, entry=_list_entry, default=100
        )
    if store_id is not None and name is not None:
        raise ValidationException(
            "You cannot specify CustomKeyStoreId and CustomKeyStoreName in the same request."
        )
    store = by_name(request, name) if store_id is None else find_store(request, store_id)
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
    if isinstance(store, CloudHsmKeyStore):
        entry["CloudHsmClusterId"] = store.cluster.cluster_id
        entry["TrustAnchorCertificate"] = store.cluster.trust_anchor
    else:
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
