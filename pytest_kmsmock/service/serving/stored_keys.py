"""
Keys in custom key stores: where they can be made, and how they encrypt.

A key in an external key store encrypts twice: with its own material, then with
the external key. Source: KMS Developer Guide, "Custom key stores"; the texts are
those of its pages on troubleshooting.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...crypto import ciphertext
from ..api.errors import (
    CloudHsmClusterInvalidConfigurationException,
    CustomKeyStoreInvalidStateException,
    CustomKeyStoreNotFoundException,
    InvalidCiphertextException,
    KMSInvalidStateException,
    UnsupportedOperationException,
    ValidationException,
    XksKeyAlreadyInUseException,
    XksKeyInvalidConfigurationException,
    XksKeyNotFoundException,
)
from ..state import outside
from ..values.key import KmsKey, Stored
from ..values.key_store import KeyStore
from ..values.specs import KeySpec
from .request import Request

ORIGINS: Final = ("AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")

NO_CONTACT: Final = "KMS cannot communicate with your CloudHSM cluster"
TOO_FEW_HSMS: Final = (
    "The CloudHSM cluster {} does not have two active HSMs in different Availability Zones."
)
_KEY_NOT_FOUND: Final = (
    "The external key store proxy rejected the request because it could not find the external key."
)
_KEY_NOT_ENABLED: Final = (
    "The external key store proxy rejected the request because the external key is not enabled "
    "in the external key manager."
)
_USE_NOT_SUPPORTED: Final = (
    "The external key store proxy rejected the request because the external key does not "
    "support the requested operation."
)
_CORRUPT: Final = (
    "The external key store proxy rejected the request because the specified ciphertext or "
    "additional authenticated data is corrupted, missing, or otherwise invalid."
)
_ANSWER_CORRUPT: Final = (
    "The ciphertext that the external key store proxy submitted for decryption, or the "
    "encryption context, is corrupted, missing, or otherwise invalid."
)


def find_store(request: Request, store_id: str) -> KeyStore:
    """Return the caller's custom key store *store_id*."""
    found = request.place.stores.get(store_id)
    if found is None:
        raise CustomKeyStoreNotFoundException(f"Custom key store {store_id} is not found.")
    return found


def wrong_state(store: KeyStore, wanted: str) -> CustomKeyStoreInvalidStateException:
    """Return the error for an operation that needs *store* to be in a state that is *wanted*."""
    return CustomKeyStoreInvalidStateException(
        f"Custom key store {store.store_id} is {store.state}; it must be {wanted}."
    )


def has_contact(request: Request, store: KeyStore) -> bool:
    """Tell whether KMS can work with the cluster of *store*."""
    assert store.cluster is not None
    cluster = outside.cluster_of(
        request.registry.outside, store.account, store.region, store.cluster
    )
    return outside.has_contact(cluster)


# Making a key.


def checked_place(request: Request, spec: KeySpec, origin: str) -> Stored | None:
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
    if store.proxy is None:
        return _place_in_cluster(request, store)
    return _place_behind_proxy(request, store, params["XksKeyId"])


def _place_in_cluster(request: Request, store: KeyStore) -> Stored:
    assert store.cluster is not None
    settings = store.cluster
    cluster = outside.cluster_of(request.registry.outside, store.account, store.region, settings)
    if cluster is None or not cluster.reachable:
        raise CustomKeyStoreInvalidStateException(NO_CONTACT)
    if not cluster.active or cluster.hsms < outside.HSMS_TO_CREATE:
        raise CloudHsmClusterInvalidConfigurationException(TOO_FEW_HSMS.format(settings.cluster_id))
    return Stored(store_id=store.store_id, cluster_id=settings.cluster_id)


def _place_behind_proxy(request: Request, store: KeyStore, xks_key_id: str) -> Stored:
    assert store.proxy is not None
    stored = [key.stored for key in request.place.keys_of_store(store.store_id)]
    if any(each is not None and each.xks_key_id == xks_key_id for each in stored):
        raise XksKeyAlreadyInUseException(
            f"The external key {xks_key_id} is already associated with a KMS key in custom key "
            f"store {store.store_id}."
        )
    trouble = outside.trouble_with_proxy(request.registry.outside, store.proxy)
    if trouble is not None:
        raise CustomKeyStoreInvalidStateException(trouble.words)
    proxy = outside.proxy_of(request.registry.outside, store.proxy)
    external = None if proxy is None else proxy.keys.get(xks_key_id)
    if external is None:
        raise XksKeyNotFoundException(_KEY_NOT_FOUND)
    _check_configuration(external)
    return Stored(store_id=store.store_id, xks_key_id=xks_key_id)


def _check_configuration(external: outside.ProxyKey) -> None:
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


# Using one. What goes wrong outside is always a KMSInvalidStateException.


def seal(request: Request, key: KmsKey, plaintext: bytes, context: Mapping[str, str]) -> bytes:
    """Return the ciphertext of *plaintext* by *key*, which is in a custom key store."""
    secrets, _ = _secrets(request, key, "ENCRYPT")
    sealed = plaintext
    for secret in secrets:
        sealed = ciphertext.seal(secret, key.ciphertext_start, sealed, context)
    return sealed


def open_(request: Request, key: KmsKey, context: Mapping[str, str]) -> bytes:
    """Return the plaintext of the request's ciphertext by *key*, likewise."""
    assert request.envelope is not None
    secrets, answer = _secrets(request, key, "DECRYPT")
    opened = ciphertext.open_(secrets[-1], request.envelope, context)
    if len(secrets) == 1:
        if opened is None:
            raise InvalidCiphertextException
        return opened
    if opened is None:
        raise KMSInvalidStateException(_CORRUPT)
    inner = None if answer == "corrupt" else ciphertext.parse(opened)
    plaintext = None if inner is None else ciphertext.open_(secrets[0], inner, context)
    if plaintext is None:
        raise KMSInvalidStateException(_ANSWER_CORRUPT)
    return plaintext


def _secrets(request: Request, key: KmsKey, use: str) -> tuple[tuple[bytes, ...], str]:
    """Return what *key* encrypts with, one after the other, and how its proxy answers."""
    assert key.stored is not None
    store = request.registry.places[key.account, key.region].stores.get(key.stored.store_id)
    assert store is not None
    if store.proxy is None:
        if not has_contact(request, store):
            raise KMSInvalidStateException(NO_CONTACT)
        return (key.secret,), "well"
    trouble = outside.trouble_with_proxy(request.registry.outside, store.proxy)
    if trouble is not None:
        raise KMSInvalidStateException(trouble.words)
    proxy = outside.proxy_of(request.registry.outside, store.proxy)
    external = None if proxy is None else proxy.keys.get(key.stored.xks_key_id or "")
    if proxy is None or external is None:
        raise KMSInvalidStateException(_KEY_NOT_FOUND)
    if external.status != "ENABLED":
        raise KMSInvalidStateException(_KEY_NOT_ENABLED)
    if use not in external.usage:
        raise KMSInvalidStateException(_USE_NOT_SUPPORTED)
    return (key.secret, external.secret), proxy.answers
