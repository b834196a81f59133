"""The policy that calls needed, from the record of a test."""

from __future__ import annotations

import json
from typing import Any, Final

import boto3
import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock

ACCOUNT: Final = "123456789012"
OTHER: Final = "444455556666"
ROOT: Final = f"arn:aws:iam::{ACCOUNT}:root"
APPLICATION: Final = f"arn:aws:iam::{ACCOUNT}:role/application"
KEY_ID: Final = "11111111-2222-4333-8444-555555555555"
KEYS: Final = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/*"
ALIAS: Final = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/app"


def needed(kms: KmsMock) -> set[tuple[str, str, str | None]]:
    """Return each action with its resource and the alias of the condition."""
    found = set()
    for statement in kms.calls.required_policy()["Statement"]:
        assert statement["Effect"] == "Allow"
        alias = (
            statement.get("Condition", {})
            .get("ForAnyValue:StringEquals", {})
            .get("kms:ResourceAliases")
        )
        found |= {
            (action, resource, alias)
            for action in statement["Action"]
            for resource in statement["Resource"]
        }
    return found


def test_no_calls_need_nothing(kms: KmsMock) -> None:
    """A policy without statements."""
    kms.create_key().encrypt(b"x")

    assert kms.calls.required_policy() == {"Version": "2012-10-17", "Statement": []}


def test_a_key_whose_id_the_test_has_given_is_named(kms: KmsMock, client: Any) -> None:
    """Any other is known by its alias, as its ID is another one in each run."""
    given = kms.create_key(key_id=KEY_ID, alias="alias/given")
    kms.create_key(alias="alias/app")
    plain = kms.create_key()
    client.encrypt(KeyId="alias/given", Plaintext=b"x")
    client.describe_key(KeyId="alias/app")
    client.get_key_rotation_status(KeyId=plain.id)

    assert needed(kms) == {
        ("kms:Encrypt", given.arn, None),
        ("kms:DescribeKey", KEYS, "alias/app"),
        ("kms:GetKeyRotationStatus", KEYS, None),
    }


@pytest.mark.kms(auto_create=True)
def test_a_key_that_the_program_names_is_named(kms: KmsMock, client: Any) -> None:
    """Its ID is in the program's own configuration."""
    client.encrypt(KeyId=KEY_ID, Plaintext=b"x")

    assert needed(kms) == {("kms:Encrypt", KEYS.replace("*", KEY_ID), None)}


def test_calls_that_need_several_permissions(kms: KmsMock, client: Any) -> None:
    """Each on what it was needed on, with the aliases of that moment."""
    key = kms.create_key(alias="alias/app", multi_region=True)
    other = kms.create_key(alias="alias/other")
    tags = [{"TagKey": "a", "TagValue": "b"}]
    client.re_encrypt(CiphertextBlob=key.encrypt(b"x"), DestinationKeyId=other.id)
    client.create_key(Tags=tags, MultiRegion=True)
    client.replicate_key(KeyId=key.id, ReplicaRegion="eu-west-1")
    client.update_alias(AliasName="alias/app", TargetKeyId=kms.create_key().id)
    client.delete_alias(AliasName="alias/other")

    role = (
        f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/mrk.kms.amazonaws.com/"
        "AWSServiceRoleForKeyManagementServiceMultiRegionKeys"
    )
    assert needed(kms) == {
        ("kms:ReEncryptFrom", KEYS, "alias/app"),
        ("kms:ReEncryptTo", KEYS, "alias/other"),
        ("kms:CreateKey", "*", None),
        ("kms:TagResource", KEYS.replace("*", "mrk-*"), None),
        ("iam:CreateServiceLinkedRole", role, None),
        ("kms:ReplicateKey", KEYS, "alias/app"),
        ("kms:UpdateAlias", ALIAS, None),
        ("kms:UpdateAlias", KEYS, None),
        ("kms:DeleteAlias", ALIAS.replace("app", "other"), None),
        ("kms:DeleteAlias", KEYS, "alias/other"),
    }


def test_calls_that_failed_for_another_reason_needed_it_too(
    kms: KmsMock, client: Any, refusal: Any
) -> None:
    """Whoever lacks it would get another error; before the key is found nothing is needed."""
    kms.create_key(alias="alias/app", state="Disabled")
    other = kms.create_key(alias="alias/other")

    blob = other.encrypt(b"x")
    assert refusal(client.encrypt, KeyId="alias/app", Plaintext=b"x")[0] == "DisabledException"
    assert refusal(client.re_encrypt, CiphertextBlob=blob, DestinationKeyId="alias/app")
    assert refusal(client.sign, KeyId="alias/none", Message=b"x", SigningAlgorithm="ECDSA_SHA_256")
    assert refusal(client.create_key, KeySpec="RSA_2048")[0] == "ValidationException"
    assert refusal(client.create_alias, AliasName="none", TargetKeyId=other.id)

    assert needed(kms) == {
        ("kms:Encrypt", KEYS, "alias/app"),
        ("kms:ReEncryptFrom", KEYS, "alias/other"),
        ("kms:ReEncryptTo", KEYS, "alias/app"),
        ("kms:CreateKey", "*", None),
    }


def test_calls_that_were_refused_need_nothing(kms: KmsMock) -> None:
    """Nor do those that the key policy or a grant alone allows."""
    policy = {
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": who}, "Action": what, "Resource": "*"}
            for who, what in ((ROOT, "kms:*"), (APPLICATION, "kms:DescribeKey"))
        ]
    }
    key = kms.create_key(key_id=KEY_ID, policy=policy)
    kms.client().create_grant(
        KeyId=KEY_ID, GranteePrincipal=APPLICATION, Operations=["GenerateDataKey"]
    )
    kms.calls.clear()
    allowed = {"Statement": [{"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"}]}
    client = kms.client(principal=kms.principal(APPLICATION, policies=[allowed]))

    client.encrypt(KeyId=KEY_ID, Plaintext=b"x")
    client.describe_key(KeyId=KEY_ID)
    client.generate_data_key(KeyId=KEY_ID, KeySpec="AES_256")
    with pytest.raises(ClientError):
        client.decrypt(KeyId=KEY_ID, CiphertextBlob=key.encrypt(b"x"))

    assert needed(kms) == {("kms:Encrypt", key.arn, None)}


@pytest.mark.kms(enforce_policies="soft")
def test_softly_refused_calls_need_what_they_lack(kms: KmsMock) -> None:
    """Which is how one finds out."""
    first, second = kms.create_key(key_id=KEY_ID), kms.create_key(alias="alias/app")
    client = kms.client(principal=kms.principal(APPLICATION))

    client.re_encrypt(CiphertextBlob=first.encrypt(b"x"), DestinationKeyId=second.id)

    assert needed(kms) == {
        ("kms:ReEncryptFrom", first.arn, None),
        ("kms:ReEncryptTo", KEYS, "alias/app"),
    }


def test_the_root_user_needs_no_iam_policy(kms: KmsMock) -> None:
    """It has every permission."""
    kms.client(principal=ROOT).list_keys()

    assert needed(kms) == set()


def test_a_selection_of_calls_needs_less(kms: KmsMock, client: Any) -> None:
    """As each is a record of its own."""
    kms.create_key(alias="alias/app")
    client.list_keys()
    client.describe_key(KeyId="alias/app")

    assert len(kms.calls("ListKeys").required_policy()["Statement"]) == 1
    assert len(kms.calls.required_policy()["Statement"]) == 2


def test_another_account_is_named_in_the_resource(kms: KmsMock, client: Any) -> None:
    """IAM of the caller's account has to allow its keys."""
    key = kms.create_key(account=OTHER)

    client.encrypt(KeyId=key.arn, Plaintext=b"x")

    assert needed(kms) == {("kms:Encrypt", f"arn:aws:kms:us-east-1:{OTHER}:key/*", None)}


def test_the_policy_is_enough_for_the_same_calls(kms: KmsMock) -> None:
    """A little program, once outside of all policies, once with its policy and no more."""

    def program() -> None:
        client = boto3.client("kms", "us-east-1", aws_access_key_id="A", aws_secret_access_key="x")
        context = {"tenant": "42"}
        sealed = client.generate_data_key(
            KeyId="alias/app", KeySpec="AES_256", EncryptionContext=context
        )
        client.decrypt(CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext=context)
        new = client.create_key(Tags=[{"TagKey": "a", "TagValue": "b"}])["KeyMetadata"]["KeyId"]
        client.create_alias(AliasName="alias/new", TargetKeyId=new)
        client.update_alias(AliasName="alias/app", TargetKeyId=new)
        grant = client.create_grant(KeyId=new, GranteePrincipal=ROOT, Operations=["Encrypt"])
        client.retire_grant(GrantToken=grant["GrantToken"])
        client.schedule_key_deletion(KeyId=new)
        client.list_aliases()

    kms.create_key(alias="alias/app")
    program()
    policy = kms.calls.required_policy()
    kms.client().delete_alias(AliasName="alias/new")
    old = next(key for key in kms.keys if key.state == "Enabled")
    kms.client().update_alias(AliasName="alias/app", TargetKeyId=old.id)

    with kms.acting_as(kms.principal(APPLICATION, policies=[policy])):
        program()

    assert json.dumps(policy).count("kms:RetireGrant") == 1
