"""Policy documents: who is let in, and how they are printed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_kmsmock.service.api.errors import (
    LimitExceededException,
    MalformedPolicyDocumentException,
)
from pytest_kmsmock.service.authorization import documents, printing

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/session-1"
KEY_ARN = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def statement(**changes: Any) -> dict[str, Any]:
    elements = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
    elements |= changes
    return {name: value for name, value in elements.items() if value is not None}


def locks_out(*statements: dict[str, Any], principal: str = ROOT) -> bool:
    return documents.locks_out(
        {"Statement": list(statements)}, key_arn=KEY_ARN, principal=principal, root=ROOT
    )


@pytest.mark.parametrize(
    ("principal", "named", "is_let_in"),
    [
        (ROOT, ROOT, True),
        (ROOT, ACCOUNT, True),
        (ROOT, "*", True),
        (ROOT, ROLE, True),
        (ROOT, "arn:aws:iam::210987654321:role/app", False),
        (ROLE, ROOT, True),
        (ROLE, ROLE, True),
        (ROLE, f"{ROLE}2", False),
        (ROLE, "arn:aws:iam::210987654321:root", False),
        (SESSION, SESSION, True),
        (SESSION, ROLE, True),
        (SESSION, f"arn:aws:iam::{ACCOUNT}:role/path/app", True),
        (SESSION, f"arn:aws:iam::{ACCOUNT}:role/other-app", False),
        (SESSION, "arn:aws:iam::210987654321:role/app", False),
        (SESSION, f"arn:aws:iam::{ACCOUNT}:user/app", False),
    ],
)
def test_who_is_let_in(principal: str, named: str, is_let_in: bool) -> None:
    """The account lets everybody in it in; a session is its role."""
    allowed = statement(Principal={"AWS": [named, "arn:aws:iam::000000000000:root"]})

    assert locks_out(allowed, principal=principal) is not is_let_in


@pytest.mark.parametrize(
    ("statements", "is_locked_out"),
    [
        ([statement()], False),
        ([statement(Resource=KEY_ARN)], False),
        ([statement(Resource=f"{KEY_ARN}0")], True),
        ([statement(Resource="arn:aws:kms:*:*:key/*")], False),
        ([statement(Resource=None, NotResource=KEY_ARN)], True),
        ([statement(Action=None, NotAction=["kms:Decrypt"])], False),
        ([statement(Action=None, NotAction=["kms:Put*"])], True),
        ([statement(Principal=None, NotPrincipal={"AWS": ROOT})], True),
        ([statement(), statement(Effect="Deny", Action="kms:Decrypt")], False),
        ([statement(), statement(Effect="Deny")], True),
        ([statement(Effect="Deny"), statement()], True),
        ([statement(), statement(Effect="Deny", Condition={"Bool": {"a": "true"}})], False),
        ([statement(Condition={"Bool": {"a": "true"}})], False),
    ],
)
def test_what_locks_the_caller_out(statements: list[dict[str, Any]], is_locked_out: bool) -> None:
    """A Deny wins, wherever it stands; a condition may be met some day."""
    assert locks_out(*statements) is is_locked_out


@pytest.mark.parametrize("wild", ["*" * 40 + "!", "*?" * 40 + "!", "arn:*:" + "*k" * 60 + "!"])
def test_no_wildcard_takes_long(wild: str) -> None:
    """Stars after stars are one star, whatever follows them."""
    assert locks_out(statement(Resource=wild))
    assert locks_out(statement(Action=wild))


def test_the_default_policy_locks_nobody_out() -> None:
    """It leaves the key to the account."""
    assert not locks_out(*json.loads(printing.default_policy(ROOT))["Statement"])


def test_length_is_counted_in_bytes() -> None:
    """32,768 of them; the text itself comes second."""
    short = json.dumps({"Statement": [statement(Sid="")]})
    two_bytes, one_byte = divmod(32_768 - len(short), 2)
    padding = "é" * two_bytes + "e" * one_byte
    fits = short.replace('"Sid": ""', f'"Sid": "{padding}"')

    documents.parse(fits)
    with pytest.raises(LimitExceededException) as caught:
        documents.parse(f"{fits} ")
    assert caught.value.message == "The key policy is longer than the limit of 32768 bytes."
    with pytest.raises(LimitExceededException):
        documents.parse("é" * 16_385)


HERE = "here"


@pytest.mark.parametrize("depth", [2, 325, 900, 5000])
@pytest.mark.parametrize(
    "document",
    [
        {"Version": HERE, "Statement": [statement()]},
        {"Id": HERE, "Statement": [statement()]},
        {"Statement": HERE},
        *(
            {"Statement": [statement(**changes)]}
            for changes in (
                {"Sid": HERE},
                {"Effect": HERE},
                {"Principal": HERE},
                {"Principal": {"AWS": HERE}},
                {"Action": HERE},
                {"Resource": [HERE]},
                {"Condition": HERE},
                {"Condition": {"StringEquals": HERE}},
                {"Condition": {"StringEquals": {"aws:SourceArn": HERE}}},
            )
        ),
    ],
    ids=json.dumps,
)
def test_what_nests_deeper_than_the_grammar_is_malformed(
    document: dict[str, Any], depth: int
) -> None:
    """However deep, and wherever: nothing in a policy has more than five levels."""
    text = json.dumps(document)
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        nested = f"{opening * depth}[]{closing * depth}"

        with pytest.raises(MalformedPolicyDocumentException):
            documents.parse(text.replace(json.dumps(HERE), nested), longest=10**6)


@pytest.mark.parametrize(
    "text",
    ["[" * 16_000, '{"Statement":' * 2000, "\x00", '{"a": NaN}', '{"Statement": "\ud800"}']
    + [
        json.dumps({"Statement": [statement(Condition={"NumericEquals": {"a": "N"}})]}).replace(
            '"N"', number
        )
        for number in ("NaN", "-Infinity", "1e999", "1" * 5000)
    ],
)
def test_hostile_text_is_malformed(text: str) -> None:
    """Whatever Python's parser makes of it."""
    with pytest.raises(MalformedPolicyDocumentException):
        documents.parse(text)


