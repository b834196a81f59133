"""What custom key stores of one account and Region must not have in common."""

from __future__ import annotations

from ...api.errors import (
    CustomKeyStoreNameInUseException,
    XksProxyUriEndpointInUseException,
    XksProxyUriInUseException,
    XksProxyVpcEndpointServiceInUseException,
)
from ...serving.request import Request
from ...values.key_store import CloudHsmKeyStore, ExternalKeyStore, KeyStore
from .members import VPC


def by_name(request: Request, name: str | None) -> KeyStore | None:
    return next((store for store in request.resources.stores if store.name == name), None)


def check_name(request: Request, name: str) -> None:
    if by_name(request, name) is not None:
        raise CustomKeyStoreNameInUseException(
            f"Custom key store name {name} is already in use in this account and Region."
        )


def twin_of(request: Request, store: KeyStore) -> KeyStore | None:
    """Return the store that *store* repeats: AWS takes the request for sent again."""
    if isinstance(store, ExternalKeyStore):
        return None
    wanted = (store.name, store.cluster, "DISCONNECTED")
    return next(
        (
            other
            for other in request.resources.stores
            if isinstance(other, CloudHsmKeyStore)
            and (other.name, other.cluster, other.state) == wanted
        ),
        None,
    )


def check_unique(request: Request, new: ExternalKeyStore) -> None:
    """Raise if another external store has what only one can have."""
    proxy = new.proxy
    for store in request.resources.stores:
        if isinstance(store, CloudHsmKeyStore) or store.store_id == new.store_id:
            continue
        other = store.proxy
        if (other.endpoint, other.path) == (proxy.endpoint, proxy.path):
            raise XksProxyUriInUseException(
                f"The URI {proxy.endpoint}{proxy.path} is already associated with custom key "
                f"store {store.store_id}."
            )
        if other.endpoint == proxy.endpoint and VPC in (other.connectivity, proxy.connectivity):
            raise XksProxyUriEndpointInUseException(
                f"The endpoint {proxy.endpoint} is already associated with custom key store "
                f"{store.store_id}."
            )
        if proxy.service_name is not None and other.service_name == proxy.service_name:
            raise XksProxyVpcEndpointServiceInUseException(
                f"The VPC endpoint service {proxy.service_name} is already associated with "
                f"custom key store {store.store_id}."
            )
