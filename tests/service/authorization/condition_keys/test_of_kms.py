"""Condition keys of KMS: where the value of each comes from."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import pytest

NOW: Final = 1_780_000_000.0


@pytest.mark.parametrize(
    ("name", "permission", "params", "expected"),
    [
        ("kms:BypassPolicyLockoutSafetyCheck", "kms:PutKeyPolicy", {}, None),
        (
            "kms:BypassPolicyLockoutSafetyCheck",
            "kms:PutKeyPolicy",
            {"BypassPolicyLockoutSafetyCheck": False},
            False,
        ),
        ("kms:EncryptionAlgorithm", "kms:Encrypt", {}, "SYMMETRIC_DEFAULT"),
        ("kms:EncryptionAlgorithm", "kms:Encrypt", {"EncryptionAlgorithm": "X"}, "X"),
        ("kms:EncryptionAlgorithm", "kms:GenerateDataKey", {}, "SYMMETRIC_DEFAULT"),
        ("kms:EncryptionAlgorithm", "kms:ReEncryptFrom", {"SourceEncryptionAlgorithm": "X"}, "X"),
        (
            "kms:EncryptionAlgorithm",
            "kms:ReEncryptTo",
            {"SourceEncryptionAlgorithm": "X"},
            "SYMMETRIC_DEFAULT",
        ),
        ("kms:EncryptionContextKeys", "kms:Encrypt", {}, None),
        ("kms:EncryptionContextKeys", "kms:Encrypt", {"EncryptionContext": {}}, None),
        ("kms:EncryptionContextKeys", "kms:Encrypt", {"EncryptionContext": {"T": "1"}}, ("T",)),
        (
            "kms:EncryptionContext:aws:cloudtrail:arn",
            "kms:Decrypt",
            {"EncryptionContext": {"aws:cloudtrail:arn": "x"}},
            "x",
        ),
        ("kms:EncryptionContext:T", "kms:Decrypt", {"EncryptionContext": {"t": "x"}}, "x"),
        (
            "kms:EncryptionContext:t",
            "kms:ReEncryptTo",
            {"SourceEncryptionContext": {"t": ""}},
            None,
        ),
        ("kms:ExpirationModel", "kms:ImportKeyMaterial", {}, None),
        ("kms:GrantConstraintType", "kms:CreateGrant", {}, None),
        (
            "kms:GrantConstraintType",
            "kms:CreateGrant",
            {"Constraints": {"EncryptionContextEquals": {"a": "b"}}},
            "EncryptionContextEquals",
        ),
        (
            "kms:EncryptionContext:a",
            "kms:CreateGrant",
            {"Constraints": {"EncryptionContextEquals": {"a": "b"}}},
            "b",
        ),
        ("kms:GrantOperations", "kms:CreateGrant", {"Operations": ["Sign"]}, ("Sign",)),
        ("kms:MessageType", "kms:Sign", {}, "RAW"),
        ("kms:MessageType", "kms:Sign", {"MessageType": "DIGEST"}, "DIGEST"),
        ("kms:PolicyName", "kms:GetKeyPolicy", {}, "default"),
        ("kms:RequestAlias", "kms:Encrypt", {"KeyId": "alias/app"}, "alias/app"),
        (
            "kms:RequestAlias",
            "kms:Encrypt",
            {"KeyId": "arn:aws:kms:us-west-2:111122223333:alias/a/b"},
            "alias/a/b",
        ),
        ("kms:RequestAlias", "kms:Encrypt", {"KeyId": "1234abcd"}, None),
        (
            "kms:RequestAlias",
            "kms:Encrypt",
            {"KeyId": "arn:aws:kms:us-west-2:111122223333:key/1"},
            None,
        ),
        ("kms:RequestAlias", "kms:Decrypt", {}, None),
        ("kms:RequestAlias", "kms:ReEncryptTo", {"DestinationKeyId": "alias/new"}, "alias/new"),
        ("kms:RotationPeriodInDays", "kms:EnableKeyRotation", {}, 365),
        ("kms:RotationPeriodInDays", "kms:EnableKeyRotation", {"RotationPeriodInDays": 90}, 90),
        ("kms:ScheduleKeyDeletionPendingWindowInDays", "kms:ScheduleKeyDeletion", {}, 30),
        ("kms:ValidTo", "kms:ImportKeyMaterial", {}, None),
        (
            "kms:ValidTo",
            "kms:ImportKeyMaterial",
            {"ValidTo": dt.datetime.fromtimestamp(NOW, dt.UTC)},
            NOW,
        ),
        ("aws:TagKeys", "kms:UntagResource", {"TagKeys": ["a"]}, ("a",)),
        ("aws:TagKeys", "kms:TagResource", {"Tags": []}, None),
        (
            "aws:RequestTag/TEAM",
            "kms:TagResource",
            {"Tags": [{"TagKey": "team", "TagValue": "r"}]},
            "r",
        ),
    ],
)  # fmt: skip
def test_values_of_parameters(
    query: Any, value: Any, name: str, permission: str, params: dict[str, Any], expected: Any
) -> None:
    """Left out, some have a default, and some are missing."""
    assert value(name, query(permission, params=params)) == expected


def test_values_of_the_key(query: Any, value: Any, helpers: Any) -> None:
    """As it is, whatever the request says."""
    key = helpers.new_key({}, spec="RSA_2048", usage="SIGN_VERIFY", origin="EXTERNAL")
    asked = query("kms:Sign", key=key, params={"KeySpec": "SM2"})

    assert value("kms:KeySpec", asked) == "RSA_2048"
    assert value("kms:KeyUsage", asked) == "SIGN_VERIFY"
    assert value("kms:KeyOrigin", asked) == "EXTERNAL"
    assert value("kms:MultiRegion", asked) is False
    assert value("kms:MultiRegionKeyType", asked) is None
    assert value("aws:ResourceAccount", asked) == "111122223333"
    assert value("kms:ResourceAliases", asked, aliases=["alias/a", "alias/b"]) == (
        "alias/a",
        "alias/b",
    )
    assert value("kms:ResourceAliases", asked, aliases=[]) is None


def test_a_key_pair_has_no_encryption_context(query: Any, value: Any, helpers: Any) -> None:
    """Only symmetric encryption has one."""
    key = helpers.new_key({}, spec="RSA_2048", usage="ENCRYPT_DECRYPT")

    assert value("kms:EncryptionContext:tenant", query("kms:Encrypt", key=key)) is None


def test_values_of_a_key_that_is_being_made(query: Any, value: Any) -> None:
    """Those of the request, or its defaults."""
    plain = query("kms:CreateKey", on_key=False, params={})
    full = query(
        "kms:CreateKey",
        on_key=False,
        params={"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY", "MultiRegion": True},
    )
    names_ = ("KeySpec", "KeyUsage", "KeyOrigin", "MultiRegion", "MultiRegionKeyType")

    assert [value(f"kms:{name}", plain) for name in names_] == [
        *("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "AWS_KMS", False, None)
    ]
    assert [value(f"kms:{name}", full) for name in names_] == [
        *("RSA_2048", "SIGN_VERIFY", "AWS_KMS", True, "PRIMARY")
    ]


def test_days_without_usage_are_whole_ones(query: Any, value: Any) -> None:
    """Rounded down; a key that was just made has 0."""
    asked = query("kms:DisableKey")

    assert value("kms:TrailingDaysWithoutKeyUsage", asked, used=NOW) == 0
    assert value("kms:TrailingDaysWithoutKeyUsage", asked, used=NOW - 86_400 * 2 + 1) == 1
    assert value("kms:TrailingDaysWithoutKeyUsage", asked, used=NOW - 86_400 * 2) == 2


def test_the_same_key_on_both_sides(query: Any, value: Any) -> None:
    """Always there in a ReEncrypt."""
    for same in (True, False):
        asked = query("kms:ReEncryptFrom", same_key=same)
        assert value("kms:ReEncryptOnSameKey", asked) is same


def test_values_of_an_attestation(query: Any, value: Any) -> None:
    """Those of an enclave and those of an instance with NitroTPM are apart."""
    asked = query("kms:Decrypt")
    prefix = "kms:RecipientAttestation:"

    assert value(f"{prefix}ImageSha384", asked) == "aa"
    assert value(f"{prefix}PCR0", asked) == "aa"
    assert value(f"{prefix}pcr3", asked) == "bb"
    assert value(f"{prefix}NitroTPMPCR4", asked) == "cc"
    assert value(f"{prefix}PCR4", asked) is None
    assert value(f"{prefix}ImageSha384", query("kms:Decrypt", recipient={})) is None