# What KMS refuses besides wrong syntax.


def parse(**changes: Any) -> Any:
    elements = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
    elements = {name: value for name, value in (elements | changes).items() if value is not None}
    return documents.parse(json.dumps({"Version": "2012-10-17", "Statement": [elements]}))


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["aws:ResourceTag/team"], "aws:ResourceTag"),
        (["AWS:resourcetag/team"], "aws:ResourceTag"),
        (["kms:ResourceAliases"], "kms:ResourceAliases"),
        (["kms:ResourceAliases", "kms:ResourceTag/x"], "kms:ResourceTag, kms:ResourceAliases"),
    ],
)
def test_condition_keys_that_only_iam_policies_can_have(names: list[str], shown: str) -> None:
    """AWS names those that it does not take."""
    with pytest.raises(MalformedPolicyDocumentException) as caught:
        parse(Condition={"StringEquals": dict.fromkeys(names, "x")})

    assert caught.value.message == (
        f"These condition keys are not permitted in a key policy: {shown}"
    )


@pytest.mark.parametrize("name", ["kms:EncryptionContext:tenant", "aws:RequestTag/team"])
def test_all_values_of_one_pair_is_overly_permissive(name: str) -> None:
    """ForAllValues on a key with one value matches where there is none."""
    condition = {name: "x"}

    with pytest.raises(MalformedPolicyDocumentException) as caught:
        parse(Condition={"ForAllValues:StringEquals": condition})

    assert caught.value.message == (
        "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued "
        "condition key matches requests without the specified [encryption context or tag] or "
        "with an unspecified [encryption context or tag]. To fix, remove ForAllValues."
    )
    assert parse(Condition={"ForAnyValue:StringEquals": condition})
    assert parse(Condition={"ForAllValues:StringEquals": {"aws:TagKeys": "x"}})


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "arn:aws:iam::111122223333:group/admins"},
        {"AWS": "arn:aws:iam::111122223333:role/*"},
        {"AWS": "arn:aws:iam::*:root"},
        {"AWS": "arn:aws:iam::1234:root"},
        {"AWS": "1234"},
        {"AWS": "ann"},
        {"AWS": "AGPAJQABLZS4A3QDU576Q"},
    ],
    ids=str,
)
def test_principals_that_there_cannot_be(principal: dict[str, str]) -> None:
    """Groups, wildcards within an ARN, unique IDs of groups."""
    with pytest.raises(MalformedPolicyDocumentException) as caught:
        parse(Principal=principal)

    assert caught.value.message == (
        "Policy contains a statement with one or more invalid principals."
    )


