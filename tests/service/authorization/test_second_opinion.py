"""The engine against a second opinion that shares nothing with it, on random cases."""

from __future__ import annotations

import json
from collections.abc import Sequence
from types import ModuleType
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_kmsmock.service.authorization.decision import decide
from pytest_kmsmock.service.authorization.denials import denial
from pytest_kmsmock.service.authorization.query import Query
from pytest_kmsmock.service.values.identity import identity_of

OWN: Final = "111122223333"
OTHER: Final = "444455556666"
NOW: Final = 1_780_000_000.0
KEY_ID: Final = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARN: Final = f"arn:aws:kms:us-west-2:{OWN}:key/{KEY_ID}"

ROOT: Final = f"arn:aws:iam::{OWN}:root"
USER: Final = f"arn:aws:iam::{OWN}:user/division/ann"
ROLE: Final = f"arn:aws:iam::{OWN}:role/service/Reader"
SESSION: Final = f"arn:aws:sts::{OWN}:assumed-role/Reader/kmsmock"
OTHER_ROOT: Final = f"arn:aws:iam::{OTHER}:root"
OTHER_ROLE: Final = f"arn:aws:iam::{OTHER}:role/Partner"
OTHER_SESSION: Final = f"arn:aws:sts::{OTHER}:assumed-role/Partner/kmsmock"
SERVICE: Final = "cloudtrail.amazonaws.com"
CALLERS: Final = (ROOT, USER, ROLE, OTHER_ROOT, OTHER_ROLE, SERVICE)

PRINCIPALS: Final = (
    *("*", OWN, ROOT, USER, ROLE, SESSION),
    *(OTHER, OTHER_ROOT, OTHER_ROLE, OTHER_SESSION, f"arn:aws:iam::{OWN}:role/Reader"),
)
ACTIONS: Final = (
    *("*", "kms:*", "KMS:encrypt", "kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*"),
    *("kms:GenerateDataKey", "kms:ReEncrypt*", "kms:ReEncrypt", "kms:?ncrypt", "kms:CreateGrant"),
    *("kms:Describe*", "kms:Sign", "kms:List*", "kms:CreateKey", "s3:*", "*:Encrypt"),
)
RESOURCES: Final = (
    *("*", "*", "*", ARN, f"arn:aws:kms:*:{OWN}:key/*", f"arn:aws:kms:*:{OTHER}:key/*"),
    *("arn:aws:kms:us-west-2:*", f"arn:aws:kms:us-west-2:{OWN}:*", "arn:aws:kms", "arn:*:kms:*"),
    *(f"arn:aws:kms:us-west-2:{OWN}:key/????abcd*", f"arn:aws:kms:us-east-1:{OWN}:key/{KEY_ID}"),
    *(f"arn:aws:kms:*:{OWN}:key/${{aws:username}}", f"arn:aws:kms:*:{OWN}:key/${{*}}", KEY_ID),
    *(f"arn:aws:kms:*:{OWN}:key/${{aws:PrincipalTag/key, '{KEY_ID}'}}", "alias/app"),
)
PERMISSIONS: Final = (
    *("kms:Encrypt", "kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom"),
    *("kms:ReEncryptTo", "kms:DescribeKey", "kms:Sign", "kms:CreateGrant", "kms:PutKeyPolicy"),
    "kms:ScheduleKeyDeletion",
)
ACCOUNT_PERMISSIONS: Final = ("kms:CreateKey", "kms:ListKeys")
CONTEXTS: Final[tuple[dict[str, str], ...]] = (
    {},
    {"tenant": "42"},
    {"tenant": "7"},
    {"Tenant": "42", "stage": "prod"},
    {"tenant": "42", "TENANT": "7"},
    {"tenant": "ann", "aws:s3:arn": "arn:aws:s3:::bucket/*"},
)

