"""Topics under a KMS key, and what they deliver."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_kmsmock import KmsMock

SNS = "sns.amazonaws.com"


@pytest.fixture
def sns(bridged: KmsMock, client_of: Any) -> Any:
    return client_of("sns")


def create(sns: Any, key_id: str | None) -> str:
    attributes = {} if key_id is None else {"Attributes": {"KmsMasterKeyId": key_id}}
    arn: str = sns.create_topic(Name="t", **attributes)["TopicArn"]
    return arn


def test_what_is_published_is_encrypted(bridged: KmsMock, sns: Any) -> None:
    key = bridged.create_key()
    arn = create(sns, key.arn)

    sns.publish(TopicArn=arn, Message="x")
    sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=[{"Id": "a", "Message": "x"}])

    assert bridged.calls.operations == ["GenerateDataKey", "Decrypt"] * 2
    for call in bridged.calls:
        assert call.via == SNS
        assert call.params["EncryptionContext"] == {"aws:sns:topicArn": arn}


def test_a_topic_without_a_key_asks_nothing(bridged: KmsMock, sns: Any) -> None:
    sns.publish(TopicArn=create(sns, None), Message="x")

    bridged.calls.assert_not_called()


def test_what_kms_refuses(bridged: KmsMock, sns: Any) -> None:
    """By the exceptions of SNS, with the words of KMS."""
    key = bridged.create_key()
    arn = create(sns, key.arn)
    key.disable()

    with pytest.raises(sns.exceptions.KMSDisabledException) as caught:
        sns.publish(TopicArn=arn, Message="x")
    assert caught.value.response["Error"]["Message"].startswith(f"{key.arn} is disabled.")
    key.schedule_deletion()
    with pytest.raises(sns.exceptions.KMSInvalidStateException):
        sns.publish(TopicArn=arn, Message="x")
    key.delete()
    with pytest.raises(sns.exceptions.KMSNotFoundException):
        sns.publish(TopicArn=arn, Message="x")


def queue(sqs: Any, sns: Any, topic: str, key_id: str) -> str:
    url: str = sqs.create_queue(QueueName="q", Attributes={"KmsMasterKeyId": key_id})["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:123456789012:q"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return url


def test_sns_encrypts_for_a_queue_by_its_own_name(
    bridged: KmsMock, sns: Any, client_of: Any
) -> None:
    key, sqs = bridged.create_key(), client_of("sqs")
    topic = create(sns, None)
    url = queue(sqs, sns, topic, key.arn)

    sns.publish(TopicArn=topic, Message="x")

    assert [call.principal for call in bridged.calls] == [SNS, SNS]
    bridged.calls.assert_called(
        "GenerateDataKey",
        via="sqs",
        EncryptionContext={"aws:sqs:arn": "arn:aws:sqs:us-east-1:123456789012:q"},
    )
    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1


def test_it_delivers_nothing_where_it_may_not(bridged: KmsMock, sns: Any, client_of: Any) -> None:
    """The publisher is told nothing. A key policy of the queue's key has to name SNS."""
    bridged.enforce_policies = True
    allowing = {
        "Effect": "Allow",
        "Principal": {"Service": SNS},
        "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
        "Resource": "*",
    }
    key, sqs = bridged.create_key(), client_of("sqs")
    topic = create(sns, None)
    url = queue(sqs, sns, topic, key.arn)

    sns.publish(TopicArn=topic, Message="x")
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    policy = json.loads(bridged.client().get_key_policy(KeyId=key.arn)["Policy"])
    policy["Statement"].append(allowing)
    bridged.client().put_key_policy(KeyId=key.arn, Policy=json.dumps(policy))
    sns.publish(TopicArn=topic, Message="x")

    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1


def test_the_accounts_key_for_sqs_is_not_for_sns(
    bridged: KmsMock, sns: Any, client_of: Any
) -> None:
    sqs = client_of("sqs")
    topic = create(sns, None)
    url = queue(sqs, sns, topic, "alias/aws/sqs")

    sns.publish(TopicArn=topic, Message="x")

    assert "Messages" not in sqs.receive_message(QueueUrl=url)
