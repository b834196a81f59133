"""ScheduleKeyDeletion, CancelKeyDeletion, and what is left of a deleted key."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from pytest_kmsmock import KmsMock

ACCOUNT = "123456789012"


def arn_of(key_id: str) -> str:
    return f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{key_id}"


def test_answer_tells_when_the_key_goes(client: Any, key_id: str, kms: KmsMock) -> None:
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
    assert abs(due - kms.clock.now - dt.timedelta(days=7)) < dt.timedelta(seconds=60)


def test_window_is_30_days_unless_asked_otherwise(client: Any, key_id: str, kms: KmsMock) -> None:
    """Source: KMS API Reference, ScheduleKeyDeletion."""
    response = client.schedule_key_deletion(KeyId=key_id)

    assert response["PendingWindowInDays"] == 30
    wait = response["DeletionDate"] - kms.clock.now
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


def test_key_is_there_until_the_date(client: Any, key_id: str, kms: KmsMock) -> None:
    """It stays pending to the last."""
    client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)

    kms.clock.advance(days=6, hours=23, minutes=59)

    assert client.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_key_is_gone_after_the_date(client: Any, key_id: str, kms: KmsMock, refusal: Any) -> None:
    """The key does not exist any more, for any operation."""
    client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)

    kms.clock.advance(days=7)

    for operation in ("describe_key", "cancel_key_deletion", "get_key_policy"):
        error = refusal(getattr(client, operation), KeyId=key_id)
        assert error.code == "NotFoundException"
        assert error.message == f"Key '{arn_of(key_id)}' does not exist"
    assert client.list_keys()["Keys"] == []


def test_aliases_and_tags_go_with_the_key(client: Any, key_id: str, kms: KmsMock) -> None:
    """The names are free again."""
    client.create_alias(AliasName="alias/app", TargetKeyId=key_id)
    client.tag_resource(KeyId=key_id, Tags=[{"TagKey": "team", "TagValue": "blue"}])
    client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    kms.clock.advance(days=8)
    new = client.create_key()["KeyMetadata"]["KeyId"]

    assert client.list_aliases()["Aliases"] == []
    client.create_alias(AliasName="alias/app", TargetKeyId=new)

    assert client.describe_key(KeyId="alias/app")["KeyMetadata"]["KeyId"] == new
    assert client.list_resource_tags(KeyId=new)["Tags"] == []


def test_alias_of_a_deleted_key_is_not_found(
    client: Any, key_id: str, kms: KmsMock, refusal: Any
) -> None:
    """Not the key is missing then, but the alias."""
    client.create_alias(AliasName="alias/app", TargetKeyId=key_id)
    client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    kms.clock.advance(days=8)

    error = refusal(client.encrypt, KeyId="alias/app", Plaintext=b"x")

    assert error.code == "NotFoundException"
    text = f"Alias arn:aws:kms:us-east-1:{ACCOUNT}:alias/app is not found."
    assert error.message == text


@pytest.mark.parametrize("operation", ["Decrypt", "ReEncrypt"])
def test_ciphertext_of_a_deleted_key_is_lost(
    client: Any, key_id: str, kms: KmsMock, refusal: Any, operation: str
) -> None:
    """Without a KeyId, AWS does not tell a deleted key from one that is forbidden."""
    blob = client.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    kms.clock.advance(days=8)
    other = client.create_key()["KeyMetadata"]["KeyId"]

    if operation == "Decrypt":
        response = refusal(client.decrypt, CiphertextBlob=blob)
    else:
        response = refusal(client.re_encrypt, CiphertextBlob=blob, DestinationKeyId=other)

    assert response.code == "AccessDeniedException"
    action = "Decrypt" if operation == "Decrypt" else "ReEncryptFrom"
    assert response.message == (
        f"User: arn:aws:iam::{ACCOUNT}:root is not authorized to perform: kms:{action} on the "
        "resource associated with this ciphertext because the resource does not exist in this "
        "Region, no resource-based policies allow access, or a resource-based policy explicitly "
        "denies access"
    )


def test_deleted_key_that_is_named_is_not_found(
    client: Any, key_id: str, kms: KmsMock, refusal: Any
) -> None:
    """With its KeyId, the key is looked up before the ciphertext is looked at."""
    blob = client.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    kms.clock.advance(days=8)

    error = refusal(client.decrypt, CiphertextBlob=blob, KeyId=key_id)

    assert error.code == "NotFoundException"


def test_cancelled_key_is_disabled(client: Any, key_id: str) -> None:
    """Always Disabled, never the state before; the DeletionDate is gone."""
    before = client.describe_key(KeyId=key_id)["KeyMetadata"]
    client.schedule_key_deletion(KeyId=key_id)

    response = client.cancel_key_deletion(KeyId=key_id)

    del response["ResponseMetadata"]
    assert response == {"KeyId": arn_of(key_id)}
    after = client.describe_key(KeyId=key_id)["KeyMetadata"]
    assert after == before | {"Enabled": False, "KeyState": "Disabled"}


def test_cancelled_key_outlives_its_date(client: Any, key_id: str, kms: KmsMock) -> None:
    """Nothing of it is lost, and it can be enabled again."""
    client.create_alias(AliasName="alias/app", TargetKeyId=key_id)
    blob = client.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    client.cancel_key_deletion(KeyId=key_id)

    kms.clock.advance(days=30)
    client.enable_key(KeyId=key_id)

    assert client.decrypt(CiphertextBlob=blob, KeyId="alias/app")["Plaintext"] == b"secret"


def test_rescheduled_key_goes_on_the_new_date(
    client: Any, key_id: str, kms: KmsMock, refusal: Any
) -> None:
    """The first date is forgotten when the deletion was cancelled in between."""
    client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    client.cancel_key_deletion(KeyId=key_id)
    client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=20)

    kms.clock.advance(days=19)
    assert client.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    kms.clock.advance(days=1)

    assert refusal(client.describe_key, KeyId=key_id).code == "NotFoundException"


def test_only_the_key_that_is_due_goes(client: Any, kms: KmsMock) -> None:
    """Each key has its own date."""
    soon, late, never = (client.create_key()["KeyMetadata"]["KeyId"] for _ in range(3))
    client.schedule_key_deletion(KeyId=late, PendingWindowInDays=30)
    client.schedule_key_deletion(KeyId=soon, PendingWindowInDays=7)

    kms.clock.advance(days=10)

    assert {entry["KeyId"] for entry in client.list_keys()["Keys"]} == {late, never}


def test_policy_can_be_read_and_set_while_pending(client: Any, key_id: str) -> None:
    """So that somebody with the right to cancel can be let in."""
    client.schedule_key_deletion(KeyId=key_id)
    policy = client.get_key_policy(KeyId=key_id)["Policy"]

    client.put_key_policy(KeyId=key_id, Policy=policy)

    assert client.list_key_policies(KeyId=key_id)["PolicyNames"] == ["default"]