# Values that fit a key now and then; any operator may come with any of them.
VALUES: Final[dict[str, Sequence[Any]]] = {
    "kms:EncryptionContext:tenant": ["42", "7", "4*", "??", "${aws:username}", "ANN", ""],
    "kms:encryptioncontext:TENANT": ["42", "7"],
    "kms:EncryptionContext:aws:s3:arn": ["arn:aws:s3:::bucket/*", "arn:aws:s3:::*", "arn:aws:*"],
    "kms:EncryptionContextKeys": ["tenant", "stage", "TENANT", "t*", "aws:s3:arn"],
    "kms:KeySpec": ["SYMMETRIC_DEFAULT", "RSA_2048", "RSA_*"],
    "kms:KeyUsage": ["ENCRYPT_DECRYPT", "SIGN_VERIFY"],
    "kms:KeyOrigin": ["AWS_KMS", "EXTERNAL"],
    "kms:MultiRegion": ["true", "FALSE", True, False],
    "kms:MultiRegionKeyType": ["PRIMARY", "REPLICA"],
    "kms:CallerAccount": [OWN, OTHER, "${aws:PrincipalAccount}"],
    "kms:ViaService": ["s3.us-west-2.amazonaws.com", "s3.*.amazonaws.com", "*"],
    "kms:ResourceAliases": ["alias/app", "alias/*", "alias/other"],
    "kms:RequestAlias": ["alias/app", "alias/other"],
    "kms:MessageType": ["RAW", "DIGEST"],
    "kms:GrantOperations": ["Encrypt", "Decrypt", "De*"],
    "kms:GranteePrincipal": [USER, "arn:aws:iam::*:role/*"],
    "kms:ScheduleKeyDeletionPendingWindowInDays": ["7", "30", 30, "7.0", "abc"],
    "aws:ResourceTag/team": ["red", "${aws:PrincipalTag/team}", "${aws:PrincipalTag/team, 'red'}"],
    "aws:RequestTag/team": ["red", "blue"],
    "aws:TagKeys": ["team", "cost"],
    "aws:PrincipalArn": [ROLE, SESSION, USER, f"arn:aws:iam::{OWN}:*", "arn:aws:iam::*:role/*"],
    "aws:PrincipalTag/team": ["red", "RED", "r?d"],
    "aws:PrincipalType": ["User", "AssumedRole", "Account"],
    "aws:username": ["ann", "a*", "${*}"],
    "aws:PrincipalIsAWSService": ["true", "false"],
    "aws:MultiFactorAuthPresent": ["true", "false", True],
    "aws:SourceIp": ["203.0.113.0/24", "203.0.113.7", "2001:db8::/32", "10.0.0.0/8", "nowhere"],
    "aws:CurrentTime": ["2026-01-01", "2026-05-28T20:26:40Z", "2030-01-01T00:00:00+02:00"],
    "aws:EpochTime": ["1780000000", 1_780_000_000, "1", "2026-05-28T20:26:40Z"],
    "aws:SourceArn": ["arn:aws:cloudtrail:*:*:trail/*", f"arn:aws:cloudtrail:*:{OWN}:trail/t"],
    "aws:RequestedRegion": ["us-west-2", "us-*", "eu-west-1"],
    "aws:SecureTransport": ["true", "false"],
    "lambda:SourceFunctionArn": ["arn:aws:lambda:us-west-2:111122223333:function:f"],
}
OPERATORS: Final = [
    f"{quantifier}{operator}{if_exists}"
    for quantifier in ("", "", "ForAllValues:", "ForAnyValue:")
    for if_exists in ("", "", "IfExists")
    for operator in (
        *("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringLike"),
        *("StringNotEqualsIgnoreCase", "StringNotLike", "Bool", "ArnLike", "ArnEquals"),
        *("ArnNotLike", "ArnNotEquals", "IpAddress", "NotIpAddress", "BinaryEquals"),
        *("NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"),
        *("NumericLessThanEquals", "NumericGreaterThan", "DateEquals", "DateNotEquals"),
        *("DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"),
    )
] + ["Null"] * 8


def some(*values: Any) -> st.SearchStrategy[Any]:
    """One of *values*, or a list of up to three."""
    one = st.sampled_from(values)
    return one | st.lists(one, min_size=1, max_size=3)


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(draw(st.sampled_from((0, 0, 0, 1, 1, 2)))):
        operator = draw(st.sampled_from(OPERATORS))
        name = draw(st.sampled_from(list(VALUES)))
        values = ["true", "false", True] if operator == "Null" else VALUES[name]
        found.setdefault(operator, {})[name] = draw(some(*values))
    return found


