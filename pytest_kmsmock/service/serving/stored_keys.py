"""
Keys in custom key stores: how they encrypt.

A key in an external key store encrypts twice: with its own material, then with
the external key. What goes wrong outside of KMS is always a
KMSInvalidStateException. Source: KMS Developer Guide, "Custom key stores"; the
texts are those of its pages on troubleshooting.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...crypto import ciphertext
from ..api.errors import InvalidCiphertextException, KMSInvalidStateException
from ..rules.proxies import KEY_NOT_ENABLED, KEY_NOT_FOUND, USE_NOT_SUPPORTED, trouble_with
from ..values.key import KmsKey
from ..values.key_store import CloudHsmKeyStore
from .key_stores import NO_CONTACT, has_contact
from .request import Request

_CORRUPT: Final = (
    "The external key store proxy rejected the request because the specified ciphertext or "
    "additional authenticated data is corrupted, missing, or otherwise invalid."
)
_ANSWER_CORRUPT: Final = (
    "The ciphertext that the external key store proxy submitted for decryption, or the "
    "encryption context, is corrupted, missing, or otherwise invalid."
)


def seal(request: Request, key: KmsKey, plaintext: bytes, context: Mapping[str, str]) -> bytes:
    """Return the ciphertext of *plaintext* by *key*, which is in a custom key store."""
    secrets, _ = _secrets(request, key, "ENCRYPT")
    randomness, sealed = request.registry.randomness, plaintext
    for secret in secrets:
        sealed = ciphertext.seal(secret, key.ciphertext_start, sealed, context, randomness)
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
    store = request.state.resources(key.account, key.region).stores.get(key.stored.store_id)
    assert store is not None
    if isinstance(store, CloudHsmKeyStore):
        if not has_contact(request, store):
            raise KMSInvalidStateException(NO_CONTACT)
        return (key.secret,), "well"
    proxy = request.state.backings.proxy(store.proxy)
    trouble = trouble_with(proxy, store.proxy)
    if trouble is not None:
        raise KMSInvalidStateException(trouble.words)
    external = None if proxy is None else proxy.keys.get(key.stored.xks_key_id or "")
    if proxy is None or external is None:
        raise KMSInvalidStateException(KEY_NOT_FOUND)
    if external.status != "ENABLED":
        raise KMSInvalidStateException(KEY_NOT_ENABLED)
    if use not in external.usage:
        raise KMSInvalidStateException(USE_NOT_SUPPORTED)
    return (key.secret, external.secret), proxy.answers
