"""Regions and accounts: what is kept apart, and what may be used across."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from botocore import xform_name

OTHER: Final = "210987654321"
ANN: Final = f"arn:aws:iam::{OTHER}:user/ann"
UNKNOWN_ID: Final = "1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def stranger(client_of: Any) -> Any:
    """A client of somebody in another account."""
    return client_of(principal=ANN)


def new_key(client: Any, alias: str) -> dict[str, Any]:
    """Make a key with an alias; return what CreateKey says of it."""
    metadata: dict[str, Any] = client.create_key()["KeyMetadata"]
    client.create_alias(AliasName=alias, TargetKeyId=metadata["KeyId"])
    return metadata


def denied(action: str, principal: str = "arn:aws:iam::123456789012:root") -> tuple[str, str]:
    return (
        "AccessDeniedException",
        f"User: {principal} is not authorized to perform: kms:{action} on this "
        "resource because the resource does not exist in this Region, no resource-based "
        "policies allow access, or a resource-based policy explicitly denies access",
    )


@pytest.mark.usefixtures("empty_account")
def test_regions_are_kept_apart(client: Any, client_of: Any, refusal: Any) -> None:
    """A key, its ID and its ciphertext are good in its own Region only."""
    abroad = client_of("eu-west-1")
    metadata = client.create_key()["KeyMetadata"]
    key_id = metadata["KeyId"]
    blob = client.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]

    assert abroad.list_keys()["Keys"] == []
    assert refusal(abroad.describe_key, KeyId=key_id) == (
        "NotFoundException",
        f"Key 'arn:aws:kms:eu-west-1:123456789012:key/{key_id}' does not exist",
    )
    assert refusal(abroad.describe_key, KeyId=metadata["Arn"]) == (
        "NotFoundException",
        "Invalid arn us-east-1",
    )
    code = refusal(abroad.decrypt, CiphertextBlob=blob).code
    assert code in ("AccessDeniedException", "InvalidCiphertextException")


def test_accounts_are_kept_apart(client: Any, stranger: Any, key_id: str, refusal: Any) -> None:
    """Lists, aliases and bare IDs are those of the caller's account."""
    client.create_alias(AliasName="alias/app", TargetKeyId=key_id)

    assert stranger.list_keys()["Keys"] == []
    assert stranger.list_aliases()["Aliases"] == []
    assert refusal(stranger.describe_key, KeyId=key_id).message == (
        f"Key 'arn:aws:kms:us-east-1:{OTHER}:key/{key_id}' does not exist"
    )
    assert refusal(stranger.encrypt, KeyId="alias/app", Plaintext=b"x").message == (
        f"Alias arn:aws:kms:us-east-1:{OTHER}:alias/app is not found."
    )


def test_key_belongs_to_whoever_creates_it(stranger: Any) -> None:
    """Account, ARN and default policy are the caller's."""
    metadata = stranger.create_key()["KeyMetadata"]

    assert metadata["AWSAccountId"] == OTHER
    assert metadata["Arn"] == f"arn:aws:kms:us-east-1:{OTHER}:key/{metadata['KeyId']}"
    policy = json.loads(stranger.get_key_policy(KeyId=metadata["KeyId"])["Policy"])
    assert policy["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{OTHER}:root"}


@pytest.mark.parametrize("resource", [f"key/{UNKNOWN_ID}", "alias/none"])
@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("DescribeKey", {}),
        ("Encrypt", {"Plaintext": b"x"}),
        ("Decrypt", {"CiphertextBlob": b"garbage"}),
        ("GenerateDataKey", {"KeySpec": "AES_256"}),
        ("GenerateDataKeyWithoutPlaintext", {"KeySpec": "AES_256"}),
    ],
)
def test_missing_key_of_another_account_is_denied(
    client: Any, error_response: Any, operation: str, members: dict[str, Any], resource: str
) -> None:
    """AWS does not tell the missing from the forbidden, and withholds the ARN."""
    for region in ("us-east-1", "eu-west-1"):
        foreign = f"arn:aws:kms:{region}:{OTHER}:{resource}"

        response = error_response(getattr(client, xform_name(operation)), KeyId=foreign, **members)

        error = response["Error"]
        assert (error["Code"], error["Message"]) == denied(operation)
        assert "message" not in response


def test_denial_names_the_caller(client_of: Any, refusal: Any) -> None:
    """By the ARN that signed."""
    caller = "arn:aws:sts::123456789012:assumed-role/app/session-1"
    client = client_of(principal=caller)
    foreign = f"arn:aws:kms:us-east-1:{OTHER}:key/{UNKNOWN_ID}"

    error = refusal(client.encrypt, KeyId=foreign, Plaintext=b"x")

    assert error == denied("Encrypt", caller)


def test_re_encrypt_is_two_actions(client: Any, key_id: str, refusal: Any) -> None:
    """kms:ReEncryptFrom on the source and kms:ReEncryptTo on the destination."""
    blob = client.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    foreign = f"arn:aws:kms:us-east-1:{OTHER}:key/{UNKNOWN_ID}"

    to = refusal(client.re_encrypt, CiphertextBlob=blob, DestinationKeyId=foreign)
    from_ = refusal(
        client.re_encrypt, CiphertextBlob=blob, SourceKeyId=foreign, DestinationKeyId=key_id
    )

    assert to == denied("ReEncryptTo")
    assert from_ == denied("ReEncryptFrom")


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("EnableKey", {}),
        ("DisableKey", {}),
        ("ScheduleKeyDeletion", {}),
        ("CancelKeyDeletion", {}),
        ("UpdateKeyDescription", {"Description": ""}),
        ("TagResource", {"Tags": []}),
        ("UntagResource", {"TagKeys": []}),
        ("ListResourceTags", {}),
        ("GetKeyPolicy", {}),
        ("PutKeyPolicy", {"Policy": "{}"}),
        ("ListKeyPolicies", {}),
        ("ListAliases", {}),
    ],
)
def test_key_of_another_account_is_not_managed(
    client: Any, stranger: Any, refusal: Any, operation: str, members: dict[str, Any]
) -> None:
    """Cross-account use: no. Source: operations.csv, cross_account."""
    foreign = stranger.create_key()["KeyMetadata"]["Arn"]

    error = refusal(getattr(client, xform_name(operation)), KeyId=foreign, **members)

    assert error.code == "AccessDeniedException"
    assert stranger.describe_key(KeyId=foreign)["KeyMetadata"]["KeyState"] == "Enabled"


def test_own_keys_are_used_by_their_owner(stranger: Any, client_of: Any) -> None:
    """A principal of the other account finds that account's keys by ID and alias."""
    key = new_key(client_of(principal=f"arn:aws:iam::{OTHER}:role/admin"), "alias/app")

    response = stranger.encrypt(KeyId="alias/app", Plaintext=b"secret")

    assert response["KeyId"] == key["Arn"]
    assert stranger.decrypt(CiphertextBlob=response["CiphertextBlob"])["Plaintext"] == b"secret"
    assert [entry["KeyId"] for entry in stranger.list_keys()["Keys"]] == [key["KeyId"]]


def test_same_alias_in_two_accounts_is_two(client: Any, stranger: Any) -> None:
    """Names are unique per account and Region."""
    mine, theirs = new_key(client, "alias/app"), new_key(stranger, "alias/app")

    assert client.describe_key(KeyId="alias/app")["KeyMetadata"]["Arn"] == mine["Arn"]
    assert stranger.describe_key(KeyId="alias/app")["KeyMetadata"]["Arn"] == theirs["Arn"]
