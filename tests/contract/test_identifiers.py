"""What a KeyId may be, and what AWS says of one that leads nowhere."""

from __future__ import annotations

from typing import Any, Final

import pytest
from botocore import xform_name

ACCOUNT: Final = "123456789012"
UNKNOWN_ID: Final = "1234abcd-12ab-34cd-56ef-1234567890ab"
UNKNOWN_MRK: Final = f"mrk-{'0a' * 16}"

# Operations that take a key ID or key ARN only, with what else they need.
NO_ALIAS: Final[dict[str, dict[str, Any]]] = {
    "ScheduleKeyDeletion": {},
    "CancelKeyDeletion": {},
    "EnableKey": {},
    "DisableKey": {},
    "TagResource": {"Tags": [{"TagKey": "aws:reserved", "TagValue": ""}]},
    "UntagResource": {"TagKeys": []},
    "ListResourceTags": {},
    "UpdateKeyDescription": {"Description": ""},
    "GetKeyPolicy": {},
    "PutKeyPolicy": {"Policy": "{}"},
    "ListKeyPolicies": {},
    "ListAliases": {},
}
WITH_ALIAS: Final[dict[str, dict[str, Any]]] = {
    "DescribeKey": {},
    "Encrypt": {"Plaintext": b"x"},
    "Decrypt": {"CiphertextBlob": b"garbage"},
    "GenerateDataKey": {"KeySpec": "AES_256"},
    "GenerateDataKeyWithoutPlaintext": {"KeySpec": "AES_256"},
}
EVERY: Final = NO_ALIAS | WITH_ALIAS


def arn(resource: str, *, region: str = "us-east-1", partition: str = "aws") -> str:
    return f"arn:{partition}:kms:{region}:{ACCOUNT}:{resource}"


@pytest.mark.parametrize("operation", sorted(EVERY))
@pytest.mark.parametrize(
    ("identifier", "text"),
    [
        (UNKNOWN_ID, f"Key '{arn(f'key/{UNKNOWN_ID}')}' does not exist"),
        (arn(f"key/{UNKNOWN_ID}"), f"Key '{arn(f'key/{UNKNOWN_ID}')}' does not exist"),
        (UNKNOWN_ID.upper(), f"Key '{arn(f'key/{UNKNOWN_ID.upper()}')}' does not exist"),
        (UNKNOWN_MRK, f"Key '{arn(f'key/{UNKNOWN_MRK}')}' does not exist"),
        (arn(f"key/{UNKNOWN_ID}", region="eu-west-1"), "Invalid arn eu-west-1"),
        ("fake-key-id", "Invalid keyId 'fake-key-id'"),
        (UNKNOWN_ID.replace("-", ""), f"Invalid keyId '{UNKNOWN_ID.replace('-', '')}'"),
        (f"{UNKNOWN_ID} ", f"Invalid keyId '{UNKNOWN_ID} '"),
        (f"{UNKNOWN_ID}\n", f"Invalid keyId '{UNKNOWN_ID}\n'"),
        (f"key/{UNKNOWN_ID}", f"Invalid keyId 'key/{UNKNOWN_ID}'"),
        ("mrk-fake-key-id", "Invalid keyId 'mrk-fake-key-id'"),
        (f"mrk-{'0g' * 16}", f"Invalid keyId 'mrk-{'0g' * 16}'"),
        # Inside an ARN it is printed without quotes.
        (arn("key/foo"), "Invalid keyId foo"),
        (arn("key/mrk-fake-key-id"), "Invalid keyId mrk-fake-key-id"),
        (arn(f"key/{UNKNOWN_ID.replace('-', '')}"), f"Invalid keyId {UNKNOWN_ID.replace('-', '')}"),
    ],
)
def test_identifier_that_leads_nowhere(
    client: Any, refusal: Any, operation: str, identifier: str, text: str
) -> None:
    """The same words by every operation; an ID is printed as an ARN of the caller's."""
    method = getattr(client, xform_name(operation))

    error = refusal(method, KeyId=identifier, **EVERY[operation])

    assert error == ("NotFoundException", text)


@pytest.mark.parametrize("operation", sorted(WITH_ALIAS))
@pytest.mark.parametrize(
    ("identifier", "text"),
    [
        ("alias/none", f"Alias {arn('alias/none')} is not found."),
        (arn("alias/none"), f"Alias {arn('alias/none')} is not found."),
        ("alias/aws/none", f"Alias {arn('alias/aws/none')} is not found."),
        (arn("alias/none", region="eu-west-1"), "Invalid arn eu-west-1"),
    ],
)
def test_alias_that_leads_nowhere(
    client: Any, refusal: Any, operation: str, identifier: str, text: str
) -> None:
    """The ARN is printed, also where the name was sent."""
    method = getattr(client, xform_name(operation))

    error = refusal(method, KeyId=identifier, **EVERY[operation])

    assert error == ("NotFoundException", text)


