"""
The secret numbers within private keys, which appear wherever the key does.

In whatever form a key is written, PKCS #8, PKCS #1, SEC 1 or JWK, these are in it, and
nothing of the public key is among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from . import der

_RSA: Final = bytes.fromhex("06092a864886f70d010101")
# Of an RSAPrivateKey (RFC 8017, A.1.2), version, modulus and public exponent are no secrets.
_PUBLIC_OF_RSA: Final = 3
_OCTET_STRINGS: Final = (der.OCTET_STRING, 0x80)
_SHORTEST: Final = 16


def private_parts(private: bytes) -> list[bytes]:
    """Return the secret numbers and seeds in *private*, PKCS #8 DER; of another thing none."""
    algorithm = der.algorithm(private)
    if algorithm is None:
        return []
    try:
        ((_, outer),) = der.elements(private)
        content = list(der.elements(outer))[2][1]
        found = list(_numbers(content) if algorithm.startswith(_RSA) else _octets(content))
    except ValueError:
        return []
    return [part for part in found if len(part) >= _SHORTEST]


def _numbers(content: bytes) -> Iterator[bytes]:
    ((_, inner),) = der.elements(content)
    for tag, number in list(der.elements(inner))[_PUBLIC_OF_RSA:]:
        if tag == der.INTEGER:
            yield number.lstrip(b"\0")


def _octets(content: bytes) -> Iterator[bytes]:
    """Yield the seed or the number in *content*, which may stand in a sequence, or by itself."""
    for tag, inner in der.elements(content):
        if tag in _OCTET_STRINGS:
            yield inner
        elif tag == der.SEQUENCE:
            yield from (octets for tag, octets in der.elements(inner) if tag in _OCTET_STRINGS)
