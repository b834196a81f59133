"""
RSA key pairs, RSAES-OAEP and RSASSA, by `cryptography`.

A private key travels as PKCS #8 DER, a public key as SubjectPublicKeyInfo DER.

Source: RFC 8017; key specs and algorithms as in the KMS Developer Guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils

from . import foreign_keys
from .cache import of_secrets
from .randomness import SYSTEM, Randomness

_PKCS1 = padding.PKCS1v15()


def _oaep(hash_: hashes.HashAlgorithm) -> padding.OAEP:
    return padding.OAEP(mgf=padding.MGF1(hash_), algorithm=hash_, label=None)


def _pss(hash_: hashes.HashAlgorithm) -> padding.PSS:
    return padding.PSS(mgf=padding.MGF1(hash_), salt_length=padding.PSS.DIGEST_LENGTH)


_ENCRYPTION: Final[Mapping[str, tuple[padding.OAEP, int]]] = {
    # The padding, and the length of its digest in bytes.
    "RSAES_OAEP_SHA_1": (_oaep(hashes.SHA1()), 20),
    "RSAES_OAEP_SHA_256": (_oaep(hashes.SHA256()), 32),
}
_SIGNING: Final[Mapping[str, tuple[padding.AsymmetricPadding, hashes.HashAlgorithm]]] = {
    "RSASSA_PKCS1_V1_5_SHA_256": (_PKCS1, hashes.SHA256()),
    "RSASSA_PKCS1_V1_5_SHA_384": (_PKCS1, hashes.SHA384()),
    "RSASSA_PKCS1_V1_5_SHA_512": (_PKCS1, hashes.SHA512()),
    "RSASSA_PSS_SHA_256": (_pss(hashes.SHA256()), hashes.SHA256()),
    "RSASSA_PSS_SHA_384": (_pss(hashes.SHA384()), hashes.SHA384()),
    "RSASSA_PSS_SHA_512": (_pss(hashes.SHA512()), hashes.SHA512()),
}

BITS: Final[Mapping[str, int]] = {"RSA_2048": 2048, "RSA_3072": 3072, "RSA_4096": 4096}
"""The length of the modulus of each key spec."""
DIGEST_LENGTHS: Final[Mapping[str, int]] = {
    name: hash_.digest_size for name, (_, hash_) in _SIGNING.items()
}
"""Bytes of a digest, by signing algorithm."""


def generate(spec: str, randomness: Randomness) -> bytes:
    """
    Return a new private key, PKCS #8 DER, with the public exponent 65537.

    Args:
        randomness: As in the other families; `cryptography` finds primes of its own.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS[spec])
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@of_secrets
def public_key(private: bytes) -> bytes:
    """Return the public key of *private*: SubjectPublicKeyInfo DER of 294, 422 or 550 bytes."""
    return _public(private).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def is_private_key(spec: str, private: bytes) -> bool:
    """
    Tell whether *private*, made by somebody else, is a sound key of *spec*.

    Slow, 70 to 290 ms: the primes and exponents are checked. Keys made here
    need no such check, and all other functions leave it out.
    """
    try:
        bits = _private(private).key_size
    except Exception:  # see `foreign_keys`
        return False
    # The length first: to check a much longer key takes minutes.
    return bits == BITS[spec] and foreign_keys.private_key(private) is not None


def modulus_length(private: bytes) -> int:
    """Return how many bytes the modulus takes, and so a ciphertext or a signature."""
    return _private(private).key_size // 8


def max_plaintext(spec: str, algorithm: str) -> int:
    """Return how many bytes *algorithm* can encrypt (RFC 8017, section 7.1.1)."""
    _, digest_length = _ENCRYPTION[algorithm]
    return BITS[spec] // 8 - 2 * digest_length - 2


def encrypt(
    private: bytes, algorithm: str, plaintext: bytes, *, randomness: Randomness = SYSTEM
) -> bytes:
    """
    Return *plaintext* under the public key of *private*: as long as the modulus.

    Args:
        randomness: As in the other families; `cryptography` draws by itself.

    Raises:
        ValueError: *plaintext* is longer than `max_plaintext`.
    """
    return _public(private).encrypt(plaintext, _ENCRYPTION[algorithm][0])


def encrypt_for(public: bytes, algorithm: str, plaintext: bytes) -> bytes:
    """Return *plaintext* under *public*, SubjectPublicKeyInfo DER; otherwise as `encrypt`."""
    key = serialization.load_der_public_key(public)
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("not an RSA public key")
    return key.encrypt(plaintext, _ENCRYPTION[algorithm][0])


def decrypt(private: bytes, algorithm: str, ciphertext: bytes) -> bytes | None:
    """Return the plaintext, or None if *ciphertext* is not of this key and algorithm."""
    try:
        return _private(private).decrypt(ciphertext, _ENCRYPTION[algorithm][0])
    except ValueError:
        return None


def sign(
    private: bytes,
    algorithm: str,
    message: bytes,
    *,
    is_digest: bool = False,
    randomness: Randomness = SYSTEM,
) -> bytes:
    """
    Return the signature of *message*, as long as the modulus.

    Args:
        is_digest: *message* is the digest that the algorithm would compute.
        randomness: As in the other families; `cryptography` draws by itself.

    Raises:
        ValueError: The digest has not the length in `DIGEST_LENGTHS`.
    """
    pad, hash_ = _SIGNING[algorithm]
    return _private(private).sign(message, pad, utils.Prehashed(hash_) if is_digest else hash_)


def verify(
    private: bytes, algorithm: str, message: bytes, signature: bytes, *, is_digest: bool = False
) -> bool:
    """
    Tell whether *signature*, of whatever length, is one of *message*.

    Arguments and errors are those of `sign`. A PSS salt of another length than
    the digest's is refused.
    """
    pad, hash_ = _SIGNING[algorithm]
    try:
        _public(private).verify(
            signature, message, pad, utils.Prehashed(hash_) if is_digest else hash_
        )
    except InvalidSignature:
        return False
    return True


# Parsing costs more than a signature is checked in, and a test uses few keys often.
@of_secrets
def _private(private: bytes) -> rsa.RSAPrivateKey:
    key = serialization.load_der_private_key(
        private,
        password=None,
        # 5 µs instead of up to 290 ms. Safe: the key was made here or has passed
        # `is_private_key`.
        unsafe_skip_rsa_key_validation=True,
    )
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("not an RSA private key")
    return key


@of_secrets
def _public(private: bytes) -> rsa.RSAPublicKey:
    return _private(private).public_key()
