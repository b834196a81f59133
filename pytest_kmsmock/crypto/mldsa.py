"""
ML-DSA, by `cryptography` 48 and later.

A private key travels as PKCS #8 DER with the 32-byte seed (RFC 9881), a public
key as SubjectPublicKeyInfo DER. The context is empty; signatures are hedged, so
each is another.

Source: FIPS 204; key specs and algorithm as in the KMS Developer Guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from . import der, extras
from .cache import of_secrets
from .private_keys import PrivateKeys
from .randomness import SYSTEM, Randomness

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import mldsa

    _PrivateKey: TypeAlias = (
        mldsa.MLDSA44PrivateKey | mldsa.MLDSA65PrivateKey | mldsa.MLDSA87PrivateKey
    )
    _PublicKey: TypeAlias = mldsa.MLDSA44PublicKey | mldsa.MLDSA65PublicKey | mldsa.MLDSA87PublicKey

_CLASSES: Final[Mapping[str, str]] = {
    "ML_DSA_44": "MLDSA44PrivateKey",
    "ML_DSA_65": "MLDSA65PrivateKey",
    "ML_DSA_87": "MLDSA87PrivateKey",
}
# RFC 9881: id-ml-dsa-44, -65 and -87, without parameters.
_ALGORITHMS: Final[Mapping[str, bytes]] = {
    "ML_DSA_44": bytes.fromhex("0609608648016503040311"),
    "ML_DSA_65": bytes.fromhex("0609608648016503040312"),
    "ML_DSA_87": bytes.fromhex("0609608648016503040313"),
}
_SEED_LENGTH: Final = 32

SPECS: Final = tuple(_CLASSES)
ALGORITHM: Final = "ML_DSA_SHAKE_256"
DIGEST_LENGTHS: Final[Mapping[str, int]] = {ALGORITHM: 64}
"""Bytes of a mu, by signing algorithm."""


def generate(spec: str, randomness: Randomness) -> bytes:
    """
    Return a new private key, PKCS #8 DER.

    Raises:
        MissingExtra: This `cryptography` has no ML-DSA.
    """
    try:
        key: _PrivateKey = _class(spec).from_seed_bytes(randomness.draw(_SEED_LENGTH))
    except UnsupportedAlgorithm as error:
        raise extras.ML_DSA.error() from error
    return _private.add(key)


@of_secrets
def public_key(private: bytes) -> bytes:
    """Return the public key of *private*: SPKI DER of 1334, 1974 or 2614 bytes."""
    return _public(private).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def is_private_key(spec: str, private: bytes) -> bool:
    """
    Tell whether *private*, made by somebody else, is a sound key of *spec*.

    Raises:
        MissingExtra: It could be, and this `cryptography` has no ML-DSA.
    """
    if der.algorithm(private) != _ALGORITHMS[spec]:
        return False
    try:
        _private(private)
    except extras.MissingExtra:
        raise
    except Exception:  # see `foreign_keys`
        return False
    return True


def sign(
    private: bytes,
    algorithm: str,
    message: bytes,
    *,
    is_digest: bool = False,
    randomness: Randomness = SYSTEM,
) -> bytes:
    """
    Return a signature of *message*: 2420, 3309 or 4627 bytes.

    Args:
        is_digest: *message* is mu (EXTERNAL_MU): SHAKE256 of the public key's
            hash and the message, FIPS 204 algorithm 7, line 6.
        randomness: As in the other families; `cryptography` draws by itself.

    Raises:
        ValueError: A mu is not 64 bytes long.
        MissingExtra: This `cryptography` has no ML-DSA, or no external mu (before 49).
    """
    assert algorithm == ALGORITHM
    key = _private(private)
    if not is_digest:
        return key.sign(message)
    try:
        return key.sign_mu(message)
    except AttributeError as error:
        raise extras.ML_DSA_MU.error() from error


def verify(
    private: bytes, algorithm: str, message: bytes, signature: bytes, *, is_digest: bool = False
) -> bool:
    """
    Tell whether *signature*, of whatever length, is one of *message*.

    A signature of a message is one of its mu, and the reverse. Arguments and
    errors are those of `sign`.
    """
    assert algorithm == ALGORITHM
    key = _public(private)
    try:
        if is_digest:
            key.verify_mu(signature, message)
        else:
            key.verify(signature, message)
    except InvalidSignature:
        return False
    except AttributeError as error:
        raise extras.ML_DSA_MU.error() from error
    return True


def _class(spec: str) -> Any:
    library = extras.ML_DSA.load("cryptography.hazmat.primitives.asymmetric.mldsa")
    return getattr(library, _CLASSES[spec])


def _load(private: bytes) -> _PrivateKey:
    if der.algorithm(private) not in _ALGORITHMS.values():
        raise ValueError("not an ML-DSA private key")
    extras.ML_DSA.load("cryptography.hazmat.primitives.asymmetric.mldsa")
    try:
        key = serialization.load_der_private_key(private, password=None)
    except UnsupportedAlgorithm as error:
        raise extras.ML_DSA.error() from error
    return cast("_PrivateKey", key)


_private: Final = PrivateKeys(_load)


@of_secrets
def _public(private: bytes) -> _PublicKey:
    return _private(private).public_key()