@st.composite
def statements(draw: st.DrawFn, of_key: bool) -> dict[str, Any]:
    effect = draw(st.sampled_from(("Allow", "Allow", "Allow", "Deny")))
    statement: dict[str, Any] = {"Effect": effect}
    if of_key:
        element = "NotPrincipal" if effect == "Deny" and draw(st.booleans()) else "Principal"
        aws = {"AWS": draw(some(*PRINCIPALS))}
        statement[element] = draw(st.sampled_from(("*", aws, aws, aws, {"Service": SERVICE})))
    negated = st.sampled_from(("", "", "", "Not"))
    statement[f"{draw(negated)}Action"] = draw(some(*ACTIONS))
    resources = ("*", "*", "*", ARN, f"{ARN}0") if of_key else RESOURCES
    statement[f"{draw(negated)}Resource"] = draw(some(*resources))
    condition = draw(conditions())
    return statement | ({"Condition": condition} if condition else {})


@st.composite
def documents(draw: st.DrawFn, of_key: bool) -> dict[str, Any]:
    version = draw(st.sampled_from(("2012-10-17", "2012-10-17", "2008-10-17", None)))
    found = draw(st.lists(statements(of_key), min_size=1, max_size=3))
    if of_key and draw(st.booleans()):
        account = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*"}
        found.append({**account, "Resource": "*"})
    document = {"Statement": found}
    return document if version is None else {"Version": version, **document}


@st.composite
def callers(draw: st.DrawFn) -> dict[str, Any]:
    arn = draw(st.sampled_from(CALLERS))
    identity = identity_of(arn)
    assert identity is not None
    outside = {
        "aws:sourceip": "203.0.113.7",
        "kms:viaservice": "s3.us-west-2.amazonaws.com",
        "aws:multifactorauthpresent": True,
        "aws:sourcearn": f"arn:aws:cloudtrail:us-west-2:{OWN}:trail/t",
    }
    given = draw(st.sets(st.sampled_from(list(outside))))
    return {
        "name": arn,
        "kind": identity.kind,
        "arn": identity.arn,
        "principal_arn": identity.principal_arn,
        "account": identity.account,
        "unique_id": identity.unique_id,
        "tags": draw(st.sampled_from(({}, {"team": "red"}, {"Team": "blue", "key": KEY_ID}))),
        "context": {name: outside[name] for name in given},
    }


@st.composite
def grants(draw: st.DrawFn) -> dict[str, Any]:
    grantee = draw(
        st.sampled_from((USER, ROLE, SESSION, ROOT, OWN, OTHER_ROLE, OTHER_ROOT, SERVICE))
    )
    operations = st.sampled_from(("Encrypt", "Decrypt", "CreateGrant", "DescribeKey"))
    constraints = draw(
        st.sampled_from(
            (
                {},
                {},
                {"EncryptionContextEquals": {"tenant": "42"}},
                {"EncryptionContextSubset": {"tenant": "42"}},
                {"SourceArn": f"arn:aws:cloudtrail:us-west-2:{OWN}:trail/t"},
            )
        )
    )
    return {
        "GranteePrincipal": grantee,
        "Operations": draw(st.lists(operations, min_size=1, max_size=3, unique=True)),
        **({"Constraints": constraints} if constraints else {}),
    }


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    on_key = draw(st.sampled_from((True, True, True, True, False)))
    permission = draw(st.sampled_from(PERMISSIONS if on_key else ACCOUNT_PERMISSIONS))
    side = {"kms:ReEncryptFrom": "Source", "kms:ReEncryptTo": "Destination"}.get(permission, "")
    caller = draw(callers())
    params: dict[str, Any] = {
        f"{side}KeyId": draw(
            st.sampled_from((ARN, "alias/app", f"arn:aws:kms:us-west-2:{OWN}:alias/app"))
        ),
        f"{side}EncryptionContext": draw(st.sampled_from(CONTEXTS)),
    }
    if permission == "kms:Sign":
        params["SigningAlgorithm"] = "RSASSA_PSS_SHA_256"
    if permission == "kms:CreateGrant":
        child = draw(grants())
        params = {"KeyId": ARN, **child}
    if permission == "kms:CreateKey":
        params = {"Tags": [{"TagKey": "team", "TagValue": draw(st.sampled_from(("red", "blue")))}]}
    symmetric = draw(st.sampled_from((True, True, True, False)))
    key = {
        "arn": ARN,
        "account": OWN,
        "policy": draw(documents(of_key=True)),
        "spec": "SYMMETRIC_DEFAULT" if symmetric else "RSA_2048",
        "usage": "ENCRYPT_DECRYPT" if symmetric else "SIGN_VERIFY",
        "origin": draw(st.sampled_from(("AWS_KMS", "EXTERNAL"))),
        "multi_region": draw(st.sampled_from((None, "PRIMARY", "REPLICA"))),
        "tags": draw(st.sampled_from(({}, {"team": "red"}, {"TEAM": "blue"}))),
        "aliases": draw(st.sampled_from(([], ["alias/app"], ["alias/app", "alias/other"]))),
    }
    return {
        "caller": caller,
        "policies": draw(st.lists(documents(of_key=False), max_size=2)),
        "permission": permission,
        "resource": ARN if on_key else "*",
        "account_wide": f"arn:aws:kms:us-west-2:{caller['account']}:*"
        if permission == "kms:ListKeys"
        else None,
        "key": key if on_key else None,
        "by": "key" if on_key else "iam",
        "params": params,
        "region": "us-west-2",
        "now": NOW,
        "grants": draw(st.lists(grants(), max_size=2)),
    }


