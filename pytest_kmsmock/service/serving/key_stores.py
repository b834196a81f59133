"""
Custom key stores that a request names, and whether a new key can go into one.

Source: KMS Developer Guide, "Custom key stores"; the texts are those of its pages
on troubleshooting.
"""

from __future__ import annotations

from typing import Final

from ..api.errors import (
    CloudHsmClusterInvalidConfigurationException,
    CustomKeyStoreInvalidStateException,
    CustomKeyStoreNotFoundException,
    UnsupportedOperationException,
    ValidationException,
    XksKeyAlreadyInUseException,
    XksKeyInvalidConfigurationException,
    XksKeyNotFoundException,
)
from ..rules import clusters
from ..rules.clusters import HSMS_TO_CREATE
from ..rules.proxies import KEY_NOT_FOUND, trouble_with
from ..values.key import Stored
from ..values.key_store import CloudHsmKeyStore, ExternalKeyStore, KeyStore
from ..values.proxy import ProxyKey
from ..values.specs import KeySpec
from .request import Request

ORIGINS: Final = ("AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")

NO_CONTACT: Final = "KMS cannot communicate with your CloudHSM cluster"
TOO_FEW_HSMS: Final = (
    "The CloudHSM cluster {} does not have two active HSMs in different Availability Zones."
)


def find_store(request: Request, store_id: str) -> KeyStore:
    """Return the caller's custom key store *store_id*."""
    found = request.resources.stores.get(store_id)
    if found is None:
        raise CustomKeyStoreNotFoundException(f"Custom key store {store_id} is not found.")
    return found


def wrong_state(store: KeyStore, wanted: str) -> CustomKeyStoreInvalidStateException:
    """Return the error for an operation that needs *store* to be in a state that is *wanted*."""
    return CustomKeyStoreInvalidStateException(
        f"Custom key store {store.store_id} is {store.state}; it must be {wanted}."
    )


def has_contact(request: Request, store: CloudHsmKeyStore) -> bool:
    """Tell whether KMS can work with the cluster of *store*."""
    return clusters.has_contact(request.state.backings.cluster_of(store))


def checked_location(request: Request, spec: KeySpec, origin: str) -> Stored | None:
    """Return where the key goes that *request* wants; None if that is no custom key store."""
    params = request.params
    if "XksKeyId" in params and origin != "EXTERNAL_KEY_STORE":
        raise ValidationException(f"XksKeyId is not valid for Origin {origin}.")
    if "CustomKeyStoreId" not in params:
        if origin in ORIGINS:
            raise ValidationException(f"CustomKeyStoreId is required for Origin {origin}.")
        return None
    if origin == "EXTERNAL_KEY_STORE" and "XksKeyId" not in params:
        raise ValidationException(f"XksKeyId is required for Origin {origin}.")
    store = find_store(request, params["CustomKeyStoreId"])
    if origin != store.type:
        raise UnsupportedOperationException(
            f"Origin {origin} is not valid for custom key store {store.store_id}, "
            f"which is of type {store.type}."
        )
    if not spec.is_symmetric_encryption:
        raise ValidationException(f"KeySpec {spec.name} is not supported for Origin {origin}")
    if params.get("MultiRegion"):
        raise UnsupportedOperationException(f"MultiRegion is not supported for Origin {origin}")
    if store.state != "CONNECTED":
        raise wrong_state(store, "CONNECTED")
    if isinstance(store, CloudHsmKeyStore):
        return _location_in_cluster(request, store)
    return _location_behind_proxy(request, store, params["XksKeyId"])


def _location_in_cluster(request: Request, store: CloudHsmKeyStore) -> Stored:
    cluster = request.state.backings.cluster_of(store)
    if cluster is None or not cluster.reachable:
        raise CustomKeyStoreInvalidStateException(NO_CONTACT)
    if not cluster.active or cluster.hsms < HSMS_TO_CREATE:
        raise CloudHsmClusterInvalidConfigurationException(TOO_FEW_HSMS.format(cluster.cluster_id))
    return Stored(store_id=store.store_id, cluster_id=cluster.cluster_id)


def _location_behind_proxy(request: Request, store: ExternalKeyStore, xks_key_id: str) -> Stored:
    stored = [key.stored for key in request.resources.keys_of_store(store.store_id)]
    if any(each is not None and each.xks_key_id == xks_key_id for each in stored):
        raise XksKeyAlreadyInUseException(
            f"The external key {xks_key_id} is already associated with a KMS key in custom key "
            f"store {store.store_id}."
        )
    proxy = request.state.backings.proxy(store.proxy)
    trouble = trouble_with(proxy, store.proxy)
    if trouble is not None:
        raise CustomKeyStoreInvalidStateException(trouble.words)
    external = None if proxy is None else proxy.keys.get(xks_key_id)
    if external is None:
        raise XksKeyNotFoundException(KEY_NOT_FOUND)
    _check_configuration(external)
    return Stored(store_id=store.store_id, xks_key_id=xks_key_id)


def _check_configuration(external: ProxyKey) -> None:
    if external.spec != "AES_256":
        raise XksKeyInvalidConfigurationException(
            "The key spec of the external key must be AES_256. "
            f"The key spec of specified external key is {external.spec}."
        )
    if external.status != "ENABLED":
        raise XksKeyInvalidConfigurationException(
            "The status of the external key must be ENABLED. "
            f"The status of specified external key is {external.status}."
        )
    if not {"ENCRYPT", "DECRYPT"} <= {*external.usage}:
        raise XksKeyInvalidConfigurationException(
            "The key usage of the external key must include ENCRYPT and DECRYPT. "
            f"The key use of specified external key is {', '.join(external.usage)}."
        )
