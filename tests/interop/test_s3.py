"""The S3 Encryption Client over KMS, as it is; S3 itself is moto's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pytest_kmsmock import KmsMock

boto3 = pytest.importorskip("boto3")
s3_encryption = pytest.importorskip("s3_encryption")
keyrings = pytest.importorskip("s3_encryption.materials.kms_keyring")
moto = pytest.importorskip("moto")

PLACE = {"Bucket": "reports", "Key": "2026.pdf"}


@pytest.fixture
def plain() -> Iterator[Any]:
    """A plain client of S3, with a bucket."""
    with moto.mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="reports")
        yield s3


def _encrypting(kms: KmsMock, arn: str) -> Any:
    s3 = boto3.client("s3", region_name="us-east-1")
    keyring = keyrings.KmsKeyring(kms_client=kms.client(), kms_key_id=arn)
    config = s3_encryption.S3EncryptionClientConfig(keyring=keyring)
    return s3_encryption.S3EncryptionClient(wrapped_s3_client=s3, config=config)


def test_an_object_is_encrypted_and_decrypted(kms: KmsMock, plain: Any) -> None:
    """The data key and its context travel in the object's metadata."""
    key = kms.create_key()
    client = _encrypting(kms, key.arn)

    client.put_object(**PLACE, Body=b"a report", EncryptionContext={"owner": "acme"})

    stored = plain.get_object(**PLACE)["Body"].read()
    loaded = client.get_object(**PLACE, EncryptionContext={"owner": "acme"})["Body"].read()
    assert loaded == b"a report"
    assert b"report" not in stored
    assert kms.calls.operations[-1] == "Decrypt"
    assert kms.calls[-1].key == key


def test_an_object_of_a_disabled_key_stays_closed(kms: KmsMock, plain: Any) -> None:
    """What KMS refuses comes through."""
    key = kms.create_key()
    client = _encrypting(kms, key.arn)
    client.put_object(**PLACE, Body=b"a report")
    key.disable()

    with pytest.raises(s3_encryption.S3EncryptionClientError):
        client.get_object(**PLACE)["Body"].read()
