"""Messages that moto passes on: queues, topics, streams, logs."""

from __future__ import annotations

from typing import Any

from .insides import backend, reading


@reading
def queue(account: str, region: str, name: str) -> Any:
    return backend("sqs", account, region).queues.get(name)


@reading
def key_of_queue(found: Any) -> str | None:
    key_id: str | None = found.kms_master_key_id
    return key_id


@reading
def arn_of_queue(found: Any) -> str:
    arn: str = found.queue_arn
    return arn


@reading
def has_messages(found: Any) -> bool:
    return bool(found.messages)


@reading
def key_of_topic(arn: str) -> str | None:
    """Return the key of a topic; None if it has none, or is none."""
    _, _, _, region, account, _ = arn.split(":", 5)
    topic = backend("sns", account, region).topics.get(arn)
    key_id: str | None = None if topic is None else topic.kms_master_key_id
    return key_id


@reading
def stream(account: str, region: str, name: str | None) -> Any:
    return backend("kinesis", account, region).streams.get(name)


@reading
def key_of_stream(found: Any) -> str | None:
    key_id: str | None = found.key_id if found.encryption_type == "KMS" else None
    return key_id


@reading
def arn_of_stream(found: Any) -> str:
    arn: str = found.arn
    return arn


@reading
def log_group(account: str, region: str, name: str) -> Any:
    return backend("logs", account, region).groups.get(name)


def encrypt_log_group(group: Any, key_id: str | None) -> None:
    group.kms_key_id = key_id
