"""The AWS Encryption SDK, as it is, over the mocked KMS."""

import os
from unittest.mock import ANY

import pytest
from aws_encryption_sdk import StrictAwsKmsMasterKeyProvider
from aws_encryption_sdk.exceptions import AWSEncryptionSDKClientError
from encrypted_file import decrypt_file, encrypt_file, sdk

CONTEXT = {"owner": "acme", "purpose": "backup"}


@pytest.fixture
def report(tmp_path):
    """A file of several of the SDK's frames."""
    path = tmp_path / "report.bin"
    path.write_bytes(os.urandom(20_000))
    return path


def test_a_file_survives_the_round_trip(kms, report, tmp_path):
    key = kms.create_key()
    encrypted, decrypted = tmp_path / "report.enc", tmp_path / "report.out"

    encrypt_file(report, encrypted, key=key.arn, context=CONTEXT)
    decrypt_file(encrypted, decrypted, key=key.arn, context=CONTEXT)

    assert report.read_bytes() not in encrypted.read_bytes()
    assert decrypted.read_bytes() == report.read_bytes()
    # The SDK adds a public key of its own to the encryption context.
    kms.calls.assert_called_once(
        "Decrypt", key=key, EncryptionContext={**CONTEXT, "aws-crypto-public-key": ANY}
    )


def test_a_wrong_context_is_refused(kms, report, tmp_path):
    key = kms.create_key()
    encrypted, decrypted = tmp_path / "report.enc", tmp_path / "report.out"
    encrypt_file(report, encrypted, key=key.arn, context=CONTEXT)

    with pytest.raises(AWSEncryptionSDKClientError, match="Encryption context does not match"):
        decrypt_file(encrypted, decrypted, key=key.arn, context={**CONTEXT, "owner": "globex"})

    assert not decrypted.exists()


def test_a_context_changed_inside_the_file_is_refused_by_kms(kms, report, tmp_path):
    key = kms.create_key()
    encrypted, decrypted = tmp_path / "report.enc", tmp_path / "report.out"
    encrypt_file(report, encrypted, key=key.arn, context=CONTEXT)

    # The same length, so that the header stays well formed.
    encrypted.write_bytes(encrypted.read_bytes().replace(b"acme", b"evil", 1))
    with pytest.raises(AWSEncryptionSDKClientError):
        decrypt_file(encrypted, decrypted, key=key.arn, context={**CONTEXT, "owner": "evil"})

    [call] = kms.calls("Decrypt")
    assert call.error.code == "InvalidCiphertextException"
    assert not decrypted.exists()


def test_a_file_cut_short_leaves_nothing_behind(kms, report, tmp_path):
    key = kms.create_key()
    encrypted, decrypted = tmp_path / "report.enc", tmp_path / "report.out"
    encrypt_file(report, encrypted, key=key.arn, context=CONTEXT)

    encrypted.write_bytes(encrypted.read_bytes()[:-100])
    with pytest.raises(AWSEncryptionSDKClientError):
        decrypt_file(encrypted, decrypted, key=key.arn, context=CONTEXT)

    assert not decrypted.exists()


def test_a_disabled_key_keeps_the_file_closed(kms, report, tmp_path):
    key = kms.create_key()
    encrypted, decrypted = tmp_path / "report.enc", tmp_path / "report.out"
    encrypt_file(report, encrypted, key=key.arn, context=CONTEXT)

    key.disable()
    with pytest.raises(AWSEncryptionSDKClientError):
        decrypt_file(encrypted, decrypted, key=key.arn, context=CONTEXT)

    [call] = kms.calls("Decrypt")
    assert call.error.code == "DisabledException"


def test_a_file_that_a_master_key_provider_encrypted_opens_with_a_keyring(kms, report, tmp_path):
    key = kms.create_key()
    encrypted, decrypted = tmp_path / "report.enc", tmp_path / "report.out"
    provider = StrictAwsKmsMasterKeyProvider(key_ids=[key.arn])
    ciphertext, _ = sdk.encrypt(
        source=report.read_bytes(), key_provider=provider, encryption_context=CONTEXT
    )
    encrypted.write_bytes(ciphertext)

    decrypt_file(encrypted, decrypted, key=key.arn, context=CONTEXT)

    assert decrypted.read_bytes() == report.read_bytes()
