"""Private keys by their DER: each is loaded once, and one made here not at all."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from cryptography.hazmat.primitives import serialization


class _PrivateKey(Protocol):
    def private_bytes(
        self,
        encoding: serialization.Encoding,
        format: serialization.PrivateFormat,
        encryption_algorithm: serialization.KeySerializationEncryption,
    ) -> bytes: ...


_Key = TypeVar("_Key", bound=_PrivateKey)


class PrivateKeys(Generic[_Key]):
    """
    The keys of one family. Called with PKCS #8 DER, it returns the key.

    Loading costs as much as a signature, and a test uses few keys often.

    Args:
        load: Loads a key from PKCS #8 DER.
    """

    def __init__(self, load: Callable[[bytes], _Key]) -> None:
        self._load = load
        self._new: dict[bytes, _Key] = {}
        self._find = functools.lru_cache(maxsize=256)(self._find_uncached)

    def __call__(self, private: bytes) -> _Key:
        return self._find(private)

    def add(self, key: _Key) -> bytes:
        """Return the PKCS #8 DER of *key*, which has just been made."""
        private = key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        self._new[private] = key
        self._find(private)
        return private

    def _find_uncached(self, private: bytes) -> _Key:
        key = self._new.pop(private, None)
        return self._load(private) if key is None else key
