"""Keys that somebody else made: loaded from DER or PEM, or None for what is no key."""

from __future__ import annotations

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

# Of garbage `cryptography` raises ValueError, TypeError, UnsupportedAlgorithm, and
# InternalError, which it does not announce.


def private_key(data: bytes) -> PrivateKeyTypes | None:
    """Return the private key that *data* is, without a password."""
    try:
        return serialization.load_der_private_key(data, password=None)
    except Exception:
        return None


def public_key(data: bytes) -> PublicKeyTypes | None:
    """Return the public key that *data*, SubjectPublicKeyInfo, is."""
    try:
        return serialization.load_der_public_key(data)
    except Exception:
        return None


def pkcs8(data: bytes) -> bytes | None:
    """Return the private key that *data*, PEM or DER of whatever form, is, as PKCS #8 DER."""
    is_pem = data.lstrip().startswith(b"-----BEGIN")
    load = serialization.load_pem_private_key if is_pem else serialization.load_der_private_key
    try:
        return load(data, password=None).private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    except Exception:
        return None
