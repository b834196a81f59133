"""
HMAC, by the standard library.

Source: RFC 2104, FIPS 198-1; key specs and algorithms as in the KMS Developer Guide.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Final

from .randomness import Randomness

_HASHES: Final[Mapping[str, str]] = {
    "HMAC_SHA_224": "sha224",
    "HMAC_SHA_256": "sha256",
    "HMAC_SHA_384": "sha384",
    "HMAC_SHA_512": "sha512",
}

KEY_LENGTHS: Final[Mapping[str, int]] = {
    "HMAC_224": 28,
    "HMAC_256": 32,
    "HMAC_384": 48,
    "HMAC_512": 64,
}
"""Bytes of a key made here, by key spec."""
IMPORTED_KEY_LENGTHS: Final[Mapping[str, tuple[int, int]]] = {
    "HMAC_224": (28, 64),
    "HMAC_256": (32, 64),
    "HMAC_384": (48, 128),
    "HMAC_512": (64, 128),
}
"""The shortest and the longest key that can be imported, in bytes, by key spec."""


def generate(spec: str, randomness: Randomness) -> bytes:
    """Return a new secret key, as long as the digest of *spec*."""
    return randomness.draw(KEY_LENGTHS[spec])


def is_key(spec: str, key: bytes) -> bool:
    """Tell whether *key*, made by somebody else, has a length that *spec* allows."""
    shortest, longest = IMPORTED_KEY_LENGTHS[spec]
    return shortest <= len(key) <= longest


def mac(key: bytes, algorithm: str, message: bytes) -> bytes:
    """Return the whole MAC of *message*: 28, 32, 48 or 64 bytes."""
    return hmac.digest(key, message, _HASHES[algorithm])


def verify(key: bytes, algorithm: str, message: bytes, code: bytes) -> bool:
    """Tell in constant time whether *code*, of whatever length, is the MAC of *message*."""
    return hmac.compare_digest(mac(key, algorithm, message), code)
