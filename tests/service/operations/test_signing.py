"""Sign, Verify."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from pytest_kmsmock.service.api.errors import KMSInvalidSignatureException, ValidationException

Call = Callable[..., dict[str, Any]]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture
def members(call: Call) -> dict[str, Any]:
    """Names a new signing key, and its algorithm."""
    made = call("CreateKey", KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    return {"KeyId": made["KeyMetadata"]["KeyId"], "SigningAlgorithm": "ECDSA_SHA_256"}


def test_a_signature_is_good_for_its_message_alone(call: Call, members: dict[str, Any]) -> None:
    """Verify never says false: it raises, without a text."""
    signature = b64(call("Sign", **members, Message=b64(b"pay 1"))["Signature"])

    good = call("Verify", **members, Message=b64(b"pay 1"), Signature=signature)
    assert good["SignatureValid"] is True
    with pytest.raises(KMSInvalidSignatureException) as caught:
        call("Verify", **members, Message=b64(b"pay 2"), Signature=signature)
    assert caught.value.message == ""


def test_a_digest_is_signed_as_its_message_is(call: Call, members: dict[str, Any]) -> None:
    digest = hashlib.sha256(b"pay 1").digest()

    made = call("Sign", **members, Message=b64(digest), MessageType="DIGEST")

    signature = b64(made["Signature"])
    assert call("Verify", **members, Message=b64(b"pay 1"), Signature=signature)["SignatureValid"]


@pytest.mark.parametrize("length", [31, 33])
def test_a_digest_has_the_length_of_its_algorithm(
    call: Call, members: dict[str, Any], length: int
) -> None:
    with pytest.raises(ValidationException, match="invalid length for algorithm ECDSA_SHA_256"):
        call("Sign", **members, Message=b64(bytes(length)), MessageType="DIGEST")


@pytest.mark.usefixtures("newest_model")
def test_a_type_of_message_that_the_key_does_not_take(call: Call, members: dict[str, Any]) -> None:
    """Named with the key's spec."""
    with pytest.raises(ValidationException) as caught:
        call("Sign", **members, Message=b64(bytes(64)), MessageType="EXTERNAL_MU")

    assert caught.value.message == (
        "Message type EXTERNAL_MU is incompatible with key spec ECC_NIST_P256."
    )
