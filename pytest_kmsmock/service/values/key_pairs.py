"""
Key pairs of every family: which module of `crypto` serves which key spec.

A private key is PKCS #8 DER, a public key SubjectPublicKeyInfo DER. Any function
raises `MissingExtra` for what `cryptography` lacks and an extra would bring.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Final

from ...crypto import der, ecc, ed25519, mldsa, mlkem, rsa, sm2
from .specs import KEY_SPECS, Family, KeySpec

# The modules have the same functions, as far as their schemes go.
_MODULES: Final[Mapping[Family, ModuleType]] = {
    "rsa": rsa,
    "ecc": ecc,
    "ed25519": ed25519,
    "mldsa": mldsa,
    "mlkem": mlkem,
    "sm2": sm2,
}

# The length of each type of message that a signing algorithm takes, None is any.
# Source: KMS API Reference, Sign.
MESSAGE_LENGTHS: Final[Mapping[str, Mapping[str, int | None]]] = {
    **{
        algorithm: {"RAW": None, "DIGEST": length}
        for lengths in (rsa.DIGEST_LENGTHS, ecc.DIGEST_LENGTHS, sm2.DIGEST_LENGTHS)
        for algorithm, length in lengths.items()
    },
    ed25519.PURE: {"RAW": None},
    ed25519.PREHASHED: {"DIGEST": ed25519.DIGEST_LENGTHS[ed25519.PREHASHED]},
    mldsa.ALGORITHM: {"RAW": None, "EXTERNAL_MU": mldsa.DIGEST_LENGTHS[mldsa.ALGORITHM]},
}


def generate(spec: str) -> bytes:
    """Return a new private key of the key spec of that name."""
    private: bytes = _MODULES[KEY_SPECS[spec].family].generate(spec)
    return private


def public_key(spec: KeySpec, private: bytes) -> bytes:
    public: bytes = _MODULES[spec.family].public_key(private)
    return public


def is_private_key(spec: KeySpec, private: bytes) -> bool:
    """Tell whether *private*, made by somebody else, is a sound key of *spec* in PKCS #8."""
    if not der.is_pkcs8(private):
        return False
    return bool(_MODULES[spec.family].is_private_key(spec.name, private))


def longest_plaintext(spec: KeySpec, algorithm: str) -> int:
    """Return how many bytes *algorithm* can encrypt."""
    longest: int = _MODULES[spec.family].max_plaintext(spec.name, algorithm)
    return longest


def encrypt(spec: KeySpec, private: bytes, algorithm: str, plaintext: bytes) -> bytes:
    ciphertext: bytes = _MODULES[spec.family].encrypt(private, algorithm, plaintext)
    return ciphertext


def decrypt(spec: KeySpec, private: bytes, algorithm: str, ciphertext: bytes) -> bytes | None:
    """Return the plaintext, or None if *ciphertext* is not of this key and algorithm."""
    plaintext: bytes | None = _MODULES[spec.family].decrypt(private, algorithm, ciphertext)
    return plaintext


def sign(spec: KeySpec, private: bytes, algorithm: str, message_type: str, message: bytes) -> bytes:
    """Return the signature of *message*, whose length `MESSAGE_LENGTHS` allows."""
    signature: bytes = _MODULES[spec.family].sign(
        private, algorithm, message, is_digest=message_type != "RAW"
    )
    return signature


def verify(
    spec: KeySpec,
    private: bytes,
    algorithm: str,
    message_type: str,
    message: bytes,
    signature: bytes,
) -> bool:
    """Tell whether *signature*, of whatever form, is one of *message*."""
    is_digest = message_type != "RAW"
    return bool(
        _MODULES[spec.family].verify(private, algorithm, message, signature, is_digest=is_digest)
    )


def exchange(spec: KeySpec, private: bytes, peer: bytes) -> bytes | None:
    """Return the raw shared secret, or None if *peer* is no public key on the same curve."""
    secret: bytes | None = _MODULES[spec.family].exchange(private, peer)
    return secret


def encapsulate(private: bytes) -> tuple[bytes, bytes]:
    """Return a shared secret and its encapsulation."""
    return mlkem.encapsulate(private)


def decapsulate(private: bytes, encapsulated: bytes) -> bytes | None:
    """Return the shared secret, or None if *encapsulated* has a wrong length."""
    return mlkem.decapsulate(private, encapsulated)
