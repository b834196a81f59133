"""
ML-KEM: 768 and 1024 by `cryptography` 48 and later, 512 by kyber-py.

A private key travels as PKCS #8 DER with the 64-byte seed, d and z (RFC 9935), a
public key as SubjectPublicKeyInfo DER, ciphertext and secret as their raw bytes.

Source: FIPS 203; key specs and algorithm as in the KMS Developer Guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import attrs
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from . import der, extras
from .cache import of_secrets
from .private_keys import PrivateKeys
from .randomness import Randomness

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import mlkem

    _PrivateKey: TypeAlias = mlkem.MLKEM768PrivateKey | mlkem.MLKEM1024PrivateKey
    _PublicKey: TypeAlias = mlkem.MLKEM768PublicKey | mlkem.MLKEM1024PublicKey

_CLASSES: Final[Mapping[str, str]] = {
    "ML_KEM_768": "MLKEM768PrivateKey",
    "ML_KEM_1024": "MLKEM1024PrivateKey",
}
_SEED_LENGTH: Final = 64
# RFC 9935: id-alg-ml-kem-512, -768 and -1024, without parameters.
_ALGORITHMS: Final[Mapping[str, bytes]] = {
    "ML_KEM_512": bytes.fromhex("0609608648016503040401"),
    "ML_KEM_768": bytes.fromhex("0609608648016503040402"),
    "ML_KEM_1024": bytes.fromhex("0609608648016503040403"),
}
# RFC 9935: all that precedes the seed and the encapsulation key of ML-KEM-512,
# id-alg-ml-kem-512 being 2.16.840.1.101.3.4.4.1.
_PKCS8_512: Final = bytes.fromhex("3054020100300b060960864801650304040104428040")
_SPKI_512: Final = bytes.fromhex("30820332300b06096086480165030404010382032100")

SPECS: Final = ("ML_KEM_512", *_CLASSES)
ALGORITHM: Final = "ML_KEM"
CIPHERTEXT_LENGTHS: Final[Mapping[str, int]] = {
    "ML_KEM_512": 768,
    "ML_KEM_768": 1088,
    "ML_KEM_1024": 1568,
}
"""Bytes of a ciphertext, by key spec."""


def generate(spec: str, randomness: Randomness) -> bytes:
    """
    Return a new private key, PKCS #8 DER of 86 bytes.

    Raises:
        MissingExtra: There is no library for *spec*.
    """
    if spec == "ML_KEM_512":
        _kyber()
        return _PKCS8_512 + randomness.draw(_SEED_LENGTH)
    try:
        key: _PrivateKey = _class(spec).from_seed_bytes(randomness.draw(_SEED_LENGTH))
    except UnsupportedAlgorithm as error:
        raise extras.ML_KEM.error() from error
    return _private.add(key)


@of_secrets
def public_key(private: bytes) -> bytes:
    """Return the public key of *private*: SPKI DER of 822, 1206 or 1590 bytes."""
    if private.startswith(_PKCS8_512):
        return _SPKI_512 + _pair_512(private).encapsulation_key
    return _public(private).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def is_private_key(spec: str, private: bytes) -> bool:
    """
    Tell whether *private*, made by somebody else, is a sound key of *spec*.

    One of ML_KEM_512 is if it has the form of those made here: the seed alone.

    Raises:
        MissingExtra: It could be, and there is no library for *spec*.
    """
    if der.algorithm(private) != _ALGORITHMS[spec]:
        return False
    if spec == "ML_KEM_512":
        _kyber()
        return private[:-_SEED_LENGTH] == _PKCS8_512
    try:
        _private(private)
    except extras.MissingExtra:
        raise
    except Exception:  # see `foreign_keys`
        return False
    return True


def encapsulate(private: bytes) -> tuple[bytes, bytes]:
    """
    Return a new shared secret, 32 bytes, and its ciphertext for *private*.

    The ciphertext is as long as `CIPHERTEXT_LENGTHS` says.

    Raises:
        MissingExtra: There is no library for the key.
    """
    if private.startswith(_PKCS8_512):
        secret: bytes
        ciphertext: bytes
        secret, ciphertext = _kyber().encaps(_pair_512(private).encapsulation_key)
        return secret, ciphertext
    return _public(private).encapsulate()


def decapsulate(private: bytes, ciphertext: bytes) -> bytes | None:
    """
    Return the shared secret of *ciphertext*, 32 bytes, or None if its length is wrong.

    A ciphertext of the right length that was altered or made for another key
    gives other 32 bytes, the same each time (FIPS 203, implicit rejection).

    Raises:
        MissingExtra: There is no library for the key.
    """
    if private.startswith(_PKCS8_512):
        if len(ciphertext) != CIPHERTEXT_LENGTHS["ML_KEM_512"]:
            return None
        secret: bytes = _kyber().decaps(_pair_512(private).decapsulation_key, ciphertext)
        return secret
    try:
        return _private(private).decapsulate(ciphertext)
    except ValueError:  # its length, the only thing that can be wrong
        return None


def _class(spec: str) -> Any:
    library = extras.ML_KEM.load("cryptography.hazmat.primitives.asymmetric.mlkem")
    return getattr(library, _CLASSES[spec])


def _load(private: bytes) -> _PrivateKey:
    if der.algorithm(private) not in _ALGORITHMS.values():
        raise ValueError("not an ML-KEM private key")
    extras.ML_KEM.load("cryptography.hazmat.primitives.asymmetric.mlkem")
    try:
        key = serialization.load_der_private_key(private, password=None)
    except UnsupportedAlgorithm as error:
        raise extras.ML_KEM.error() from error
    return cast("_PrivateKey", key)


_private: Final = PrivateKeys(_load)


@of_secrets
def _public(private: bytes) -> _PublicKey:
    return _private(private).public_key()


@attrs.frozen
class _Pair512:
    encapsulation_key: bytes
    decapsulation_key: bytes = attrs.field(repr=False)


@of_secrets
def _pair_512(private: bytes) -> _Pair512:
    return _Pair512(*_kyber().key_derive(private[len(_PKCS8_512) :]))


def _kyber() -> Any:
    return extras.ML_KEM_512.load("kyber_py.ml_kem").ML_KEM_512
