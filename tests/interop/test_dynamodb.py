"""DynamoDB client-side encryption over KMS, as it is."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMock

encrypted = pytest.importorskip("dynamodb_encryption_sdk.encrypted")
items = pytest.importorskip("dynamodb_encryption_sdk.encrypted.item")
sdk_errors = pytest.importorskip("dynamodb_encryption_sdk.exceptions")
identifiers = pytest.importorskip("dynamodb_encryption_sdk.identifiers")
kms_provider = pytest.importorskip("dynamodb_encryption_sdk.material_providers.aws_kms")
structures = pytest.importorskip("dynamodb_encryption_sdk.structures")

ITEM = {"id": "7", "card": "4111 1111 1111 1111", "amount": 42}


def _config(key_id: str) -> Any:
    return encrypted.CryptoConfig(
        materials_provider=kms_provider.AwsKmsCryptographicMaterialsProvider(key_id=key_id),
        encryption_context=structures.EncryptionContext(
            table_name="payments",
            partition_key_name="id",
            attributes={"id": {"S": "7"}},
        ),
        attribute_actions=structures.AttributeActions(
            attribute_actions={"id": identifiers.CryptoAction.SIGN_ONLY}
        ),
    )


def test_an_item_is_encrypted_and_decrypted(kms: KmsMock) -> None:
    """The partition key and the table are bound to the data key as its context."""
    key = kms.create_key(alias="alias/payments")

    stored = items.encrypt_python_item(ITEM, _config("alias/payments"))
    loaded = items.decrypt_python_item(stored, _config("alias/payments"))

    assert loaded == ITEM
    assert stored["id"] == "7"
    assert b"4111" not in bytes(stored["card"].value)
    assert kms.calls.operations == ["GenerateDataKey", "Decrypt"]
    assert kms.calls[1].key == key
    assert kms.calls[1].params["EncryptionContext"]["id"] == "7"


def test_an_item_is_refused_when_its_key_is_disabled(kms: KmsMock) -> None:
    """The SDK turns every refusal into its own error."""
    key = kms.create_key(alias="alias/payments")
    stored = items.encrypt_python_item(ITEM, _config("alias/payments"))
    key.disable()

    with pytest.raises(sdk_errors.UnwrappingError):
        items.decrypt_python_item(stored, _config("alias/payments"))
