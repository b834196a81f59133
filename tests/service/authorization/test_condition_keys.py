"""
Condition keys: which permission has which, and where its value comes from.

``tests/facts/operations.csv`` is the authority on the first.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from pytest_kmsmock.service.authorization.condition_keys import names
from pytest_kmsmock.service.authorization.query import Query, Situation

FACTS: Final = Path(__file__).parents[2] / "facts" / "operations.csv"
NOW: Final = 1_780_000_000.0
USER: Final = "arn:aws:iam::111122223333:user/division/ann"
ROLE: Final = "arn:aws:iam::111122223333:role/service/Reader"

# A request that has everything at once, so that a key is missing only where it is not known.
EVERYTHING: Final = {
    "KeyId": "alias/app",
    "SourceKeyId": "alias/app",
    "DestinationKeyId": "alias/app",
    "EncryptionContext": {"tenant": "42"},
    "SourceEncryptionContext": {"tenant": "42"},
    "DestinationEncryptionContext": {"tenant": "42"},
    "BypassPolicyLockoutSafetyCheck": True,
    "KeyPairSpec": "RSA_2048",
    "EncapsulationAlgorithm": "ML_KEM",
    "ExpirationModel": "KEY_MATERIAL_EXPIRES",
    "Constraints": {"EncryptionContextSubset": {"tenant": "42"}, "SourceArn": "arn:aws:s3:::b"},
    "Operations": ["Decrypt"],
    "GranteePrincipal": USER,
    "GranteeServicePrincipal": "a.amazonaws.com",
    "RetiringPrincipal": USER,
    "RetiringServicePrincipal": "a.amazonaws.com",
    "KeyAgreementAlgorithm": "ECDH",
    "MacAlgorithm": "HMAC_SHA_256",
    "PrimaryRegion": "eu-west-1",
    "ReplicaRegion": "eu-west-1",
    "SigningAlgorithm": "ECDSA_SHA_256",
    "ValidTo": NOW,
    "WrappingAlgorithm": "RSAES_OAEP_SHA_256",
    "WrappingKeySpec": "RSA_2048",
    "MultiRegion": True,
    "Tags": [{"TagKey": "team", "TagValue": "red"}],
    "TagKeys": ["team"],
}
OF_RECIPIENT: Final = {"PCR0": "aa", "PCR3": "bb", "NitroTPMPCR4": "cc"}
# What stands in the facts for many names, and one of them.
SAMPLES: Final = {
    "kms:EncryptionContext:context-key": "kms:EncryptionContext:tenant",
    "kms:RecipientAttestation:PCR<ID>": "kms:RecipientAttestation:PCR3",
    "kms:RecipientAttestation:NitroTPMPCR<ID>": "kms:RecipientAttestation:NitroTPMPCR4",
    "aws:ResourceTag/${TagKey}": "aws:ResourceTag/team",
    "aws:RequestTag/${TagKey}": "aws:RequestTag/team",
}
# Keys that the facts list by operation; the other global ones are there for all.
LISTED: Final = {
    *(row.name for row in names.CONDITION_KEYS if row.name.startswith("kms:") and not row.follows),
    *SAMPLES.values(),
    "aws:TagKeys",
} - {
    # The old names of KeySpec and KeyUsage; and what is known, but never there.
    "kms:CustomerMasterKeySpec",
    "kms:CustomerMasterKeyUsage",
    "kms:RecipientAttestation:PCR8:ServiceName",
}


def facts() -> Iterator[tuple[str, str, set[str]]]:
    """Yield each operation's own permission, what it is on, and the keys that it has."""
    with FACTS.open(encoding="utf-8") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        for row in rows:
            keys = {SAMPLES.get(key, key) for key in row["condition_keys"].split()}
            own = {"ReEncrypt": ("ReEncryptFrom", "ReEncryptTo")}
            for name in own.get(row["operation"], (row["operation"],)):
                yield f"kms:{name}", row["policy_type"], keys


