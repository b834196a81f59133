"""What is left of a key when its date has come."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMock

ACCOUNT = "123456789012"


def arn_of(key_id: str) -> str:
    return f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{key_id}"


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
