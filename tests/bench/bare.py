"""The bare calls of `cryptography`: what no mock of real cryptography can be faster than."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.ciphers import aead

from .timing import Call

_ASYMMETRIC: Final = "cryptography.hazmat.primitives.asymmetric"
MESSAGE: Final = b"a message to sign or to authenticate"

_HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "SHA_224": hashes.SHA224(),
    "SHA_256": hashes.SHA256(),
    "SHA_384": hashes.SHA384(),
    "SHA_512": hashes.SHA512(),
}
_CURVES: Final[Mapping[str, ec.EllipticCurve]] = {
    "ECC_NIST_P256": ec.SECP256R1(),
    "ECC_NIST_P384": ec.SECP384R1(),
    "ECC_NIST_P521": ec.SECP521R1(),
    "ECC_SECG_P256K1": ec.SECP256K1(),
}


@functools.cache
def private_key(spec: str) -> Any:
    """Return a key of *spec*, or None if `cryptography` has no such keys."""
    if spec.startswith("RSA_"):
        return rsa.generate_private_key(65537, int(spec.removeprefix("RSA_")))
    if spec in _CURVES:
        return ec.generate_private_key(_CURVES[spec])
    if spec == "ECC_NIST_EDWARDS25519":
        return ed25519.Ed25519PrivateKey.generate()
    if spec.startswith("ML_"):
        made_by = _post_quantum_class(spec)
        return None if made_by is None else made_by.generate()
    return None


def public_key(spec: str) -> bytes:
    """Return the public key of `private_key`, DER."""
    return _public_der(private_key(spec))


def sign(spec: str, algorithm: str) -> Call | None:
    """Return the bare Sign of `MESSAGE`, or None if `cryptography` alone cannot do it."""
    key = private_key(spec)
    if key is None or algorithm == "ED25519_PH_SHA_512":
        return None
    return functools.partial(key.sign, MESSAGE, *_signing_parameters(algorithm))


def verify(spec: str, algorithm: str) -> Call | None:
    """Return the bare Verify of a good signature, or None as `sign` does."""
    signed = sign(spec, algorithm)
    if signed is None:
        return None
    verifier = private_key(spec).public_key().verify
    return functools.partial(verifier, signed(), MESSAGE, *_signing_parameters(algorithm))


def mac(algorithm: str) -> Call:
    """Return the bare MAC of `MESSAGE`."""
    digest = _HASHES[algorithm.removeprefix("HMAC_")]
    key = bytes(digest.digest_size)

    def call() -> bytes:
        context = hmac.HMAC(key, digest)
        context.update(MESSAGE)
        return context.finalize()

    return call


def encrypt(spec: str, algorithm: str) -> Call | None:
    """Return the bare Encrypt, or None for the symmetric one, which the budget leaves out."""
    if not algorithm.startswith("RSAES_"):
        return None
    return functools.partial(private_key(spec).public_key().encrypt, MESSAGE, _oaep(algorithm))


def encrypt_first(plaintext: bytes) -> Call:
    """Return the bare AES-256-GCM encryption of *plaintext* by a key that was never used."""

    def call() -> bytes:
        return aead.AESGCM(bytes(32)).encrypt(bytes(12), plaintext, None)

    return call


def decrypt(spec: str, algorithm: str) -> Call | None:
    """Return the bare Decrypt, or None as `encrypt` does."""
    encrypted: Callable[[], Any] | None = encrypt(spec, algorithm)
    if encrypted is None:
        return None
    return functools.partial(private_key(spec).decrypt, encrypted(), _oaep(algorithm))


def wrap(public_key_der: bytes, material: bytes) -> bytes:
    """Return *material* wrapped by RSAES_OAEP_SHA_256, for ImportKeyMaterial."""
    key = serialization.load_der_public_key(public_key_der)
    assert isinstance(key, rsa.RSAPublicKey)
    return key.encrypt(material, _oaep("RSAES_OAEP_SHA_256"))


def agree(spec: str) -> Call:
    """Return the bare key agreement with another key of *spec*."""
    other = ec.generate_private_key(_CURVES[spec]).public_key()
    return functools.partial(private_key(spec).exchange, ec.ECDH(), other)


def encapsulate(spec: str) -> Call | None:
    """Return the bare Encapsulate, or None as `sign` does."""
    key = private_key(spec)
    if key is None:
        return None
    encapsulated: Call = key.public_key().encapsulate
    return encapsulated


def decapsulate(spec: str) -> Call | None:
    """Return the bare Decapsulate, or None as `sign` does."""
    key = private_key(spec)
    if key is None:
        return None
    _, ciphertext = key.public_key().encapsulate()
    return functools.partial(key.decapsulate, ciphertext)


def data_key_pair(spec: str) -> Call:
    """Return the bare making of an elliptic curve data key pair: it, its DER, its encryption."""
    curve, cipher = _CURVES[spec], aead.AESGCM(bytes(32))

    def call() -> object:
        key = ec.generate_private_key(curve)
        private = key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return _public_der(key), cipher.encrypt(bytes(12), private, None)

    return call


def _signing_parameters(algorithm: str) -> tuple[Any, ...]:
    if algorithm.startswith("RSASSA_PSS_"):
        digest = _HASHES[algorithm.removeprefix("RSASSA_PSS_")]
        return padding.PSS(padding.MGF1(digest), digest.digest_size), digest
    if algorithm.startswith("RSASSA_PKCS1_"):
        return padding.PKCS1v15(), _HASHES[algorithm.removeprefix("RSASSA_PKCS1_V1_5_")]
    if algorithm.startswith("ECDSA_"):
        return (ec.ECDSA(_HASHES[algorithm.removeprefix("ECDSA_")]),)
    return ()


def _oaep(algorithm: str) -> padding.OAEP:
    digest = hashes.SHA1() if algorithm.endswith("SHA_1") else hashes.SHA256()
    return padding.OAEP(padding.MGF1(digest), digest, None)


def _public_der(key: Any) -> bytes:
    der: bytes = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return der


def _post_quantum_class(spec: str) -> Any:
    """Return the class of private keys of an ML-DSA or ML-KEM *spec*, None if there is none."""
    name = spec.rpartition("_")[0].replace("_", "")  # MLDSA or MLKEM
    try:
        module = importlib.import_module(f"{_ASYMMETRIC}.{name.lower()}")
    except ImportError:
        return None
    return getattr(module, f"{name}{spec.rpartition('_')[2]}PrivateKey", None)
