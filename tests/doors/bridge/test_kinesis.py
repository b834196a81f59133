"""Streams under a KMS key."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMock, mock_kms

CONTEXT = {"aws:kinesis:arn": "arn:aws:kinesis:us-east-1:123456789012:stream/s"}


@pytest.fixture
def kinesis(bridged: KmsMock, client_of: Any) -> Any:
    client = client_of("kinesis")
    client.create_stream(StreamName="s", ShardCount=1)
    return client


def encrypt(kinesis: Any, key_id: str) -> None:
    kinesis.start_stream_encryption(StreamName="s", EncryptionType="KMS", KeyId=key_id)


def put(kinesis: Any) -> None:
    kinesis.put_record(StreamName="s", Data=b"x", PartitionKey="a")


def read(kinesis: Any) -> list[bytes]:
    """Return the records, from the second answer: the first iterator leads to a next one."""
    [shard] = kinesis.list_shards(StreamName="s")["Shards"]
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    first = kinesis.get_records(ShardIterator=iterator)
    kinesis.get_records(ShardIterator=first["NextShardIterator"])
    return [record["Data"] for record in first["Records"]]


def test_records_are_encrypted_once_the_stream_is(bridged: KmsMock, kinesis: Any) -> None:
    put(kinesis)
    assert not bridged.calls
    key = bridged.create_key()

    encrypt(kinesis, key.id)
    put(kinesis)

    assert read(kinesis) == [b"x", b"x"]
    assert bridged.calls.operations == ["GenerateDataKey", "GenerateDataKey", "Decrypt", "Decrypt"]
    for call in bridged.calls:
        assert (call.via, call.key) == ("kinesis.amazonaws.com", key)
        assert call.params["EncryptionContext"] == CONTEXT
    kinesis.stop_stream_encryption(StreamName="s", EncryptionType="KMS", KeyId=key.id)
    bridged.calls.clear()
    put(kinesis)
    read(kinesis)
    bridged.calls.assert_not_called()


def test_a_key_that_is_not_there_starts_nothing(kinesis: Any) -> None:
    with pytest.raises(kinesis.exceptions.KMSNotFoundException):
        encrypt(kinesis, "alias/nobody")

    described = kinesis.describe_stream(StreamName="s")["StreamDescription"]
    assert described["EncryptionType"] == "NONE"


def test_what_kms_refuses(bridged: KmsMock, kinesis: Any) -> None:
    key = bridged.create_key()
    encrypt(kinesis, key.arn)
    put(kinesis)
    key.disable()

    with pytest.raises(kinesis.exceptions.KMSDisabledException, match="is disabled"):
        put(kinesis)
    with pytest.raises(kinesis.exceptions.KMSDisabledException):
        read(kinesis)
    key.schedule_deletion()
    with pytest.raises(kinesis.exceptions.KMSInvalidStateException):
        put(kinesis)


def test_a_record_that_was_put_without_this_kms_is_under_its_key(
    bridged: KmsMock, kinesis: Any
) -> None:
    key = bridged.create_key()
    with mock_kms():
        encrypt(kinesis, key.arn)
        put(kinesis)

    read(kinesis)

    bridged.calls.assert_called("Decrypt", key=key, EncryptionContext=CONTEXT)
