"""CreateCustomKeyStore."""

from __future__ import annotations

from typing import Any

from ...api.errors import LimitExceededException
from ...serving.request import Request, Response
from ...values.identifiers import new_key_store_id
from ...values.key_store import CloudHsmKeyStore, ExternalKeyStore, KeyStore, StoreType
from .clusters import check_new_cluster, cluster_settings
from .members import check_members
from .proxies import check_reached, proxy_settings
from .uniqueness import check_name, check_unique, twin_of


def create_custom_key_store(request: Request, _: None) -> Response:
    """Source: KMS API Reference, CreateCustomKeyStore."""
    params = request.params
    kind: StoreType = params.get("CustomKeyStoreType", "AWS_CLOUDHSM")
    check_members(kind, params)
    store = _new_store(request, kind)
    twin = twin_of(request, store)
    if twin is not None:
        return {"CustomKeyStoreId": twin.store_id}
    check_name(request, store.name)
    _check_quota(request)
    if isinstance(store, CloudHsmKeyStore):
        check_new_cluster(request, store.cluster)
    else:
        check_unique(request, store)
        check_reached(request, store.proxy, is_contacted=store.proxy.service_name is None)
    request.draft.put_store(store)
    return {"CustomKeyStoreId": store.store_id}


def _new_store(request: Request, kind: StoreType) -> KeyStore:
    common: dict[str, Any] = {
        "account": request.account,
        "region": request.region,
        "store_id": new_key_store_id(request.registry.randomness),
        "name": request.params["CustomKeyStoreName"],
        "creation_date": request.now,
    }
    if kind == "AWS_CLOUDHSM":
        return CloudHsmKeyStore(**common, cluster=cluster_settings(request.params))
    return ExternalKeyStore(**common, proxy=proxy_settings(request))


def _check_quota(request: Request) -> None:
    quota = request.quotas.custom_key_stores
    usage = len(request.resources.stores)
    if usage >= quota:
        raise LimitExceededException(
            f"Custom key store quota for this account in this region is {quota} "
            f"but the current usage is {usage}."
        )