FACTS_BY_PERMISSION: Final = list(facts())
GIVEN: Final = [row for row in names.CONDITION_KEYS if row.is_given]


@pytest.fixture
def query(helpers: Any) -> Any:
    """Make a query of one permission, on a key that has everything."""

    def make(permission: str, *, on_key: bool = True, **more: Any) -> Query:
        key = helpers.new_key({}, tags={"team": "red"}, multi_region="PRIMARY")
        grant = helpers.new_grant(**EVERYTHING) if permission == "kms:RetireGrant" else None
        members = {
            "permission": permission,
            "resource": key.arn if on_key else "*",
            "authority": "key" if on_key else "iam",
            "caller": helpers.who(ROLE, context={"kms:viaservice": "s3.us-west-2.amazonaws.com"}),
            "region": "us-west-2",
            "now": NOW,
            "params": EVERYTHING,
            "key": key if on_key else None,
            "grant": grant,
            "recipient": OF_RECIPIENT,
        }
        return Query(**(members | more))

    return make


@pytest.fixture
def value(helpers: Any) -> Any:
    """Return the value of a condition key for a query."""

    def of(name: str, query: Query, **world: Any) -> Any:
        world = {"aliases": ["alias/app"], **world}
        return names.known(name).value(Situation(query, helpers.Surroundings(**world)))

    return of


@pytest.mark.parametrize(
    ("permission", "policy_type", "keys"),
    FACTS_BY_PERMISSION,
    ids=[p for p, _, _ in FACTS_BY_PERMISSION],
)
def test_each_permission_has_the_keys_of_the_facts(
    query: Any, value: Any, permission: str, policy_type: str, keys: set[str]
) -> None:
    """No other key is there, however full the request."""
    asked = query(permission, on_key=policy_type != "IAM policy only")

    assert {name for name in LISTED if value(name, asked) is not None} == keys


def test_old_names_of_keys_are_known(query: Any, value: Any) -> None:
    """Deprecated, and still evaluated. Source: KMS Developer Guide."""
    asked = query("kms:Encrypt")

    assert value("kms:CustomerMasterKeySpec", asked) == "SYMMETRIC_DEFAULT"
    assert value("kms:CustomerMasterKeyUsage", asked) == "ENCRYPT_DECRYPT"
    assert value("kms:RecipientAttestation:PCR8:ServiceName", asked) is None


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


CALLERS: Final = [
    ("arn:aws:iam::111122223333:root", "Account", "111122223333", None),
    (USER, "User", "AIDA", "ann"),
    (ROLE, "AssumedRole", "AROA", None),
    ("arn:aws:sts::111122223333:assumed-role/Reader/eve", "AssumedRole", "AROA", None),
    ("arn:aws:sts::111122223333:federated-user/bob", "FederatedUser", "111122223333:bob", None),
]


@pytest.mark.parametrize(("arn", "kind", "user_id", "user_name"), CALLERS)
def test_values_of_the_caller(
    query: Any, value: Any, helpers: Any, arn: str, kind: str, user_id: str, user_name: str | None
) -> None:
    """A session is its role to aws:PrincipalArn, and has a name in aws:userid."""
    asked = query("kms:Encrypt", caller=helpers.who(arn, tags={"Team": "red"}, since=NOW - 60))
    role = {"arn:aws:sts::111122223333:assumed-role/Reader/eve": "role/Reader"}.get(arn)

    assert value("aws:PrincipalArn", asked) == (
        f"arn:aws:iam::111122223333:{role}" if role else arn
    )
    assert value("aws:PrincipalAccount", asked) == "111122223333"
    assert value("kms:CallerAccount", asked) == "111122223333"
    assert value("aws:PrincipalType", asked) == kind
    assert value("aws:userid", asked).startswith(user_id)
    assert value("aws:username", asked) == user_name
    assert value("aws:PrincipalTag/team", asked) == "red"
    assert value("aws:PrincipalIsAWSService", asked) is False
    assert value("aws:PrincipalServiceName", asked) is None
    temporary = kind in ("AssumedRole", "FederatedUser")
    assert value("aws:MultiFactorAuthPresent", asked) == (False if temporary else None)
    assert value("aws:TokenIssueTime", asked) == ("2026-05-28T20:25:40Z" if temporary else None)


