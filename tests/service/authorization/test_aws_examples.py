"""
AWS's own examples: what its guides say that a policy allows, and what it does not.

Source: KMS Developer Guide, "Key policies", "IAM policies", "AWS KMS condition keys",
"ABAC", "Grants"; IAM User Guide, "Policy evaluation logic", "Multivalued context keys".
"""

from __future__ import annotations

from typing import Any, Final

import pytest

OWN: Final = "111122223333"
OTHER: Final = "444455556666"
ROOT: Final = f"arn:aws:iam::{OWN}:root"
ADMIN: Final = f"arn:aws:iam::{OWN}:role/KMSAdminRole"
USER: Final = f"arn:aws:iam::{OWN}:role/EncryptionApp"
ALLOW_ALL: Final = {"Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}}


def statement(principal: Any, action: Any, **more: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": action,
        "Resource": "*",
        **more,
    }


# "Example key policy" of the guide.
CONSOLE: Final = {
    "Version": "2012-10-17",
    "Id": "key-consolepolicy-3",
    "Statement": [
        statement(ROOT, "kms:*", Sid="Enable IAM User Permissions"),
        statement(
            ADMIN,
            [
                *("kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*"),
                *("kms:Update*", "kms:Revoke*", "kms:Disable*", "kms:Get*", "kms:Delete*"),
                *("kms:TagResource", "kms:UntagResource", "kms:ScheduleKeyDeletion"),
                "kms:CancelKeyDeletion",
            ],
            Sid="Allow access for Key Administrators",
        ),
        statement(
            USER,
            [
                *("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"),
                "kms:DescribeKey",
            ],
            Sid="Allow use of the key",
        ),
        statement(
            USER,
            ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
            Sid="Allow attachment of persistent resources",
            Condition={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ],
}


@pytest.mark.parametrize(
    ("name", "permission", "allowed"),
    [
        (ADMIN, "kms:PutKeyPolicy", True),
        (ADMIN, "kms:CreateGrant", True),
        (ADMIN, "kms:ScheduleKeyDeletion", True),
        (ADMIN, "kms:Encrypt", False),
        (ADMIN, "kms:Decrypt", False),
        (USER, "kms:Encrypt", True),
        (USER, "kms:ReEncryptFrom", True),
        (USER, "kms:GenerateDataKeyPairWithoutPlaintext", True),
        (USER, "kms:DescribeKey", True),
        (USER, "kms:PutKeyPolicy", False),
        (USER, "kms:CreateGrant", False),
        (ROOT, "kms:Decrypt", True),
        (f"arn:aws:iam::{OWN}:user/ann", "kms:Decrypt", False),
    ],
)
def test_the_key_policy_of_the_console(
    rule: Any, helpers: Any, name: str, permission: str, allowed: bool
) -> None:
    """Administrators do not encrypt, users do not administer."""
    assert rule(helpers.who(name), permission, policy=CONSOLE).allows is allowed


def test_users_make_grants_for_services_only(rule: Any, helpers: Any) -> None:
    """As in "Allow attachment of persistent resources"."""
    through = helpers.who(USER, context={"kms:grantisforawsresource": True})

    for permission in ("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"):
        assert rule(through, permission, policy=CONSOLE).allows
        assert not rule(helpers.who(USER), permission, policy=CONSOLE).allows


def test_iam_counts_where_the_key_policy_lets_it(rule: Any, helpers: Any) -> None:
    """As in "Enable IAM User Permissions"; without that statement IAM gives nothing."""
    ann = helpers.who(f"arn:aws:iam::{OWN}:user/ann", ALLOW_ALL)
    without = {**CONSOLE, "Statement": CONSOLE["Statement"][1:]}

    assert rule(ann, policy=CONSOLE).allows
    assert not rule(ann, policy=without).allows


IAM_EXAMPLES: Final[dict[str, tuple[dict[str, Any], dict[str, bool]]]] = {
    "view keys in the console": (
        {
            "Action": ["kms:ListKeys", "kms:ListAliases", "kms:DescribeKey"],
            "Resource": "*",
        },
        {"kms:DescribeKey": True, "kms:ListKeys": True, "kms:Encrypt": False},
    ),
    "encrypt and decrypt with any key of the account": (
        {"Action": ["kms:Encrypt", "kms:Decrypt"], "Resource": f"arn:aws:kms:*:{OWN}:key/*"},
        {"kms:Encrypt": True, "kms:Decrypt": True, "kms:ListKeys": False, "kms:Sign": False},
    ),
    "encrypt and decrypt in one Region": (
        {
            "Action": ["kms:Encrypt", "kms:Decrypt"],
            "Resource": f"arn:aws:kms:us-west-1:{OWN}:key/*",
        },
        {"kms:Encrypt": False, "kms:Decrypt": False},
    ),
    "two keys": (
        {
            "Action": ["kms:Encrypt", "kms:Decrypt"],
            "Resource": [
                f"arn:aws:kms:us-west-2:{OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
                f"arn:aws:kms:us-west-2:{OWN}:key/0987dcba-09fe-87dc-65ba-ab0987654321",
            ],
        },
        {"kms:Encrypt": True, "kms:DescribeKey": False},
    ),
}


@pytest.mark.parametrize("name", IAM_EXAMPLES)
def test_iam_policies_of_the_guide(rule: Any, helpers: Any, name: str) -> None:
    """As in "Examples of IAM policies"."""
    elements, expected = IAM_EXAMPLES[name]
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", **elements}}
    caller = helpers.who(f"arn:aws:iam::{OWN}:user/ann", policy)
    delegating = {"Statement": [CONSOLE["Statement"][0]]}

    found = {
        permission: rule(
            caller, permission, policy=None if permission == "kms:ListKeys" else delegating
        ).allows
        for permission in expected
    }

    assert found == expected


def test_disable_and_delete_are_denied(rule: Any, helpers: Any) -> None:
    """As in "Prevent a user from disabling or deleting any AWS KMS keys"."""
    deny = {
        "Effect": "Deny",
        "Action": ["kms:DisableKey", "kms:ScheduleKeyDeletion"],
        "Resource": "*",
    }
    policy = {"Version": "2012-10-17", "Statement": [deny, ALLOW_ALL["Statement"]]}
    caller = helpers.who(f"arn:aws:iam::{OWN}:user/ann", policy)

    assert not rule(caller, "kms:DisableKey", policy=CONSOLE).allows
    assert rule(caller, "kms:EnableKey", policy=CONSOLE).allows


# "AWS KMS condition keys": the condition, and requests of Encrypt unless it says otherwise.
CONDITIONS: Final = [
    (
        {"StringEquals": {"kms:EncryptionContext:AppName": "ExampleApp"}},
        "kms:GenerateDataKey",
        [
            ({"EncryptionContext": {"AppName": "ExampleApp"}}, True),
            ({"EncryptionContext": {"Appname": "ExampleApp"}}, True),
            ({"EncryptionContext": {"AppName": "ExampleApp", "FilePath": "/var"}}, True),
            ({"EncryptionContext": {"AppName": "exampleapp"}}, False),
            ({}, False),
        ],
    ),
    (
        {"StringLike": {"kms:EncryptionContext:FilePath": "/var/opt/secrets/*"}},
        "kms:Decrypt",
        [
            ({"EncryptionContext": {"FilePath": "/var/opt/secrets/a/b"}}, True),
            ({"EncryptionContext": {"FilePath": "/var/opt/other"}}, False),
        ],
    ),
    (
        {
            "StringEquals": {"kms:EncryptionContext:AppName": "ExampleApp"},
            "StringLike": {"kms:EncryptionContext:FilePath": "/var/opt/secrets/*"},
        },
        "kms:Decrypt",
        [
            (
                {"EncryptionContext": {"AppName": "ExampleApp", "FilePath": "/var/opt/secrets/"}},
                True,
            ),
            ({"EncryptionContext": {"AppName": "ExampleApp"}}, False),
        ],
    ),
    (
        {"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["AppName", "Department"]}},
        "kms:Encrypt",
        [
            ({"EncryptionContext": {"AppName": "x"}}, True),
            ({"EncryptionContext": {"AppName": "x", "Department": "y"}}, True),
            ({"EncryptionContext": {"appname": "x"}}, False),
            ({"EncryptionContext": {"AppName": "x", "Other": "y"}}, False),
            ({}, True),
        ],
    ),
    (
        {
            "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["AppName"]},
            "Null": {"kms:EncryptionContextKeys": False},
        },
        "kms:Encrypt",
        [({"EncryptionContext": {"AppName": "x"}}, True), ({}, False)],
    ),
    (
        {"ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": "Department"}},
        "kms:Encrypt",
        [
            ({"EncryptionContext": {"Department": "x", "a": "b"}}, True),
            ({"EncryptionContext": {"a": "b"}}, False),
            ({}, False),
        ],
    ),
    (
        {"StringEquals": {"kms:EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}},
        "kms:Encrypt",
        [
            ({"EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}, True),
            ({"EncryptionAlgorithm": "RSAES_OAEP_SHA_1"}, False),
            ({}, False),
        ],
    ),
    (
        {"StringLike": {"kms:EncryptionAlgorithm": "RSAES_OAEP*"}},
        "kms:Decrypt",
        [
            ({"EncryptionAlgorithm": "RSAES_OAEP_SHA_1"}, True),
            ({}, False),
        ],
    ),
    (
        {"Bool": {"kms:BypassPolicyLockoutSafetyCheck": True}},
        "kms:PutKeyPolicy",
        [
            ({"BypassPolicyLockoutSafetyCheck": True}, True),
            ({}, False),
        ],
    ),
    (
        {"Null": {"kms:BypassPolicyLockoutSafetyCheck": True}},
        "kms:PutKeyPolicy",
        [
            ({"BypassPolicyLockoutSafetyCheck": True}, False),
            ({}, True),
        ],
    ),
    (
        {"StringLike": {"kms:DataKeyPairSpec": "RSA*"}},
        "kms:GenerateDataKeyPair",
        [
            ({"KeyPairSpec": "RSA_2048"}, True),
            ({"KeyPairSpec": "ECC_NIST_P256"}, False),
        ],
    ),
    (
        {"StringEquals": {"kms:ExpirationModel": "KEY_MATERIAL_EXPIRES"}},
        "kms:ImportKeyMaterial",
        [
            ({"ExpirationModel": "KEY_MATERIAL_EXPIRES"}, True),
            ({"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}, False),
            ({}, False),
        ],
    ),
    ({"Null": {"kms:ExpirationModel": True}}, "kms:ImportKeyMaterial", [({}, True)]),
    (
        {"NumericLessThanEquals": {"kms:ValidTo": "1546257599"}},
        "kms:ImportKeyMaterial",
        [
            ({"ValidTo": 1546257599}, True),
            ({"ValidTo": 1546257600}, False),
        ],
    ),
    (
        {"StringEquals": {"kms:GrantConstraintType": "EncryptionContextEquals"}},
        "kms:CreateGrant",
        [
            (
                {"Operations": ["Encrypt"], "Constraints": {"EncryptionContextEquals": {"a": "b"}}},
                True,
            ),
            (
                {"Operations": ["Encrypt"], "Constraints": {"EncryptionContextSubset": {"a": "b"}}},
                False,
            ),
            ({"Operations": ["Encrypt"]}, False),
        ],
    ),
    (
        {"ForAllValues:StringEquals": {"kms:GrantOperations": ["Encrypt", "ReEncryptTo"]}},
        "kms:CreateGrant",
        [
            ({"Operations": ["Encrypt"]}, True),
            ({"Operations": ["ReEncryptTo", "Encrypt"]}, True),
            ({"Operations": ["Encrypt", "Decrypt"]}, False),
        ],
    ),
    (
        {"StringEquals": {"kms:GranteePrincipal": f"arn:aws:iam::{OWN}:role/LimitedAdminRole"}},
        "kms:CreateGrant",
        [
            (
                {"Operations": [], "GranteePrincipal": f"arn:aws:iam::{OWN}:role/LimitedAdminRole"},
                True,
            ),
            ({"Operations": [], "GranteePrincipal": f"arn:aws:iam::{OWN}:role/Other"}, False),
        ],
    ),
    (
        {"StringEquals": {"kms:KeyAgreementAlgorithm": "ECDH"}},
        "kms:DeriveSharedSecret",
        [
            ({"KeyAgreementAlgorithm": "ECDH"}, True),
        ],
    ),
    (
        {"StringEquals": {"kms:MacAlgorithm": ["HMAC_SHA_384", "HMAC_SHA_512"]}},
        "kms:GenerateMac",
        [
            ({"MacAlgorithm": "HMAC_SHA_512"}, True),
            ({"MacAlgorithm": "HMAC_SHA_256"}, False),
        ],
    ),
    (
        {"StringEquals": {"kms:MessageType": "DIGEST"}},
        "kms:Sign",
        [
            ({"MessageType": "DIGEST"}, True),
            ({"MessageType": "RAW"}, False),
        ],
    ),
    (
        {"StringNotEquals": {"kms:SigningAlgorithm": "RSASSA_PSS_SHA_512"}},
        "kms:Sign",
        [
            ({"SigningAlgorithm": "ECDSA_SHA_256"}, True),
            ({"SigningAlgorithm": "RSASSA_PSS_SHA_512"}, False),
        ],
    ),
    (
        {"StringEquals": {"kms:PrimaryRegion": ["us-west-2", "sa-east-1"]}},
        "kms:UpdatePrimaryRegion",
        [
            ({"PrimaryRegion": "sa-east-1"}, True),
            ({"PrimaryRegion": "eu-west-1"}, False),
        ],
    ),
    (
        {"StringEquals": {"kms:ReplicaRegion": ["us-east-1", "eu-west-3"]}},
        "kms:ReplicateKey",
        [
            ({"ReplicaRegion": "eu-west-3"}, True),
            ({"ReplicaRegion": "eu-west-1"}, False),
        ],
    ),
    (
        {"StringEquals": {"kms:RequestAlias": "alias/finance-key"}},
        "kms:Encrypt",
        [
            ({"KeyId": "alias/finance-key"}, True),
            ({"KeyId": f"arn:aws:kms:us-west-2:{OWN}:alias/finance-key"}, True),
            ({"KeyId": "1234abcd-12ab-34cd-56ef-1234567890ab"}, False),
        ],
    ),
    (
        {"NumericGreaterThanEquals": {"kms:RotationPeriodInDays": "180"}},
        "kms:EnableKeyRotation",
        [
            ({"RotationPeriodInDays": 180}, True),
            ({"RotationPeriodInDays": 90}, False),
        ],
    ),
    (
        {"NumericGreaterThan": {"kms:ScheduleKeyDeletionPendingWindowInDays": "20"}},
        "kms:ScheduleKeyDeletion",
        [
            ({"PendingWindowInDays": 21}, True),
            ({"PendingWindowInDays": 7}, False),
        ],
    ),
    (
        {"StringEquals": {"kms:WrappingAlgorithm": "RSAES_OAEP_SHA_256"}},
        "kms:GetParametersForImport",
        [
            ({"WrappingAlgorithm": "RSAES_OAEP_SHA_256"}, True),
            ({"WrappingAlgorithm": "RSAES_OAEP_SHA_1"}, False),
        ],
    ),
    (
        {"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT"}, "Bool": {"kms:MultiRegion": False}},
        "kms:DescribeKey",
        [({}, True)],
    ),
]


@pytest.mark.parametrize(
    ("condition", "permission", "requests"), CONDITIONS, ids=lambda value: str(value)[:60]
)
def test_condition_keys_of_the_guide(
    rule: Any, helpers: Any, condition: Any, permission: str, requests: Any
) -> None:
    """What the guide says of each of its examples."""
    caller = helpers.who(f"arn:aws:iam::{OWN}:user/ann")
    policy = {"Statement": [statement(caller.arn, "kms:*", Condition=condition)]}

    found = [
        (params, rule(caller, permission, policy=policy, params=params).allows)
        for params, _ in requests
    ]

    assert found == requests


def test_via_service(rule: Any, helpers: Any) -> None:
    """kms:ViaService and kms:CallerAccount, as in the policies of AWS managed keys."""
    condition = {
        "StringEquals": {
            "kms:ViaService": ["ec2.us-west-2.amazonaws.com", "rds.us-west-2.amazonaws.com"],
            "kms:CallerAccount": OWN,
        }
    }
    policy = {
        "Statement": [{**statement("*", "kms:Encrypt", Condition=condition), "Principal": "*"}]
    }

    def allows(account: str, *policies: Any, **context: str) -> bool:
        caller = helpers.who(f"arn:aws:iam::{account}:user/ann", *policies, context=context)
        found: bool = rule(caller, policy=policy).allows
        return found

    assert allows(OWN, **{"kms:viaservice": "rds.us-west-2.amazonaws.com"})
    assert not allows(OWN, **{"kms:viaservice": "lambda.us-west-2.amazonaws.com"})
    assert not allows(OWN)
    assert not allows(OTHER, ALLOW_ALL, **{"kms:viaservice": "rds.us-west-2.amazonaws.com"})


def test_enclaves(rule: Any, helpers: Any) -> None:
    """kms:RecipientAttestation: without a document the condition is not met."""
    condition = {
        "StringEqualsIgnoreCase": {
            "kms:RecipientAttestation:ImageSha384": "9fedcba8abcdef7abcdef6abcdef5abcdef",
            "kms:RecipientAttestation:PCR1": "0abcdef1abcdef2abcdef3abcdef4abcdef5",
        }
    }
    policy = {"Statement": [statement(USER, "kms:Decrypt", Condition=condition)]}
    right = {
        "PCR0": "9fedcba8abcdef7abcdef6abcdef5abcdef",
        "PCR1": "0abcdef1abcdef2abcdef3abcdef4abcdef5",
    }

    def allows(recipient: dict[str, str]) -> bool:
        found: bool = rule(
            helpers.who(USER), "kms:Decrypt", policy=policy, recipient=recipient
        ).allows
        return found

    assert allows(right)
    assert not allows({**right, "PCR1": "00"})
    assert not allows({})


def test_abac(rule: Any, helpers: Any) -> None:
    """aws:ResourceTag and kms:ResourceAliases, in IAM policies alone."""
    delegating = {"Statement": [CONSOLE["Statement"][0]]}
    by_tag = {"StringEquals": {"aws:ResourceTag/Project": "Alpha"}}
    by_alias = {"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/finance*"}}

    def allows(condition: Any, tags: Any, aliases: Any) -> bool:
        elements = {"Action": "kms:*", "Resource": f"arn:aws:kms:*:{OWN}:key/*"}
        policy = {"Statement": {"Effect": "Allow", **elements, "Condition": condition}}
        found: bool = rule(
            helpers.who(USER, policy),
            key=helpers.new_key(delegating, tags=tags),
            world=helpers.Surroundings(aliases=aliases),
        ).allows
        return found

    assert allows(by_tag, {"Project": "Alpha"}, [])
    assert not allows(by_tag, {"Project": "Beta"}, [])
    assert not allows(by_tag, {}, [])
    assert allows(by_alias, {}, ["alias/other", "alias/finance-key"])
    assert not allows(by_alias, {}, ["alias/other"])
    assert not allows(by_alias, {}, [])


def test_principal_tags_that_equal_the_keys(rule: Any, helpers: Any) -> None:
    """IAM tutorial on attribute-based access control."""
    condition = {"StringEquals": {"aws:ResourceTag/project": "${aws:PrincipalTag/project}"}}
    policy = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition},
    }
    key = helpers.new_key({"Statement": [CONSOLE["Statement"][0]]}, tags={"project": "x"})

    for tags, allowed in (({"project": "x"}, True), ({"project": "y"}, False), ({}, False)):
        assert rule(helpers.who(USER, policy, tags=tags), key=key).allows is allowed


def test_external_accounts(rule: Any, helpers: Any) -> None:
    """As in "Allowing users in other accounts to use a KMS key": both policies are needed."""
    of_key = {"Statement": [statement(f"arn:aws:iam::{OTHER}:root", "kms:Decrypt")]}
    of_iam = {
        "Statement": {
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": f"arn:aws:kms:us-west-2:{OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        }
    }
    role = f"arn:aws:iam::{OTHER}:role/ExampleRole"

    assert rule(helpers.who(role, of_iam), "kms:Decrypt", policy=of_key).allows
    assert not rule(helpers.who(role), "kms:Decrypt", policy=of_key).allows
    assert not rule(helpers.who(role, of_iam), "kms:Decrypt", policy=CONSOLE).allows


@pytest.mark.parametrize(
    ("tags", "allowed"),
    [(["environment"], True), (["environment", "cost-center"], True), ([], False)],
)
def test_tag_keys_of_iams_guide(rule: Any, helpers: Any, tags: list[str], allowed: bool) -> None:
    """ForAllValues with Null, against requests without tags."""
    condition = {
        "ForAllValues:StringEquals": {"aws:TagKeys": ["environment", "cost-center"]},
        "Null": {"aws:TagKeys": "false"},
    }
    statement = {"Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*"}
    caller = helpers.who(USER, {"Statement": {**statement, "Condition": condition}})
    params = {"Tags": [{"TagKey": key, "TagValue": ""} for key in tags]}

    assert rule(caller, "kms:CreateKey", params=params).allows is allowed
