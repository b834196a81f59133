"""ScheduleKeyDeletion, CancelKeyDeletion, and what is left of a deleted key."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

ACCOUNT = "123456789012"


def arn_of(key_id: str) -> str:
    return f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{key_id}"


def test_answer_tells_when_the_key_goes(client: Any, key_id: str) -> None:
    """Source: KMS API Reference, ScheduleKeyDeletion. KeyId is the ARN."""
    response = client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)

    due = response.pop("DeletionDate")
    del response["ResponseMetadata"]
    assert response == {
        "KeyId": arn_of(key_id),
        "KeyState": "PendingDeletion",
        "PendingWindowInDays": 7,
    }
    assert due.tzinfo is not None
    assert abs(due - dt.datetime.now(dt.UTC) - dt.timedelta(days=7)) < dt.timedelta(seconds=60)


def test_window_is_30_days_unless_asked_otherwise(client: Any, key_id: str) -> None:
    """Source: KMS API Reference, ScheduleKeyDeletion."""
    response = client.schedule_key_deletion(KeyId=key_id)

    assert response["PendingWindowInDays"] == 30
    wait = response["DeletionDate"] - dt.datetime.now(dt.UTC)
    assert abs(wait - dt.timedelta(days=30)) < dt.timedelta(seconds=60)


@pytest.mark.parametrize(
    ("days", "constraint"),
    [
        (0, "greater than or equal to 7"),
        (6, "greater than or equal to 7"),
        (31, "less than or equal to 30"),
        (365, "less than or equal to 30"),
    ],
)
def test_window_is_7_to_30_days(
    lenient_client: Any, key_id: str, refusal: Any, days: int, constraint: str
) -> None:
    """The model allows 1 to 365, the service less. The key stays as it was."""
    response = refusal(lenient_client.schedule_key_deletion, KeyId=key_id, PendingWindowInDays=days)

    assert response.code == "ValidationException"
    assert response.message == (
        f"1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to "
        f"satisfy constraint: Member must have value {constraint}"
    )
    assert lenient_client.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "Enabled"


def test_key_tells_when_it_goes(client: Any, key_id: str) -> None:
    """While it is pending, KeyMetadata has a DeletionDate, and nothing else is new."""
    before = client.describe_key(KeyId=key_id)["KeyMetadata"]
    due = client.schedule_key_deletion(KeyId=key_id)["DeletionDate"]

    after = client.describe_key(KeyId=key_id)["KeyMetadata"]

    expected = {"Enabled": False, "KeyState": "PendingDeletion", "DeletionDate": due}
    assert after == before | expected


def test_second_call_does_not_move_the_date(client: Any, key_id: str, refusal: Any) -> None:
    """A key that is pending deletion refuses ScheduleKeyDeletion."""
    due = client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)["DeletionDate"]

    response = refusal(client.schedule_key_deletion, KeyId=key_id, PendingWindowInDays=30)

    assert response.code == "KMSInvalidStateException"
    assert client.describe_key(KeyId=key_id)["KeyMetadata"]["DeletionDate"] == due


def test_cancelled_key_is_disabled(client: Any, key_id: str) -> None:
    """Always Disabled, never the state before; the DeletionDate is gone."""
    before = client.describe_key(KeyId=key_id)["KeyMetadata"]
    client.schedule_key_deletion(KeyId=key_id)

    response = client.cancel_key_deletion(KeyId=key_id)

    del response["ResponseMetadata"]
    assert response == {"KeyId": arn_of(key_id)}
    after = client.describe_key(KeyId=key_id)["KeyMetadata"]
    assert after == before | {"Enabled": False, "KeyState": "Disabled"}


def test_policy_can_be_read_and_set_while_pending(client: Any, key_id: str) -> None:
    """So that somebody with the right to cancel can be let in."""
    client.schedule_key_deletion(KeyId=key_id)
    policy = client.get_key_policy(KeyId=key_id)["Policy"]

    client.put_key_policy(KeyId=key_id, Policy=policy)

    assert client.list_key_policies(KeyId=key_id)["PolicyNames"] == ["default"]
