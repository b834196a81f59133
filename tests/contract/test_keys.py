"""CreateKey, DescribeKey, EnableKey, DisableKey, UpdateKeyDescription."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock.service.api.shapes import service_model

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# An older botocore does not know the newer members.
METADATA: Any = service_model().shape_for("KeyMetadata")
KNOWN = set(METADATA.members)
MEMBERS = KNOWN & {
    *("AWSAccountId", "Arn", "CreationDate", "CustomerMasterKeySpec", "Description", "Enabled"),
    *("KeyId", "KeyManager", "KeySpec", "KeyState", "KeyUsage", "MultiRegion", "Origin"),
    *("EncryptionAlgorithms", "CurrentKeyMaterialId"),
}


def test_key_is_symmetric_and_enabled_unless_asked_otherwise(client: Any) -> None:
    """Source: KMS API Reference, CreateKey; members as recorded in November 2025."""
    metadata = client.create_key()["KeyMetadata"]

    assert metadata.keys() == MEMBERS
    assert re.fullmatch(UUID, metadata["KeyId"])
    assert metadata["Arn"] == f"arn:aws:kms:us-east-1:123456789012:key/{metadata['KeyId']}"
    assert metadata["AWSAccountId"] == "123456789012"
    assert metadata["KeySpec"] == metadata["CustomerMasterKeySpec"] == "SYMMETRIC_DEFAULT"
    assert metadata["KeyUsage"] == "ENCRYPT_DECRYPT"
    assert metadata["EncryptionAlgorithms"] == ["SYMMETRIC_DEFAULT"]
    assert metadata["KeyState"] == "Enabled"
    assert metadata["Enabled"] is True
    assert metadata["KeyManager"] == "CUSTOMER"
    assert metadata["Origin"] == "AWS_KMS"
    assert metadata["MultiRegion"] is False
    assert metadata["Description"] == ""
    if "CurrentKeyMaterialId" in KNOWN:
        assert re.fullmatch("[0-9a-f]{64}", metadata["CurrentKeyMaterialId"])


def test_describe_key_agrees_with_create_key(client: Any) -> None:
    """Both return the same KeyMetadata, and nothing beside it."""
    created = client.create_key(Description="for the vault")

    described = client.describe_key(KeyId=created["KeyMetadata"]["KeyId"])

    assert described["KeyMetadata"] == created["KeyMetadata"]
    assert described.keys() == {"KeyMetadata", "ResponseMetadata"}


def test_creation_date_is_now_with_a_time_zone(client: Any) -> None:
    """The client parses timestamps as aware datetimes."""
    created = client.create_key()["KeyMetadata"]["CreationDate"]

    assert created.tzinfo is not None
    assert abs(dt.datetime.now(dt.UTC) - created) < dt.timedelta(seconds=60)


def test_two_keys_share_nothing(client: Any) -> None:
    """Each key has an ID, an ARN and a material of its own."""
    first, second = (client.create_key()["KeyMetadata"] for _ in range(2))

    for member in KNOWN & {"KeyId", "Arn", "CurrentKeyMaterialId"}:
        assert first[member] != second[member]


def test_older_name_of_the_key_spec_works(client: Any) -> None:
    """CustomerMasterKeySpec is deprecated, and still accepted."""
    metadata = client.create_key(CustomerMasterKeySpec="SYMMETRIC_DEFAULT")["KeyMetadata"]

    assert metadata["KeySpec"] == metadata["CustomerMasterKeySpec"] == "SYMMETRIC_DEFAULT"


def test_both_names_of_the_key_spec_are_one_too_many(client: Any, refusal: Any) -> None:
    """Also where they agree."""
    spec = "SYMMETRIC_DEFAULT"

    error = refusal(client.create_key, KeySpec=spec, CustomerMasterKeySpec=spec)

    assert error == (
        "ValidationException",
        "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. "
        "CustomerMasterKeySpec is deprecated.",
    )


def test_defaults_may_be_spelled_out(client: Any) -> None:
    """A value that equals the default changes nothing."""
    metadata = client.create_key(
        KeySpec="SYMMETRIC_DEFAULT",
        KeyUsage="ENCRYPT_DECRYPT",
        Origin="AWS_KMS",
        MultiRegion=False,
        Description="",
        Tags=[],
        BypassPolicyLockoutSafetyCheck=False,
    )["KeyMetadata"]

    assert metadata.keys() == MEMBERS


@pytest.mark.parametrize("usage", ["SIGN_VERIFY", "GENERATE_VERIFY_MAC"])
def test_symmetric_key_only_encrypts(client: Any, refusal: Any, usage: str) -> None:
    """KeyUsage must be one that the table of key specs allows."""
    response = refusal(client.create_key, KeyUsage=usage)

    assert response.code == "ValidationException"
    text = f"KeyUsage {usage} is not compatible with KeySpec SYMMETRIC_DEFAULT"
    assert response.message == text


@pytest.mark.usefixtures("empty_account")
def test_refused_key_is_not_created(client: Any, refusal: Any) -> None:
    """CreateKey creates nothing when its tags or its policy are wrong."""
    refusal(client.create_key, Tags=[{"TagKey": "aws:team", "TagValue": ""}])
    refusal(client.create_key, Policy="no JSON")

    assert client.list_keys()["Keys"] == []


def test_disabled_key_says_so(client: Any, key_id: str) -> None:
    """Disabling changes Enabled and KeyState; no other member comes or goes."""
    before = client.describe_key(KeyId=key_id)["KeyMetadata"]

    client.disable_key(KeyId=key_id)

    after = client.describe_key(KeyId=key_id)["KeyMetadata"]
    assert after == before | {"Enabled": False, "KeyState": "Disabled"}


def test_enabled_again_it_is_as_before(client: Any, key_id: str) -> None:
    """EnableKey and DisableKey are idempotent, and each other's reverse."""
    before = client.describe_key(KeyId=key_id)["KeyMetadata"]
    for _ in range(2):
        client.disable_key(KeyId=key_id)

    for _ in range(2):
        client.enable_key(KeyId=key_id)

    assert client.describe_key(KeyId=key_id)["KeyMetadata"] == before


