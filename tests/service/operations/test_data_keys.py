"""GenerateDataKey and GenerateDataKeyPair, with and without plaintext."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from pytest_kmsmock.crypto import randomness
from pytest_kmsmock.service.api.errors import InvalidKeyUsageException, ValidationException
from pytest_kmsmock.service.misuse import NotMockedError
from pytest_kmsmock.service.operations import data_keys

Call = Callable[..., dict[str, Any]]


def decrypted(call: Call, blob: bytes) -> bytes:
    plaintext: bytes = call("Decrypt", CiphertextBlob=base64.b64encode(blob).decode())["Plaintext"]
    return plaintext


@pytest.mark.parametrize("length", [1, 16, randomness.SIZE, randomness.SIZE + 1, 1024])
def test_a_data_key_is_as_long_as_asked_for_and_each_is_another(
    call: Call, new_id: str, length: int
) -> None:
    """From stock or not, at the edge too."""
    first, second = (call("GenerateDataKey", KeyId=new_id, NumberOfBytes=length) for _ in range(2))

    assert len(first["Plaintext"]) == len(second["Plaintext"]) == length
    assert length < 16 or first["Plaintext"] != second["Plaintext"]
    assert decrypted(call, first["CiphertextBlob"]) == first["Plaintext"]


@pytest.mark.parametrize(("spec", "length"), data_keys.LENGTHS.items())
def test_a_spec_of_a_data_key_is_its_length(
    call: Call, new_id: str, spec: str, length: int
) -> None:
    assert len(call("GenerateDataKey", KeyId=new_id, KeySpec=spec)["Plaintext"]) == length
    assert length == int(spec.removeprefix("AES_")) // 8


def test_without_plaintext_nothing_but_that_is_left_out(call: Call, new_id: str) -> None:
    whole = call("GenerateDataKey", KeyId=new_id, KeySpec="AES_256")

    made = call("GenerateDataKeyWithoutPlaintext", KeyId=new_id, KeySpec="AES_256")

    assert whole.keys() - made.keys() == {"Plaintext"}
    assert len(decrypted(call, made["CiphertextBlob"])) == 32


@pytest.mark.parametrize("choice", [{}, {"KeySpec": "AES_128", "NumberOfBytes": 16}])
def test_a_length_or_a_spec_but_not_both(call: Call, new_id: str, choice: dict[str, Any]) -> None:
    with pytest.raises(ValidationException, match="either number of bytes or key spec"):
        call("GenerateDataKey", KeyId=new_id, **choice)


def test_the_private_key_of_a_pair_is_that_of_its_public_key(call: Call, new_id: str) -> None:
    made = call("GenerateDataKeyPair", KeyId=new_id, KeyPairSpec="ECC_NIST_P256")

    private = serialization.load_der_private_key(made["PrivateKeyPlaintext"], None)
    assert made["PublicKey"] == private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert decrypted(call, made["PrivateKeyCiphertextBlob"]) == made["PrivateKeyPlaintext"]


def test_only_a_symmetric_key_generates_data_keys(call: Call) -> None:
    """Another one that encrypts does not."""
    made = call("CreateKey", KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")

    with pytest.raises(InvalidKeyUsageException, match="asymmetric CMK"):
        call("GenerateDataKey", KeyId=made["KeyMetadata"]["KeyId"], KeySpec="AES_256")


def test_a_pair_of_a_spec_that_only_a_newer_kms_has_is_not_pretended(
    request_of: Callable[..., Any],
) -> None:
    request = request_of("GenerateDataKeyPair", KeyPairSpec="ECC_NIST_P999")

    with pytest.raises(NotMockedError, match="does not know the key pair spec ECC_NIST_P999"):
        data_keys.generate_data_key_pair(request, None)  # type: ignore[arg-type]
