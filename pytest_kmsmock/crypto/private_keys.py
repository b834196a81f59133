"""Private keys by their DER: each is loaded once, and one made here not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar

from cryptography.hazmat.primitives import serialization

from .cache import Cache


class _PrivateKey(Protocol):
    def private_bytes(
        self,
        encoding: serialization.Encoding,
        format: serialization.PrivateFormat,
        encryption_algorithm: serialization.KeySerializationEncryption,
    ) -> bytes: ...


_Key = TypeVar("_Key", bound=_PrivateKey)

_MOST: Final = 256


class PrivateKeys(Generic[_Key]):
    """
    The keys of one family. Called with PKCS #8 DER, it returns the key.

    Loading costs as much as a signature, and a test uses few keys often.

    Args:
        load: Loads a key from PKCS #8 DER.
    """

    def __init__(self, load: Callable[[bytes], _Key]) -> None:
        self._keys = Cache(load, _MOST, of_secrets=True)

    def __call__(self, private: bytes) -> _Key:
        return self._keys[private]

    def add(self, key: _Key) -> bytes:
        """Return the PKCS #8 DER of *key*, which has just been made."""
        private = key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        self._keys.keep(private, key)
        return private
