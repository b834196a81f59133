"""Queues under a KMS key."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMock, mock_kms

CONTEXT = {"aws:sqs:arn": "arn:aws:sqs:us-east-1:123456789012:q"}


@pytest.fixture
def sqs(bridged: KmsMock, client_of: Any) -> Any:
    return client_of("sqs")


def create(sqs: Any, key_id: str = "alias/aws/sqs") -> str:
    made = sqs.create_queue(QueueName="q", Attributes={"KmsMasterKeyId": key_id})
    url: str = made["QueueUrl"]
    return url


def test_a_message_is_encrypted_under_a_key_that_is_tried(bridged: KmsMock, sqs: Any) -> None:
    key = bridged.create_key()
    url = create(sqs, key.id)

    sqs.receive_message(QueueUrl=url)
    bridged.calls.assert_not_called()
    sqs.send_message(QueueUrl=url, MessageBody="x")
    received = sqs.receive_message(QueueUrl=url)

    assert received["Messages"][0]["Body"] == "x"
    assert bridged.calls.operations == ["GenerateDataKey", "Decrypt", "Decrypt"]
    assert {call.via for call in bridged.calls} == {"sqs.amazonaws.com"}
    assert all(call.params["EncryptionContext"] == CONTEXT for call in bridged.calls)


def test_a_queue_takes_any_key(sqs: Any) -> None:
    """As recorded: it is kept as it was given."""
    url = create(sqs, "nope")

    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["KmsMasterKeyId"])
    assert found["Attributes"]["KmsMasterKeyId"] == "nope"


@pytest.mark.parametrize(
    ("change", "code", "exception"),
    [
        ("disable", "KMS.DisabledException", "KmsDisabled"),
        ("schedule_deletion", "KMS.InvalidStateException", "KmsInvalidState"),
        ("delete", "KMS.NotFoundException", "KmsNotFound"),
    ],
)
def test_what_kms_refuses(
    bridged: KmsMock, sqs: Any, change: str, code: str, exception: str
) -> None:
    """The code is that of the query protocol, the exception that of the JSON one."""
    key = bridged.create_key()
    url = create(sqs, key.arn)
    getattr(key, change)()

    with pytest.raises(getattr(sqs.exceptions, exception)) as caught:
        sqs.send_message(QueueUrl=url, MessageBody="x")

    assert caught.value.response["Error"]["Code"] == code
    assert key.arn in caught.value.response["Error"]["Message"]
    assert "Messages" not in sqs.receive_message(QueueUrl=url)


def test_a_message_whose_key_was_disabled_stays(bridged: KmsMock, sqs: Any, refusal: Any) -> None:
    key = bridged.create_key()
    url = create(sqs, key.arn)
    sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": "a", "MessageBody": "x"}])

    key.disable()
    assert refusal(sqs.receive_message, QueueUrl=url)["Code"] == "KMS.DisabledException"
    key.enable()

    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1


def test_two_kinds_of_encryption_at_once(sqs: Any, refusal: Any) -> None:
    url = create(sqs)
    both = {"KmsMasterKeyId": "alias/aws/sqs", "SqsManagedSseEnabled": "true"}

    assert refusal(sqs.set_queue_attributes, QueueUrl=url, Attributes=both)["Message"] == (
        "You can use one type of server-side encryption (SSE) at one time. You can either enable "
        "KMS SSE or SQS SSE."
    )


def test_a_queue_without_a_key_asks_nothing(bridged: KmsMock, sqs: Any) -> None:
    url = sqs.create_queue(QueueName="plain")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="x")
    sqs.receive_message(QueueUrl=url)

    bridged.calls.assert_not_called()


def test_a_message_that_was_sent_without_this_kms_is_under_its_key(
    bridged: KmsMock, sqs: Any, refusal: Any
) -> None:
    key = bridged.create_key()
    url = create(sqs, key.arn)
    with mock_kms():
        sqs.send_message(QueueUrl=url, MessageBody="x")

    key.disable()

    assert refusal(sqs.receive_message, QueueUrl=url)["Code"] == "KMS.DisabledException"
