"""Messages that moto passes on, as the bridge reads them."""

from __future__ import annotations

from typing import Any

from pytest_kmsmock import KmsMock
from pytest_kmsmock.doors.bridge.motos import messages

HERE = ("123456789012", "us-east-1")


def test_what_is_not_there(bridged: KmsMock) -> None:
    assert messages.queue(*HERE, "a") is None
    assert messages.key_of_topic("arn:aws:sns:us-east-1:123456789012:a") is None
    assert messages.stream(*HERE, "a") is None
    assert messages.log_group(*HERE, "a") is None


def test_a_queue_tells_whether_there_is_something_to_receive(
    bridged: KmsMock, client_of: Any
) -> None:
    client = client_of("sqs")
    url = client.create_queue(QueueName="a")["QueueUrl"]
    found = messages.queue(*HERE, "a")
    assert not messages.has_messages(found)

    client.send_message(QueueUrl=url, MessageBody="x")

    assert messages.has_messages(found)
    assert messages.key_of_queue(found) is None