def test_ciphertext_outlives_a_disabled_spell(client: Any, key_id: str) -> None:
    """A disabled key keeps its material."""
    blob = client.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    client.disable_key(KeyId=key_id)
    client.enable_key(KeyId=key_id)

    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


def test_description_is_replaced(client: Any, key_id: str) -> None:
    """UpdateKeyDescription answers with nothing; an empty description is one too."""
    response = client.update_key_description(KeyId=key_id, Description="новое")

    assert response.keys() == {"ResponseMetadata"}
    assert client.describe_key(KeyId=key_id)["KeyMetadata"]["Description"] == "новое"
    client.update_key_description(KeyId=key_id, Description="")
    assert client.describe_key(KeyId=key_id)["KeyMetadata"]["Description"] == ""


def test_description_has_8192_characters_at_most(client: Any, key_id: str, refusal: Any) -> None:
    """Source: the model, DescriptionType."""
    longest = "x" * 8192
    client.update_key_description(KeyId=key_id, Description=longest)

    response = refusal(client.update_key_description, KeyId=key_id, Description=f"{longest}y")

    assert response.message == (
        f"1 validation error detected: Value '{longest}y' at 'description' failed to satisfy "
        "constraint: Member must have length less than or equal to 8192"
    )


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("enable_key", {}),
        ("disable_key", {}),
        ("update_key_description", {"Description": ""}),
        ("put_key_policy", {}),
        ("tag_resource", {"Tags": []}),
        ("untag_resource", {"TagKeys": []}),
    ],
)
def test_operation_without_an_output_answers_with_nothing(
    client: Any, key_id: str, operation: str, members: dict[str, Any]
) -> None:
    """Source: the model; these operations have no output shape."""
    if operation == "put_key_policy":
        members = {"Policy": client.get_key_policy(KeyId=key_id)["Policy"]}

    response = getattr(client, operation)(KeyId=key_id, **members)

    assert response.keys() == {"ResponseMetadata"}
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert re.fullmatch(UUID, response["ResponseMetadata"]["RequestId"])


def test_application_may_change_what_it_was_given(client: Any, key_id: str) -> None:
    """A response is the application's own; the service does not see what becomes of it."""
    metadata = client.describe_key(KeyId=key_id)["KeyMetadata"]
    metadata["EncryptionAlgorithms"].append("ROT13")
    metadata["KeyState"] = "Disabled"

    again = client.describe_key(KeyId=key_id)["KeyMetadata"]

    assert again["EncryptionAlgorithms"] == ["SYMMETRIC_DEFAULT"]
    assert again["KeyState"] == "Enabled"


def test_exceptions_are_the_clients_own(client: Any, key_id: str) -> None:
    """Application code catches `client.exceptions`, by the names of the model."""
    client.disable_key(KeyId=key_id)

    with pytest.raises(client.exceptions.DisabledException) as caught:
        client.encrypt(KeyId=key_id, Plaintext=b"x")

    assert isinstance(caught.value, ClientError)
    assert caught.value.operation_name == "Encrypt"
    assert str(caught.value) == (
        "An error occurred (DisabledException) when calling the Encrypt operation: "
        f"arn:aws:kms:us-east-1:123456789012:key/{key_id} is disabled."
    )


@pytest.mark.parametrize("wait", ["get_paginator", "can_paginate"])
def test_client_is_a_whole_client(client: Any, wait: str) -> None:
    """What botocore gives a client works on the mock's clients too."""
    method: Callable[..., Any] = getattr(client, wait)

    assert method("list_keys")