@pytest.fixture(scope="module")
def ask(request: pytest.FixtureRequest) -> Any:
    """Put a case to the engine; return the end of AWS's error, or None."""
    helpers = request.getfixturevalue("helpers")

    def answer(case: dict[str, Any]) -> str | None:
        caller, of_key = case["caller"], case["key"]
        identity = identity_of(
            caller["name"],
            policies=tuple(map(json.dumps, case["policies"])),
            tags=caller["tags"],
            context=caller["context"],
        )
        assert identity is not None
        key = of_key and helpers.new_key(
            of_key["policy"],
            spec=of_key["spec"],
            usage=of_key["usage"],
            origin=of_key["origin"],
            multi_region=of_key["multi_region"],
            tags=of_key["tags"],
        )
        query = Query(
            permission=case["permission"],
            resource=case["resource"],
            authority=case["by"],
            caller=identity,
            region=case["region"],
            now=case["now"],
            params=case["params"],
            key=key,
            account_wide=case["account_wide"],
        )
        world = helpers.Surroundings(
            aliases=of_key["aliases"] if of_key else [],
            grants=[
                helpers.new_grant(number, **members)
                for number, members in enumerate(case["grants"])
            ],
        )
        ruling = decide(query, world)
        if ruling.allows:
            return None
        before = f"User: {identity.arn} is not authorized to perform: {case['permission']} "
        return denial(ruling).message.removeprefix(before)

    return answer


@st.composite
def cases_of_one_condition(draw: st.DrawFn) -> dict[str, Any]:
    """A case that one condition decides: in the key policy, or in an IAM policy."""
    case = draw(cases())
    operator, name = draw(st.sampled_from(OPERATORS)), draw(st.sampled_from(list(VALUES)))
    values = ["true", "false", True, False] if operator == "Null" else VALUES[name]
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    decisive: dict[str, Any] = {
        **statement,
        "Condition": {operator: {name: draw(some(*values))}},
    }
    of_key: dict[str, Any] = {**statement, "Principal": "*"}
    if case["by"] == "key" and draw(st.booleans()):
        of_key, decisive = {**decisive, "Principal": "*"}, statement
    version = draw(st.sampled_from(("2012-10-17", "2008-10-17")))
    if case["by"] == "key":
        case["key"]["policy"] = {"Version": version, "Statement": of_key}
    elif case["caller"]["kind"] in ("root", "service"):
        decisive["Effect"] = "Deny"
    case["policies"] = [{"Version": version, "Statement": [decisive]}]
    return case


@settings(max_examples=400)
@given(case=cases_of_one_condition())
def test_both_read_a_condition_alike(naive: ModuleType, ask: Any, case: dict[str, Any]) -> None:
    """Each operator with each key, present or missing, one value or several."""
    assert ask(case) == naive.decide(case)


@settings(max_examples=400)
@given(case=cases())
def test_both_say_the_same(naive: ModuleType, ask: Any, case: dict[str, Any]) -> None:
    """Allowed or refused, and in the same words."""
    assert ask(case) == naive.decide(case)