@pytest.mark.parametrize("operation", sorted(NO_ALIAS))
@pytest.mark.parametrize(
    "identifier",
    [
        "alias/app",
        "alias/none",
        arn("alias/app"),
        arn("alias/none", region="eu-west-1"),
        "arn:aws:kms:us-east-1:210987654321:alias/app",
    ],
)
def test_management_takes_no_alias(
    client: Any, key_id: str, refusal: Any, operation: str, identifier: str
) -> None:
    """Refused before the alias is looked up, whether there is one or not."""
    client.create_alias(AliasName="alias/app", TargetKeyId=key_id)
    method = getattr(client, xform_name(operation))

    error = refusal(method, KeyId=identifier, **EVERY[operation])

    assert error == ("InvalidArnException", "Key Aliases are not supported for this operation.")


@pytest.mark.parametrize(
    "identifier",
    [
        "arn:aws:s3:::bucket",
        "arn:",
        arn("alias/"),
        arn("key/"),
        arn(f"grant/{UNKNOWN_ID}"),
        f"arn:aws:kms::{ACCOUNT}:key/{UNKNOWN_ID}",
        f"arn:aws:kms:us-east-1::key/{UNKNOWN_ID}",
    ],
)
def test_arn_of_something_else_is_refused(client: Any, refusal: Any, identifier: str) -> None:
    """Its words are not known; its code is one of those that DescribeKey declares."""
    error = refusal(client.describe_key, KeyId=identifier)

    assert error.code in ("InvalidArnException", "NotFoundException")


def test_arn_of_another_partition_is_refused(client: Any, key_id: str, refusal: Any) -> None:
    """There is no ``aws-cn`` key in ``us-east-1``, though ID, account and Region fit."""
    foreign = arn(f"key/{key_id}", partition="aws-cn")

    error = refusal(client.describe_key, KeyId=foreign)

    assert error.code in ("InvalidArnException", "NotFoundException")


@pytest.mark.parametrize(
    ("region", "partition"),
    [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eu-central-1", "aws")],
)
def test_arns_tell_the_partition(client_of: Any, refusal: Any, region: str, partition: str) -> None:
    """In answers and in errors."""
    client = client_of(region)
    metadata = client.create_key()["KeyMetadata"]

    error = refusal(client.describe_key, KeyId="alias/none")

    prefix = f"arn:{partition}:kms:{region}:{ACCOUNT}"
    assert metadata["Arn"] == f"{prefix}:key/{metadata['KeyId']}"
    assert error.message == f"Alias {prefix}:alias/none is not found."
    assert client.describe_key(KeyId=metadata["Arn"])["KeyMetadata"] == metadata


def test_model_is_checked_before_the_identifier(client: Any, refusal: Any) -> None:
    """Length and pattern come first, then the alias rule, then the Region."""
    error = refusal(client.schedule_key_deletion, KeyId="alias/none", PendingWindowInDays=31)

    assert error.code == "ValidationException"
    error = refusal(client.describe_key, KeyId="ключ")
    assert error.message == (
        "1 validation error detected: Value 'ключ' at 'keyId' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: ^\p{ASCII}+$"
    )


def test_region_is_checked_before_existence(client: Any, client_of: Any, refusal: Any) -> None:
    """Of a key that exists abroad, and of one that does not."""
    abroad = client_of("eu-west-1").create_key()["KeyMetadata"]["Arn"]

    for key_arn in (abroad, arn(f"key/{UNKNOWN_ID}", region="eu-west-1")):
        error = refusal(client.describe_key, KeyId=key_arn)

        assert error == ("NotFoundException", "Invalid arn eu-west-1")


@pytest.mark.parametrize("operation", ["create_alias", "update_alias"])
@pytest.mark.parametrize(
    ("target", "code", "text"),
    [
        ("alias/none", "ValidationException", "Aliases must refer to keys. Not aliases"),
        (arn("alias/none"), "ValidationException", "Aliases must refer to keys. Not aliases"),
        (
            arn(f"key/{UNKNOWN_ID}", region="eu-west-1"),
            *("NotFoundException", "Invalid arn eu-west-1"),
        ),
        (
            UNKNOWN_ID,
            *("NotFoundException", f"Key '{arn(f'key/{UNKNOWN_ID}')}' does not exist"),
        ),
        ("nonsense", "NotFoundException", "Invalid keyId 'nonsense'"),
        (
            f"arn:aws:kms:us-east-1:210987654321:key/{UNKNOWN_ID}",
            *("ValidationException", "This operation cannot be called cross account"),
        ),
    ],
)
def test_target_of_an_alias_is_a_key_of_here(
    client: Any, key_id: str, refusal: Any, operation: str, target: str, code: str, text: str
) -> None:
    """Of the same account and Region, and by its ID or ARN."""
    if operation == "update_alias":
        client.create_alias(AliasName="alias/app", TargetKeyId=key_id)

    error = refusal(getattr(client, operation), AliasName="alias/app", TargetKeyId=target)

    assert error == (code, text)
