"""Ed25519 and Ed25519ph; known answers are in test_vectors.py."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519 as pyca_ed25519

from pytest_kmsmock.crypto import ecc, ed25519
from pytest_kmsmock.crypto.randomness import SYSTEM

SPEC = "ECC_NIST_EDWARDS25519"


@pytest.fixture
def private() -> bytes:
    return ed25519.generate(SPEC, SYSTEM)


def test_others_read_our_keys_and_accept_our_signatures(private: bytes) -> None:
    signature = ed25519.sign(private, "ED25519_SHA_512", b"invoice")

    key = serialization.load_der_public_key(ed25519.public_key(private))
    assert isinstance(key, pyca_ed25519.Ed25519PublicKey)
    key.verify(signature, b"invoice")
    assert len(ed25519.public_key(private)) == 44
    assert len(signature) == 64


def test_a_digest_is_hashed_again(private: bytes) -> None:
    """KMS: ED25519_PH_SHA_512 hashes the digest that it is given."""
    eddsa = pytest.importorskip("Crypto.Signature.eddsa", reason="PyCryptodome is not installed")
    sha512 = pytest.importorskip("Crypto.Hash.SHA512")
    digest = hashlib.sha512(b"invoice").digest()

    signature = ed25519.sign(private, "ED25519_PH_SHA_512", digest, is_digest=True)

    key = eddsa.import_public_key(ed25519.public_key(private)[-32:])
    eddsa.new(key, "rfc8032").verify(sha512.new(digest), signature)
    with pytest.raises(ValueError, match="not authentic"):
        eddsa.new(key, "rfc8032").verify(sha512.new(b"invoice"), signature)


def test_the_two_algorithms_do_not_accept_each_others_signatures(private: bytes) -> None:
    message = bytes(64)
    pure = ed25519.sign(private, "ED25519_SHA_512", message)
    prehashed = ed25519.sign(private, "ED25519_PH_SHA_512", message, is_digest=True)

    assert ed25519.verify(private, "ED25519_SHA_512", message, pure)
    assert ed25519.verify(private, "ED25519_PH_SHA_512", message, prehashed, is_digest=True)
    assert not ed25519.verify(private, "ED25519_SHA_512", message, prehashed)
    assert not ed25519.verify(private, "ED25519_PH_SHA_512", message, pure, is_digest=True)


@pytest.mark.parametrize("algorithm", ["ED25519_SHA_512", "ED25519_PH_SHA_512"])
@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 6144])
def test_what_can_be_no_signature_is_none(private: bytes, algorithm: str, length: int) -> None:
    assert not ed25519.verify(private, algorithm, bytes(64), bytes(length))
    assert not ed25519.verify(private, algorithm, bytes(64), b"\xff" * length)


def test_a_key_of_others_is_checked(private: bytes) -> None:
    other = ecc.generate("ECC_NIST_P256", SYSTEM)

    assert ed25519.is_private_key(SPEC, private)
    assert not ed25519.is_private_key(SPEC, other)
    assert not ed25519.is_private_key(SPEC, b"no key")
    with pytest.raises(ValueError, match=r"^not an Ed25519 private key$"):
        ed25519.public_key(other)
