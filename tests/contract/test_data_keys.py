"""GenerateDataKey, GenerateDataKeyWithoutPlaintext, GenerateRandom."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock.service.api.shapes import service_model

METHODS = ["generate_data_key", "generate_data_key_without_plaintext"]
# An older botocore does not know the newer members.
OUTPUT: Any = service_model().operation_model("GenerateDataKey").output_shape
KNOWN = set(OUTPUT.members)
CHOOSE = "Please specify either number of bytes or key spec."


def arn_of(key_id: str) -> str:
    return f"arn:aws:kms:us-east-1:123456789012:key/{key_id}"


@pytest.mark.parametrize(
    ("size", "length"),
    [
        ({"KeySpec": "AES_128"}, 16),
        ({"KeySpec": "AES_256"}, 32),
        ({"NumberOfBytes": 1}, 1),
        ({"NumberOfBytes": 64}, 64),
        ({"NumberOfBytes": 1024}, 1024),
    ],
    ids=str,
)
def test_data_key_comes_plain_and_encrypted(
    client: Any, key_id: str, size: dict[str, Any], length: int
) -> None:
    """Decrypt of CiphertextBlob gives Plaintext. Source: API Reference, GenerateDataKey."""
    metadata = client.describe_key(KeyId=key_id)["KeyMetadata"]

    response = client.generate_data_key(KeyId=key_id, **size)

    del response["ResponseMetadata"]
    members = {"CiphertextBlob", "Plaintext", "KeyId", "KeyMaterialId"}
    assert response.keys() == members & KNOWN
    assert len(response["Plaintext"]) == length
    assert response["KeyId"] == arn_of(key_id)
    assert response.get("KeyMaterialId") == metadata.get("CurrentKeyMaterialId")
    decrypted = client.decrypt(CiphertextBlob=response["CiphertextBlob"], KeyId=key_id)
    assert decrypted["Plaintext"] == response["Plaintext"]
    assert decrypted.get("KeyMaterialId") == response.get("KeyMaterialId")


def test_data_key_may_come_encrypted_only(client: Any, key_id: str) -> None:
    """Its plaintext is had by Decrypt, later."""
    response = client.generate_data_key_without_plaintext(KeyId=key_id, KeySpec="AES_256")

    del response["ResponseMetadata"]
    assert response.keys() == {"CiphertextBlob", "KeyId", "KeyMaterialId"} & KNOWN
    assert response["KeyId"] == arn_of(key_id)
    decrypted = client.decrypt(CiphertextBlob=response["CiphertextBlob"])
    assert len(decrypted["Plaintext"]) == 32


@pytest.mark.parametrize("method", METHODS)
def test_encrypted_data_key_of_32_bytes_has_184(client: Any, key_id: str, method: str) -> None:
    """As seen in AWS's blobs."""
    response = getattr(client, method)(KeyId=key_id, KeySpec="AES_256")

    assert len(response["CiphertextBlob"]) == 184


def test_no_two_data_keys_are_equal(client: Any, key_id: str) -> None:
    """They are random, each time."""
    keys = {client.generate_data_key(KeyId=key_id, KeySpec="AES_256")["Plaintext"] for _ in "ab"}

    assert len(keys) == 2


@pytest.mark.parametrize("method", METHODS)
def test_data_key_is_bound_to_its_context(
    client: Any, key_id: str, refusal: Any, method: str
) -> None:
    """As recorded for all forms of data keys."""
    response = getattr(client, method)(
        KeyId=key_id, KeySpec="AES_256", EncryptionContext={"tenant": "7"}
    )
    blob = response["CiphertextBlob"]

    error = refusal(client.decrypt, CiphertextBlob=blob)

    assert error == ("InvalidCiphertextException", "")
    decrypted = client.decrypt(CiphertextBlob=blob, EncryptionContext={"tenant": "7"})
    assert len(decrypted["Plaintext"]) == 32


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("state", ["enable_key", "disable_key", "schedule_key_deletion"])
def test_size_is_asked_for_once(
    client: Any, key_id: str, refusal: Any, method: str, state: str
) -> None:
    """By KeySpec or NumberOfBytes, not both, not neither; checked before the key's state."""
    getattr(client, state)(KeyId=key_id)

    for size in ({}, {"KeySpec": "AES_256", "NumberOfBytes": 32}):
        error = refusal(getattr(client, method), KeyId=key_id, **size)

        assert error == ("ValidationException", CHOOSE)


@pytest.mark.parametrize("method", METHODS)
def test_missing_key_wins_over_the_size(client: Any, refusal: Any, method: str) -> None:
    """The key is looked up before the choice is checked."""
    error = refusal(getattr(client, method), KeyId="alias/none")

    assert error.code == "NotFoundException"


@pytest.mark.parametrize("length", [1, 16, 1024])
def test_random_bytes_come_as_many_as_asked(client: Any, length: int) -> None:
    """Plaintext alone; there is no key. Source: KMS API Reference, GenerateRandom."""
    response = client.generate_random(NumberOfBytes=length)

    assert response.keys() == {"Plaintext", "ResponseMetadata"}
    assert len(response["Plaintext"]) == length


def test_random_bytes_are_random(client: Any) -> None:
    """Twice the same would be a miracle."""
    first, second = (client.generate_random(NumberOfBytes=32)["Plaintext"] for _ in "ab")

    assert first != second


def test_number_of_random_bytes_is_needed(client: Any, refusal: Any) -> None:
    """The model calls it optional; the service does not."""
    error = refusal(client.generate_random)

    assert error == ("ValidationException", "NumberOfBytes is required.")


def test_random_bytes_of_a_missing_key_store(client: Any, refusal: Any) -> None:
    """A custom key store must exist to make them."""
    response = refusal(
        client.generate_random, NumberOfBytes=1, CustomKeyStoreId="cks-1234567890abcdef0"
    )

    assert response.code == "CustomKeyStoreNotFoundException"
