"""Eventual consistency: what breaks in production, since AWS shows changes late."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms

ACCOUNT: Final = "123456789012"
ROOT: Final = f"arn:aws:iam::{ACCOUNT}:root"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/worker"

late = pytest.mark.kms(eventual_consistency=True)


def key_policy(*principals: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": list(principals)},
        "Action": "kms:*",
        "Resource": "*",
    }
    return json.dumps({"Statement": [statement]})


def is_found(client: Any, identifier: str) -> bool:
    try:
        client.describe_key(KeyId=identifier)
    except client.exceptions.NotFoundException:
        return False
    return True


def test_everything_is_seen_at_once_unless_a_test_wants_otherwise(
    kms: KmsMock, client: Any
) -> None:
    """Most tests are about something else."""
    key_id = client.create_key()["KeyMetadata"]["KeyId"]
    client.create_alias(AliasName="alias/app", TargetKeyId=key_id)

    assert is_found(client, key_id)
    assert is_found(client, "alias/app")


@late
def test_a_new_key_is_not_found_for_a_while(kms: KmsMock, client: Any) -> None:
    """By ID and by ARN; after 5 minutes it is there for all."""
    metadata = client.create_key()["KeyMetadata"]
    names = metadata["KeyId"], metadata["Arn"]

    assert [is_found(client, name) for name in names] == [False, False]
    kms.clock.advance(minutes=4, seconds=59)
    assert [is_found(client, name) for name in names] == [False, False]
    kms.clock.advance(seconds=2)
    assert [is_found(client, name) for name in names] == [True, True]


@late
def test_what_a_test_makes_is_there_at_once(kms: KmsMock, client: Any) -> None:
    """And so is what it looks at."""
    key = kms.create_key(alias="alias/app", policy=key_policy(ROOT))
    new = client.create_key()["KeyMetadata"]["KeyId"]

    client.encrypt(KeyId="alias/app", Plaintext=b"x")

    assert is_found(client, key.id)
    assert kms.key(new).state == "Enabled"


@late
def test_an_alias_names_the_key_of_before_for_a_while(kms: KmsMock, client: Any) -> None:
    """A new one nobody, a changed one the old key, a deleted one its last."""
    old, new = kms.create_key(alias="alias/moved"), kms.create_key()
    kms.create_key(alias="alias/gone")

    def target(name: str) -> str | None:
        return (
            client.describe_key(KeyId=name)["KeyMetadata"]["KeyId"]
            if is_found(client, name)
            else None
        )

    client.create_alias(AliasName="alias/new", TargetKeyId=new.id)
    client.update_alias(AliasName="alias/moved", TargetKeyId=new.id)
    gone = target("alias/gone")
    client.delete_alias(AliasName="alias/gone")

    arn = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/moved"
    assert (target("alias/new"), target("alias/moved"), target(arn)) == (None, old.id, old.id)
    assert target("alias/gone") == gone
    kms.clock.advance(minutes=6)
    assert (target("alias/new"), target("alias/moved"), target(arn)) == (new.id, new.id, new.id)
    assert target("alias/gone") is None


@late
def test_several_changes_are_seen_one_after_the_other(kms: KmsMock, client: Any) -> None:
    """Each after its own while."""
    first, second, third = (kms.create_key() for _ in range(3))
    kms.create_key(alias="alias/app")
    client.update_alias(AliasName="alias/app", TargetKeyId=first.id)
    kms.clock.advance(minutes=3)
    client.update_alias(AliasName="alias/app", TargetKeyId=second.id)
    kms.clock.advance(minutes=3)
    client.update_alias(AliasName="alias/app", TargetKeyId=third.id)

    seen = []
    for _ in range(3):
        seen.append(client.describe_key(KeyId="alias/app")["KeyMetadata"]["KeyId"])
        kms.clock.advance(minutes=3)

    assert seen == [first.id, second.id, third.id]


@late
def test_a_new_policy_counts_late(kms: KmsMock) -> None:
    """Access that is given comes late, and access that is taken away goes late."""
    kms.enforce_policies = True
    key = kms.create_key(policy=key_policy(ROOT))
    worker, admin = kms.client(principal=ROLE), kms.client()

    def may() -> bool:
        try:
            worker.encrypt(KeyId=key.id, Plaintext=b"x")
        except ClientError:
            return False
        return True

    found = [may()]
    for policy in (key_policy(ROOT, ROLE), key_policy(ROOT)):
        admin.put_key_policy(KeyId=key.id, Policy=policy)
        found.append(may())
        shown = admin.get_key_policy(KeyId=key.id)["Policy"]
        assert json.loads(shown) != json.loads(policy)
        kms.clock.advance(minutes=6)
        found.append(may())

    assert found == [False, False, True, True, False]


@late
def test_a_new_grant_counts_at_once_for_who_shows_its_token(kms: KmsMock) -> None:
    """For the others in 5 minutes."""
    kms.enforce_policies = True
    key = kms.create_key()
    worker = kms.client(principal=ROLE)
    token = kms.client().create_grant(KeyId=key.id, GranteePrincipal=ROLE, Operations=["Encrypt"])[
        "GrantToken"
    ]
    other = kms.client().create_grant(
        KeyId=key.id, GranteePrincipal=ROLE, Operations=["DescribeKey"]
    )["GrantToken"]

    with pytest.raises(ClientError, match="AccessDenied"):
        worker.encrypt(KeyId=key.id, Plaintext=b"x")
    with pytest.raises(ClientError, match="AccessDenied"):
        worker.encrypt(KeyId=key.id, Plaintext=b"x", GrantTokens=[other])
    worker.encrypt(KeyId=key.id, Plaintext=b"x", GrantTokens=[other, token])
    kms.clock.advance(minutes=5)
    worker.encrypt(KeyId=key.id, Plaintext=b"x")


@late
def test_aliases_of_a_key_count_late(kms: KmsMock) -> None:
    """For conditions on kms:ResourceAliases."""
    key = kms.create_key()
    statement = {
        "Effect": "Allow",
        "Action": "kms:DescribeKey",
        "Resource": "*",
        "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/app"}},
    }
    worker = kms.client(principal=kms.principal(ROLE, policies=[{"Statement": [statement]}]))
    kms.client().create_alias(AliasName="alias/app", TargetKeyId=key.id)

    with pytest.raises(ClientError, match="AccessDenied"):
        worker.describe_key(KeyId=key.id)
    kms.clock.advance(minutes=5)
    worker.describe_key(KeyId=key.id)


@late
def test_tags_of_a_key_count_late(kms: KmsMock) -> None:
    """For conditions on aws:ResourceTag; who lists them sees them at once."""
    key = kms.create_key(tags={"team": "red"})
    statement = {
        "Effect": "Allow",
        "Action": "kms:DescribeKey",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/team": "blue"}},
    }
    worker = kms.client(principal=kms.principal(ROLE, policies=[{"Statement": [statement]}]))
    admin = kms.client()

    def may() -> bool:
        try:
            worker.describe_key(KeyId=key.id)
        except ClientError:
            return False
        return True

    found = []
    admin.tag_resource(KeyId=key.id, Tags=[{"TagKey": "team", "TagValue": "blue"}])
    found.append(may())
    kms.clock.advance(minutes=5)
    found.append(may())
    admin.untag_resource(KeyId=key.id, TagKeys=["team"])
    found.append(may())
    kms.clock.advance(minutes=5)
    found.append(may())

    assert found == [False, True, True, False]
    assert key.tags == {}


@late
def test_lists_show_late_what_is_seen_late(kms: KmsMock, client: Any) -> None:
    """Keys, aliases and grants."""
    key = kms.create_key(alias="alias/moved")
    other = kms.create_key(alias="alias/gone")

    def listed() -> tuple[int, dict[str, str], int, int]:
        aliases = client.list_aliases()["Aliases"]
        return (
            len(client.list_keys()["Keys"]),
            {alias["AliasName"]: alias["TargetKeyId"] for alias in aliases},
            len(client.list_grants(KeyId=key.id)["Grants"]),
            len(client.list_retirable_grants(RetiringPrincipal=ROOT)["Grants"]),
        )

    before = listed()
    client.create_key()
    client.create_alias(AliasName="alias/new", TargetKeyId=key.id)
    client.update_alias(AliasName="alias/moved", TargetKeyId=other.id)
    client.delete_alias(AliasName="alias/gone")
    client.create_grant(
        KeyId=key.id, GranteePrincipal=ROLE, RetiringPrincipal=ROOT, Operations=["Decrypt"]
    )
    meanwhile = listed()
    names = [alias["AliasName"] for alias in client.list_aliases(KeyId=key.id)["Aliases"]]
    kms.clock.advance(minutes=5)

    assert before == meanwhile == (2, {"alias/moved": key.id, "alias/gone": other.id}, 0, 0)
    assert names == ["alias/moved"]
    assert listed() == (3, {"alias/moved": other.id, "alias/new": key.id}, 1, 1)


@pytest.mark.kms(eventual_consistency=2)
def test_a_while_can_be_as_long_as_a_test_wants(kms: KmsMock, client: Any) -> None:
    """In seconds."""
    key_id = client.create_key()["KeyMetadata"]["KeyId"]

    found = [is_found(client, key_id)]
    kms.clock.advance(seconds=2)
    found.append(is_found(client, key_id))

    assert found == [False, True]


@pytest.mark.parametrize("value", ["5", -1, None])
def test_a_while_is_a_number(value: Any) -> None:
    """The message says so."""
    with pytest.raises(KmsMockError, match="eventual_consistency"):
        mock_kms(eventual_consistency=value)
