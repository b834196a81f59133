"""
Key pairs by their key spec: what the families of `crypto` do with them.

A private key is PKCS #8 DER, a public key SubjectPublicKeyInfo DER. Any function
raises `MissingExtra` for what `cryptography` lacks and an extra would bring.
"""

from __future__ import annotations

from ...crypto import der, families
from ...crypto.randomness import Randomness
from .specs import KEY_SPECS, KeySpec


def generate(spec: str, randomness: Randomness) -> bytes:
    """Return a new private key of the key spec of that name."""
    return families.KEY_PAIRS[KEY_SPECS[spec].family]().generate(spec, randomness)


def public_key(spec: KeySpec, private: bytes) -> bytes:
    return families.KEY_PAIRS[spec.family]().public_key(private)


def is_private_key(spec: KeySpec, private: bytes) -> bool:
    """Tell whether *private*, made by somebody else, is a sound key of *spec* in PKCS #8."""
    if der.algorithm(private) is None:
        return False
    return families.KEY_PAIRS[spec.family]().is_private_key(spec.name, private)


def longest_plaintext(spec: KeySpec, algorithm: str) -> int:
    """Return how many bytes *algorithm* can encrypt."""
    return families.ENCRYPTING[spec.family]().max_plaintext(spec.name, algorithm)


def encrypt(
    spec: KeySpec, private: bytes, algorithm: str, plaintext: bytes, randomness: Randomness
) -> bytes:
    family = families.ENCRYPTING[spec.family]()
    return family.encrypt(private, algorithm, plaintext, randomness=randomness)


def decrypt(spec: KeySpec, private: bytes, algorithm: str, ciphertext: bytes) -> bytes | None:
    """Return the plaintext, or None if *ciphertext* is not of this key and algorithm."""
    return families.ENCRYPTING[spec.family]().decrypt(private, algorithm, ciphertext)


def sign(
    spec: KeySpec,
    private: bytes,
    algorithm: str,
    message_type: str,
    message: bytes,
    randomness: Randomness,
) -> bytes:
    """Return the signature of *message*, whose length `specs.MESSAGE_LENGTHS` allows."""
    is_digest = message_type != "RAW"
    return families.SIGNING[spec.family]().sign(
        private, algorithm, message, is_digest=is_digest, randomness=randomness
    )


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
    return families.SIGNING[spec.family]().verify(
        private, algorithm, message, signature, is_digest=is_digest
    )


def exchange(spec: KeySpec, private: bytes, peer: bytes) -> bytes | None:
    """Return the raw shared secret, or None if *peer* is no public key on the same curve."""
    return families.AGREEING[spec.family]().exchange(private, peer)


def encapsulate(spec: KeySpec, private: bytes) -> tuple[bytes, bytes]:
    """Return a shared secret and its ciphertext."""
    return families.ENCAPSULATING[spec.family]().encapsulate(private)


def decapsulate(spec: KeySpec, private: bytes, ciphertext: bytes) -> bytes | None:
    """Return the shared secret, or None if *ciphertext* has a wrong length."""
    return families.ENCAPSULATING[spec.family]().decapsulate(private, ciphertext)
