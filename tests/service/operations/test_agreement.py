"""DeriveSharedSecret."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pytest_kmsmock.service.api.errors import ValidationException

Call = Callable[..., dict[str, Any]]


@pytest.fixture
def key_id(call: Call) -> str:
    """The ID of a key that agrees on secrets."""
    made = call("CreateKey", KeySpec="ECC_NIST_P256", KeyUsage="KEY_AGREEMENT")
    key_id: str = made["KeyMetadata"]["KeyId"]
    return key_id


def derive(call: Call, key_id: str, public_key: bytes) -> dict[str, Any]:
    return call(
        "DeriveSharedSecret",
        KeyId=key_id,
        KeyAgreementAlgorithm="ECDH",
        PublicKey=base64.b64encode(public_key).decode(),
    )


def public_bytes(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def test_both_sides_derive_the_same_secret(call: Call, key_id: str) -> None:
    """The other side has a key pair of its own, and the public key of the KMS key."""
    theirs = ec.generate_private_key(ec.SECP256R1())
    ours = serialization.load_der_public_key(call("GetPublicKey", KeyId=key_id)["PublicKey"])
    assert isinstance(ours, ec.EllipticCurvePublicKey)

    derived = derive(call, key_id, public_bytes(theirs))

    assert derived["SharedSecret"] == theirs.exchange(ec.ECDH(), ours)
    assert derived["KeyId"].endswith(f"key/{key_id}")
    assert derived["KeyAgreementAlgorithm"] == "ECDH"
    assert derived["KeyOrigin"] == "AWS_KMS"


@pytest.mark.parametrize(
    "public_key",
    [b"no key", public_bytes(ec.generate_private_key(ec.SECP384R1()))],
    ids=["garbage", "another curve"],
)
def test_a_public_key_that_does_not_fit_is_refused_without_a_text(
    call: Call, key_id: str, public_key: bytes
) -> None:
    with pytest.raises(ValidationException) as caught:
        derive(call, key_id, public_key)

    assert caught.value.message == ""
