"""
ECDSA and ECDH on the NIST curves and secp256k1, by `cryptography`.

A private key travels as PKCS #8 DER, a public key as SubjectPublicKeyInfo DER
with a named curve.

Source: FIPS 186-5, SEC 1; key specs and algorithms as in the KMS Developer Guide.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from . import foreign_keys
from .cache import of_secrets
from .private_keys import PrivateKeys
from .randomness import SYSTEM, Randomness

_CURVES: Final[Mapping[str, ec.EllipticCurve]] = {
    "ECC_NIST_P256": ec.SECP256R1(),
    "ECC_NIST_P384": ec.SECP384R1(),
    "ECC_NIST_P521": ec.SECP521R1(),
    "ECC_SECG_P256K1": ec.SECP256K1(),
}
# How many points each has. Source: SEC 2, version 2.0.
_ORDERS: Final[Mapping[str, int]] = {
    "ECC_NIST_P256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "ECC_NIST_P384": int(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
        "C7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973",
        16,
    ),
    "ECC_NIST_P521": int(
        "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
        "FA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409",
        16,
    ),
    "ECC_SECG_P256K1": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
}
_SIGNING: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "ECDSA_SHA_256": hashes.SHA256(),
    "ECDSA_SHA_384": hashes.SHA384(),
    "ECDSA_SHA_512": hashes.SHA512(),
}
_OF_RAW: Final = {name: ec.ECDSA(hash_) for name, hash_ in _SIGNING.items()}
_OF_DIGEST: Final = {name: ec.ECDSA(utils.Prehashed(hash_)) for name, hash_ in _SIGNING.items()}
_ECDH: Final = ec.ECDH()

SPECS: Final = tuple(_CURVES)
DIGEST_LENGTHS: Final[Mapping[str, int]] = {
    name: hash_.digest_size for name, hash_ in _SIGNING.items()
}
"""Bytes of a digest, by signing algorithm."""


def generate(spec: str, randomness: Randomness) -> bytes:
    """
    Return a new private key, PKCS #8 DER.

    Args:
        randomness: As in the other families; unless it is repeatable, `cryptography` draws
            by itself, up to four times as fast as it derives a key from a number.
    """
    if not randomness.is_repeatable:
        return _private.add(ec.generate_private_key(_CURVES[spec]))
    order = _ORDERS[spec]
    # Of so many more bits than needed no number comes oftener than another.
    drawn = randomness.draw((order.bit_length() + 7) // 8 + 8)
    number = int.from_bytes(drawn, "big") % (order - 1) + 1
    return _private.add(ec.derive_private_key(number, _CURVES[spec]))


@of_secrets
def public_key(private: bytes) -> bytes:
    """Return the public key of *private*: SubjectPublicKeyInfo DER, the point uncompressed."""
    # Not by `_public`: a data key pair verifies nothing.
    return (
        _private(private)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def is_private_key(spec: str, private: bytes) -> bool:
    """Tell whether *private*, made by somebody else, is a sound key of *spec*."""
    key = foreign_keys.private_key(private)
    return isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == _CURVES[spec].name


def sign(
    private: bytes,
    algorithm: str,
    message: bytes,
    *,
    is_digest: bool = False,
    randomness: Randomness = SYSTEM,
) -> bytes:
    """
    Return a signature of *message*: ECDSA-Sig-Value in DER.

    Args:
        is_digest: *message* is the digest that the algorithm would compute.
        randomness: If it is repeatable, so is the signature (RFC 6979), where OpenSSL
            is 3.2 or later.

    Raises:
        ValueError: The digest has not the length in `DIGEST_LENGTHS`.
    """
    scheme = _repeatable(algorithm, is_digest) if randomness.is_repeatable else None
    if scheme is None:
        scheme = (_OF_DIGEST if is_digest else _OF_RAW)[algorithm]
    return _private(private).sign(message, scheme)


def verify(
    private: bytes, algorithm: str, message: bytes, signature: bytes, *, is_digest: bool = False
) -> bool:
    """
    Tell whether *signature*, of whatever form and length, is one of *message*.

    Arguments and errors are those of `sign`.
    """
    scheme = (_OF_DIGEST if is_digest else _OF_RAW)[algorithm]
    try:
        _public(private).verify(signature, message, scheme)
    except InvalidSignature:
        return False
    return True


def exchange(private: bytes, peer: bytes) -> bytes | None:
    """
    Return the raw shared secret of *private* and the public key *peer*.

    It is the x coordinate, as long as the field: 32, 48 or 66 bytes
    (SP 800-56A, section 5.7.1.2).

    Args:
        peer: SubjectPublicKeyInfo DER.

    Returns:
        None if *peer* is no public key, is not on its curve or is on another
        curve than *private*.
    """
    own = _private(private)
    key = _peer(peer)
    if key is None or key.curve.name != own.curve.name:
        return None
    return own.exchange(_ECDH, key)


@functools.cache
def _repeatable(algorithm: str, is_digest: bool) -> ec.ECDSA | None:
    """Return the scheme that signs a message the same way each time, if there is one."""
    hash_ = _SIGNING[algorithm]
    try:
        return ec.ECDSA(utils.Prehashed(hash_) if is_digest else hash_, deterministic_signing=True)
    except UnsupportedAlgorithm:
        return None


def _load(private: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_der_private_key(private, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("not an elliptic curve private key")
    return key


_private: Final = PrivateKeys(_load)


@of_secrets
def _public(private: bytes) -> ec.EllipticCurvePublicKey:
    return _private(private).public_key()


@of_secrets
def _peer(public: bytes) -> ec.EllipticCurvePublicKey | None:
    """Return the key of which *public* is the DER, or None if it is of no elliptic curve."""
    key = foreign_keys.public_key(public)
    return key if isinstance(key, ec.EllipticCurvePublicKey) else None