SYNTAX = "The policy has syntax errors."
PRINCIPALS = "Policy contains a statement with one or more invalid principals."


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("x", None),
        ([], None),
        ({"Statement": [], "Statements": []}, SYNTAX),
        ({"Version": 2012, "Statement": []}, SYNTAX),
        ({"Id": 5, "Statement": []}, SYNTAX),
        ({"Version": "2012", "Statement": []}, "The policy has an unknown version: 2012."),
        ({"Version": "2012-10-17"}, "Missing required field Statement"),
        ({"Statement": []}, "Missing required field Statement"),
    ],
    ids=str,
)
def test_a_document_with_wrong_elements_is_malformed(document: Any, told: str | None) -> None:
    """Of what is no object AWS says nothing."""
    with pytest.raises(MalformedPolicyDocumentException) as caught:
        documents.parse(json.dumps(document))

    assert caught.value.message == (told or "")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"Sids": "x"}, SYNTAX),
        ({"Effect": None}, "Missing required field Effect"),
        ({"Effect": "allow", "Sid": 5}, "Missing required field Effect"),
        ({"Sid": 5, "Condition": "x"}, SYNTAX),
        ({"Condition": "x", "Principal": None}, SYNTAX),
        ({"Condition": {"StringEquals": "x"}}, SYNTAX),
        (
            {"Condition": {"StringEqual": {"a": "x"}}},
            "The policy has an invalid condition operator: StringEqual.",
        ),
        ({"Principal": None}, "Policy contains a statement with no principal."),
        ({"Principal": {}}, "Policy contains a statement with no principal."),
        ({"NotPrincipal": {"AWS": ROOT}}, SYNTAX),
        (
            {"Principal": None, "NotPrincipal": {"AWS": ROOT}},
            "NotPrincipal cannot be used with Effect Allow.",
        ),
        ({"Principal": ROOT}, PRINCIPALS),
        ({"Principal": [ROOT]}, PRINCIPALS),
        ({"Principal": {"AWS": []}}, PRINCIPALS),
        ({"Principal": {"AWS": [ROOT, ""]}}, PRINCIPALS),
        ({"Principal": {"AWS": [ROOT, 5]}}, PRINCIPALS),
        ({"Principal": {"Aws": ROOT}}, PRINCIPALS),
        ({"Principal": {"Service": "*.amazonaws.com"}}, PRINCIPALS),
        ({"Principal": {"Service": "s?.amazonaws.com"}}, PRINCIPALS),
        ({"Action": None}, "Missing required field Action"),
        ({"Action": []}, "Missing required field Action"),
        ({"NotAction": "kms:Sign"}, SYNTAX),
        ({"Action": ["kms:*", ""]}, SYNTAX),
        ({"Action": ["kms:*", 5]}, SYNTAX),
        ({"Action": ["kms:*", "Decrypt"]}, "The policy has an invalid action."),
        ({"Action": "Decrypt", "Resource": None}, "The policy has an invalid action."),
        ({"Resource": None}, "Missing required field Resource"),
        ({"Resource": None, "NotResource": []}, "Missing required field Resource"),
        ({"NotResource": "*"}, SYNTAX),
        ({"Resource": ["*", 5]}, SYNTAX),
    ],
    ids=str,
)
def test_a_statement_with_wrong_elements_is_malformed(changes: dict[str, Any], told: str) -> None:
    """The checks go from the names of the elements to what stands in each."""
    with pytest.raises(MalformedPolicyDocumentException) as caught:
        parse(**changes)

    assert caught.value.message == told


@pytest.mark.parametrize("statement", [{"Effect": "Allow"}, "x", []])
def test_each_statement_is_checked(statement: Any) -> None:
    """Also one after others that are right."""
    right = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}

    assert documents.parse(json.dumps({"Statement": right}))
    with pytest.raises(MalformedPolicyDocumentException):
        documents.parse(json.dumps({"Statement": [right, statement]}))


def test_principals_get_other_names() -> None:
    """Those of AWS, in either element; what else there is stays."""
    text = json.dumps(
        {
            "Statement": [
                {"Principal": {"AWS": [ROOT, ROLE], "Service": "s3.amazonaws.com"}, "Sid": "é"},
                {"NotPrincipal": {"AWS": ROLE}},
                {"Principal": {"Service": ROLE}},
                {"Principal": "*"},
            ]
        }
    )

    new = documents.renamed(text, {ROLE: "AROA"})

    assert json.loads(new) == {
        "Statement": [
            {"Principal": {"AWS": [ROOT, "AROA"], "Service": "s3.amazonaws.com"}, "Sid": "é"},
            {"NotPrincipal": {"AWS": "AROA"}},
            {"Principal": {"Service": ROLE}},
            {"Principal": "*"},
        ]
    }
    assert "é" in new
    assert documents.principals_in(json.loads(new)) == {ROOT, "AROA", "*"}


@pytest.mark.parametrize(
    "changes",
    [
        {"Principal": {"AWS": "111122223333"}},
        {"Principal": {"AWS": "AIDAJQABLZS4A3QDU576Q"}},
        {"Principal": {"AWS": "AROAJQABLZS4A3QDU576Q:session"}},
        {"Principal": {"AWS": "arn:aws-cn:iam::111122223333:user/a/b"}},
        {"Principal": {"AWS": "arn:aws:sts::111122223333:federated-user/ann"}},
        {"Principal": {"Service": ["s3.amazonaws.com"], "AWS": "*"}},
        {"Principal": {"Federated": "cognito-identity.amazonaws.com"}},
        {"Principal": {"CanonicalUser": "79a59df900b949e5"}},
        {"Principal": None, "NotPrincipal": {"AWS": ROOT}, "Effect": "Deny"},
        {"Resource": "arn:aws:kms:us-west-2:111122223333:key/1234"},
        {"Condition": {"ForAnyValue:StringNotLikeIfExists": {"aws:CalledVia": ["x", "y"]}}},
        {"Condition": {"StringEquals": {"unheard:of": "x"}}},
        {"Sid": "Spaces are fine here"},
    ],
    ids=str,
)
def test_what_kms_takes(changes: dict[str, Any]) -> None:
    """Also condition keys that it has never heard of, and statements without effect."""
    assert parse(**changes)
