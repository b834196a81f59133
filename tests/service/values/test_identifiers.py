"""Key IDs, ARNs, partitions."""

from __future__ import annotations

import uuid

import botocore.session
import pytest

from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.api import regions
from pytest_kmsmock.service.values import identifiers

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize("text", [KEY_ID, KEY_ID.upper(), f"mrk-{'0f' * 16}"])
def test_form_of_a_key_id(text: str) -> None:
    """A UUID in any case, or ``mrk-`` and 32 hex digits."""
    assert identifiers.is_key_id(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        KEY_ID.replace("-", ""),
        f"{KEY_ID}\n",
        f" {KEY_ID}",
        KEY_ID[:-1],
        f"{KEY_ID}0",
        KEY_ID.replace("a", "g"),
        KEY_ID.replace("1", "١"),
        f"mrk-{'0f' * 15}",
        f"mrk-{KEY_ID}",
        f"MRK-{'0f' * 16}",
        f"key/{KEY_ID}",
    ],
)
def test_what_is_no_key_id(text: str) -> None:
    """Not even with white space, or digits of another script."""
    assert not identifiers.is_key_id(text)


@pytest.mark.parametrize("name", ["alias/a", "alias/a/b_C-9", "alias/aws", f"alias/{'x' * 250}"])
def test_form_of_a_customer_s_alias(name: str) -> None:
    """1 to 250 letters, digits, slashes, underscores and dashes. Source: CreateAlias."""
    assert identifiers.is_customer_alias(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", "a", "alias/", "ALIAS/a", "alias/aws/s3", "alias/a b", "alias/a:b", "alias/é"),
        *("alias/a\n", f"alias/{'x' * 251}"),
    ],
)
def test_what_is_no_customer_s_alias(name: str) -> None:
    """``alias/aws/`` is for AWS's services."""
    assert not identifiers.is_customer_alias(name)


def test_new_key_id_is_a_random_uuid() -> None:
    """Version 4, RFC 9562; lower case with dashes."""
    ids = {identifiers.new_key_id(SYSTEM) for _ in range(1000)}

    assert len(ids) == 1000
    for key_id in ids:
        parsed = uuid.UUID(key_id)
        assert str(parsed) == key_id
        assert parsed.version == 4
        assert parsed.variant == uuid.RFC_4122


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-east-1", "aws"),
        ("eu-central-1", "aws"),
        ("ca-west-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eusc-de-east-1", "aws-eusc"),
    ],
)
def test_region_tells_the_partition(region: str, partition: str) -> None:
    """Source: IAM User Guide, "Amazon Resource Names"; botocore's partitions."""
    if partition not in botocore.session.Session().get_available_partitions():
        pytest.skip("this botocore does not know the partition")
    assert regions.partition_of(region) == partition
    prefix = f"arn:{partition}:kms:{region}:123456789012"
    assert identifiers.key_arn(region, "123456789012", KEY_ID) == f"{prefix}:key/{KEY_ID}"
    assert identifiers.alias_arn(region, "123456789012", "alias/a") == f"{prefix}:alias/a"
    root = f"arn:{partition}:iam::123456789012:root"
    assert identifiers.root_arn(region, "123456789012") == root


def test_parts_of_a_key_arn() -> None:
    """An ARN that was made can be taken apart."""
    arn = identifiers.parse_arn(identifiers.key_arn("cn-north-1", "123456789012", KEY_ID))

    assert arn == identifiers.Arn("aws-cn", "cn-north-1", "123456789012", f"key/{KEY_ID}")
    assert arn is not None
    assert arn.key_id == KEY_ID
    assert not arn.is_alias


def test_parts_of_an_alias_arn() -> None:
    """The name may hold slashes; the prefix belongs to it."""
    arn = identifiers.parse_arn("arn:aws:kms:us-east-1:123456789012:alias/app/main")

    assert arn is not None
    assert arn.is_alias
    assert arn.resource == "alias/app/main"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "arn:",
        KEY_ID,
        "alias/app",
        "arn:aws:s3:::bucket",
        f"arn:aws:s3:us-east-1:123456789012:key/{KEY_ID}",
        f"urn:aws:kms:us-east-1:123456789012:key/{KEY_ID}",
        f"arn::kms:us-east-1:123456789012:key/{KEY_ID}",
        f"arn:aws:kms::123456789012:key/{KEY_ID}",
        f"arn:aws:kms:us-east-1::key/{KEY_ID}",
        f"arn:aws:kms:us-east-1:12345678901:key/{KEY_ID}",
        f"arn:aws:kms:us-east-1:12345678901x:key/{KEY_ID}",
        "arn:aws:kms:us-east-1:123456789012:key",
        "arn:aws:kms:us-east-1:123456789012:key/",
        "arn:aws:kms:us-east-1:123456789012:alias/",
        f"arn:aws:kms:us-east-1:123456789012:grant/{KEY_ID}",
    ],
)
def test_what_is_no_arn_of_kms(text: str) -> None:
    """Of another service, or with a part missing."""
    assert identifiers.parse_arn(text) is None
