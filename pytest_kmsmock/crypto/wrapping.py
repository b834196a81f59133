"""
Wrapping of key material for its way to KMS.

`RSAES_OAEP_*` encrypts it under the wrapping key directly. `RSA_AES_KEY_WRAP_*`
encrypts a new AES-256 key so, and the material by AES key wrap with padding
under that; the one follows the other.

Source: KMS Developer Guide, "Encrypt key material"; RFC 5649.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives import keywrap

from .families import ENCRYPTING
from .randomness import Randomness

ALGORITHMS: Final = (
    "RSAES_OAEP_SHA_1",
    "RSAES_OAEP_SHA_256",
    "RSA_AES_KEY_WRAP_SHA_1",
    "RSA_AES_KEY_WRAP_SHA_256",
)
SM2_ALGORITHM: Final = "SM2PKE"
_AES_KEY_LENGTH: Final = 32
# One block of material and one of integrity check.
_SHORTEST_WRAPPED: Final = 16


def is_possible_length(spec: str, algorithm: str, length: int) -> bool:
    """Tell whether wrapped material of *length* bytes fits a wrapping key of *spec*."""
    if algorithm == SM2_ALGORITHM:
        return True
    from . import rsa  # not at the top, here and below: few tests need it

    modulus = rsa.BITS[spec] // 8
    if algorithm.startswith("RSAES"):
        return length == modulus
    return length >= modulus + _SHORTEST_WRAPPED and length % 8 == 0


def unwrap(private: bytes, algorithm: str, wrapped: bytes) -> bytes | None:
    """Return the material, or None if *wrapped* is not of this wrapping key and algorithm."""
    if algorithm == SM2_ALGORITHM:
        return ENCRYPTING["sm2"]().decrypt(private, algorithm, wrapped)
    from . import rsa

    if algorithm.startswith("RSAES"):
        return rsa.decrypt(private, algorithm, wrapped)
    modulus = rsa.modulus_length(private)
    aes_key = rsa.decrypt(private, _oaep(algorithm), wrapped[:modulus])
    if aes_key is None:
        return None
    try:
        return keywrap.aes_key_unwrap_with_padding(aes_key, wrapped[modulus:])
    except (keywrap.InvalidUnwrap, ValueError):
        return None


def wrap(public: bytes, algorithm: str, material: bytes, randomness: Randomness) -> bytes:
    """
    Return *material* as a client sends it.

    Args:
        public: The wrapping key, SubjectPublicKeyInfo DER of an RSA key.
        algorithm: One of `ALGORITHMS`.
    """
    from . import rsa

    if algorithm.startswith("RSAES"):
        return rsa.encrypt_for(public, algorithm, material)
    aes_key = randomness.draw(_AES_KEY_LENGTH)
    return rsa.encrypt_for(public, _oaep(algorithm), aes_key) + keywrap.aes_key_wrap_with_padding(
        aes_key, material
    )


def _oaep(algorithm: str) -> str:
    return algorithm.replace("RSA_AES_KEY_WRAP", "RSAES_OAEP")
