"""
Ed25519 by `cryptography`, Ed25519ph by PyCryptodome.

A private key travels as PKCS #8 DER, a public key as SubjectPublicKeyInfo DER
(RFC 8410), a signature as its 64 bytes R and S.

KMS signs a digest, and Ed25519ph hashes what it signs. So what ED25519_PH_SHA_512
signs is the SHA-512 of the digest that the caller supplied.

Source: RFC 8032; key spec and algorithms as in the KMS Developer Guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from . import extras, foreign_keys
from .cache import of_secrets
from .private_keys import PrivateKeys
from .randomness import SYSTEM, Randomness

SPECS: Final = ("ECC_NIST_EDWARDS25519",)
PURE: Final = "ED25519_SHA_512"
PREHASHED: Final = "ED25519_PH_SHA_512"
_KEY_LENGTH: Final = 32
DIGEST_LENGTHS: Final[Mapping[str, int]] = {PREHASHED: 64}
"""Bytes of a digest, by signing algorithm."""


def generate(spec: str, randomness: Randomness) -> bytes:
    """Return a new private key, PKCS #8 DER."""
    assert spec in SPECS
    return _private.add(ed25519.Ed25519PrivateKey.from_private_bytes(randomness.draw(_KEY_LENGTH)))


@of_secrets
def public_key(private: bytes) -> bytes:
    """Return the public key of *private*: SubjectPublicKeyInfo DER of 44 bytes."""
    return _public(private).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def is_private_key(spec: str, private: bytes) -> bool:
    """Tell whether *private*, made by somebody else, is a sound key of *spec*."""
    assert spec in SPECS
    return isinstance(foreign_keys.private_key(private), ed25519.Ed25519PrivateKey)


def sign(
    private: bytes,
    algorithm: str,
    message: bytes,
    *,
    is_digest: bool = False,
    randomness: Randomness = SYSTEM,
) -> bytes:
    """
    Return the signature of *message*, 64 bytes; it is the same each time.

    Args:
        message: For ED25519_PH_SHA_512 what Ed25519ph hashes: the caller's digest.
        is_digest: As in the other families; here the algorithm decides.
        randomness: As in the other families; nothing is drawn.

    Raises:
        MissingExtra: ED25519_PH_SHA_512 without PyCryptodome.
    """
    if algorithm == PREHASHED:
        scheme, sha512 = _prehashed(private)
        signature: bytes = scheme.sign(sha512.new(message))
        return signature
    return _private(private).sign(message)


def verify(
    private: bytes, algorithm: str, message: bytes, signature: bytes, *, is_digest: bool = False
) -> bool:
    """
    Tell whether *signature*, of whatever length, is the one of *message*.

    Arguments and errors are those of `sign`.
    """
    if algorithm == PREHASHED:
        scheme, sha512 = _prehashed(private)
        try:
            scheme.verify(sha512.new(message), signature)
        except ValueError:
            return False
        return True
    try:
        _public(private).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _load(private: bytes) -> ed25519.Ed25519PrivateKey:
    key = serialization.load_der_private_key(private, password=None)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise ValueError("not an Ed25519 private key")
    return key


_private: Final = PrivateKeys(_load)


@of_secrets
def _public(private: bytes) -> ed25519.Ed25519PublicKey:
    return _private(private).public_key()


@of_secrets
def _prehashed(private: bytes) -> tuple[Any, Any]:
    """Return PyCryptodome's signature scheme with the key, and its module of SHA-512."""
    eddsa = extras.ED25519PH.load("Crypto.Signature.eddsa")
    sha512 = extras.ED25519PH.load("Crypto.Hash.SHA512")
    key = eddsa.import_private_key(_private(private).private_bytes_raw())
    return eddsa.new(key, "rfc8032"), sha512