def test_the_session_is_named_after_the_unique_id(query: Any, value: Any, helpers: Any) -> None:
    """``AROA…:SESSION``, whichever session of the role it is."""
    eve = helpers.who("arn:aws:sts::111122223333:assumed-role/Reader/eve", unique_id="AROAEXAMPLE")
    own = helpers.who(ROLE, unique_id="AROAEXAMPLE")

    assert value("aws:userid", query("kms:Encrypt", caller=eve)) == "AROAEXAMPLE:eve"
    assert value("aws:userid", query("kms:Encrypt", caller=own)) == "AROAEXAMPLE:kmsmock"


def test_values_of_a_service_that_calls(query: Any, value: Any, helpers: Any) -> None:
    """It has no account."""
    asked = query("kms:Encrypt", caller=helpers.who("cloudtrail.amazonaws.com"))

    assert value("aws:PrincipalIsAWSService", asked) is True
    assert value("aws:PrincipalServiceName", asked) == "cloudtrail.amazonaws.com"
    assert value("aws:PrincipalServiceNamesList", asked) == ("cloudtrail.amazonaws.com",)
    for name in ("aws:PrincipalArn", "aws:PrincipalAccount", "kms:CallerAccount", "aws:userid"):
        assert value(name, asked) is None
    for name in ("aws:PrincipalType", "aws:username", "aws:MultiFactorAuthPresent"):
        assert value(name, asked) is None


def test_values_of_the_call(query: Any, value: Any) -> None:
    """Time by the service's clock."""
    asked = query("kms:Encrypt", user_agent="aws-cli/2")

    assert value("aws:CurrentTime", asked) == "2026-05-28T20:26:40Z"
    assert value("aws:EpochTime", asked) == 1_780_000_000
    assert value("aws:RequestedRegion", asked) == "us-west-2"
    assert value("aws:SecureTransport", asked) is True
    assert value("aws:ViaAWSService", asked) is False
    assert value("aws:UserAgent", asked) == "aws-cli/2"
    assert value("kms:GrantIsForAWSResource", query("kms:CreateGrant")) is False


@pytest.mark.parametrize("row", GIVEN, ids=[row.name for row in GIVEN])
def test_what_comes_from_outside_is_what_a_test_says(
    query: Any, value: Any, helpers: Any, row: Any
) -> None:
    """It wins over what the mock takes it for, where the permission has the key at all."""
    name = row.name + ("x" if row.follows else "")
    given: Any = ("x",) if row.is_multivalued else "x"
    permission = "kms:CreateGrant"
    asked = query(permission, caller=helpers.who(ROLE, context={name.lower(): given}))

    assert value(name, asked) == given
    asked = attrs.evolve(asked, permission="kms:GenerateRandom", key=None)
    assert value(name, asked) == (None if name.startswith("kms:") else given)


def test_the_permission_on_an_alias_knows_the_caller_only(query: Any, value: Any) -> None:
    """Conditions on the key belong to the permission on the key."""
    asked = query("kms:CreateAlias", authority="alias", key=None)

    assert value("aws:PrincipalArn", asked) == ROLE
    assert value("aws:RequestedRegion", asked) == "us-west-2"
    for name in ("kms:CallerAccount", "kms:KeySpec", "kms:ViaService", "aws:ResourceTag/team"):
        assert value(name, asked) is None


def test_the_role_of_a_service_is_for_that_service(query: Any, value: Any) -> None:
    """AWS's own example of a policy on iam:CreateServiceLinkedRole asks for it."""
    asked = query("iam:CreateServiceLinkedRole", on_key=False, service="mrk.kms.amazonaws.com")

    assert value("iam:AWSServiceName", asked) == "mrk.kms.amazonaws.com"
    assert value("iam:AWSServiceName", query("kms:Encrypt")) is None
