"""IAM policies that a test gives: as mappings or JSON, and what is told of a wrong one."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from pytest_kmsmock.service.authorization.iam_policies import checked_policy
from pytest_kmsmock.service.misuse import KmsMockError

STATEMENT: Final = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}


def document(**changes: Any) -> dict[str, Any]:
    """Return a policy of one statement; None removes an element."""
    elements = {name: value for name, value in (STATEMENT | changes).items() if value is not None}
    return {"Version": "2012-10-17", "Statement": [elements]}


@pytest.mark.parametrize(
    "policy",
    [
        document(),
        json.dumps(document()),
        {"Statement": STATEMENT},
        {"Version": "2008-10-17", "Id": "x", "Statement": [STATEMENT]},
        document(Sid="Read1"),
        document(Action=["kms:*", "s3:Get*", "*"]),
        document(Action=None, NotAction="kms:Sign"),
        document(Resource=None, NotResource=["arn:aws:kms:*:*:key/x"]),
        document(Condition={"NumericLessThan": {"kms:RotationPeriodInDays": [90, "100"]}}),
        document(Condition={"Bool": {"kms:MultiRegion": True}}),
        document(Resource="arn:aws:kms:*:*:key/${aws:PrincipalTag/key, 'none'}"),
    ],
    ids=str,
)
def test_what_iam_takes(policy: Any) -> None:
    """It comes back as JSON with the same content."""
    found = checked_policy(policy, "policies[0]")

    assert json.loads(found) == (json.loads(policy) if isinstance(policy, str) else policy)


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ([], "it is no object with Version and Statement."),
        ({}, "it has no Statement."),
        ({"Statement": ["x"]}, "statement 1: it is no object."),
        (
            {"Statements": [STATEMENT]},
            "it has no element 'Statements'. Did you mean 'Statement'?",
        ),
        (
            {"Version": "2012", "Statement": STATEMENT},
            "Version '2012' is neither of 2012-10-17, 2008-10-17.",
        ),
        (document(Effect="allow"), "statement 1: its Effect is neither Allow nor Deny."),
        (
            document(Principal="*"),
            "statement 1: it names a principal; an IAM policy is for the one that has it.",
        ),
        (
            document(NotPrincipal="*"),
            "statement 1: it names a principal; an IAM policy is for the one that has it.",
        ),
        (
            document(Actions="kms:*"),
            "statement 1: there is no element 'Actions'. Did you mean 'Action'?",
        ),
        (document(Action=None), "statement 1: it needs one of Action and NotAction."),
        (document(Resource=None), "statement 1: it needs one of Resource and NotResource."),
        (document(NotAction="kms:Sign"), "statement 1: it needs one of Action and NotAction."),
        (document(Action=[]), "statement 1: its Action is no string and no list of strings."),
        (document(Action=[""]), "statement 1: its Action is no string and no list of strings."),
        (
            document(Action=["kms:*", 5]),
            "statement 1: its Action is no string and no list of strings.",
        ),
        (
            document(Resource=None, NotResource=5),
            "statement 1: its NotResource is no string and no list of strings.",
        ),
        (
            document(Action=["kms:Sign", "Decrypt"]),
            "statement 1: 'Decrypt' is no action; write for example 'kms:Decrypt'.",
        ),
        (
            document(Action=None, NotAction="Decrypt"),
            "statement 1: 'Decrypt' is no action; write for example 'kms:Decrypt'.",
        ),
        (
            document(Sid="not so"),
            "statement 1: its Sid 'not so' has other characters than letters and digits.",
        ),
        (
            document(Sid=5),
            "statement 1: its Sid 5 has other characters than letters and digits.",
        ),
        (
            {"Statement": [STATEMENT, *[{**STATEMENT, "Sid": "a"}] * 2]},
            "statement 3: another statement has the Sid 'a'.",
        ),
        (
            {"Statement": [{**STATEMENT, "Sid": "a"}, {**STATEMENT, "Sid": "a", "Effect": "x"}]},
            "statement 2: its Effect is neither Allow nor Deny.",
        ),
        (
            document(Condition="x"),
            "statement 1: its Condition is no object of operators, keys and values.",
        ),
        (
            document(Condition={"StringEquals": "x"}),
            "statement 1: its Condition is no object of operators, keys and values.",
        ),
        (
            document(Condition={"StringEquals": {"aws:userid": {}}}),
            "statement 1: its Condition is no object of operators, keys and values.",
        ),
        (
            document(Condition={"StringEqual": {"aws:userid": "x"}}),
            "statement 1: there is no operator 'StringEqual'. Did you mean 'StringEquals'?",
        ),
    ],
    ids=str,
)
def test_what_iam_would_refuse_is_the_tests_mistake(policy: Any, told: str) -> None:
    """The message names the statement, and what is wrong with it."""
    with pytest.raises(KmsMockError) as caught:
        checked_policy(policy, "policies[0]")

    assert str(caught.value) == f"policies[0] is no IAM policy: {told}"


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ("no JSON", "policies[0] is no JSON: Expecting value: line 1 column 1 (char 0). Give"),
        ({"Statement": {1, 2}}, "policies[0] is no JSON: Object of type set is not"),
        (document(Condition={"Null": {"aws:user": True}}), "condition key 'aws:user'"),
        (document(Resource="arn:aws:kms:*:*:key/${aws:user}"), "condition key 'aws:user'"),
    ],
    ids=str,
)
def test_what_is_no_document_or_names_what_nobody_knows_is_told(policy: Any, told: str) -> None:
    """JSON comes first; the condition keys last."""
    with pytest.raises(KmsMockError) as caught:
        checked_policy(policy, "policies[0]")

    assert told in str(caught.value)
    assert not str(caught.value).endswith(("..", "?."))


def test_what_is_no_document_is_told_what_to_give_instead() -> None:
    """With what Python says of it."""
    with pytest.raises(KmsMockError) as caught:
        checked_policy("{", "policies[0]")

    assert str(caught.value).startswith("policies[0] is no JSON: Expecting property name ")
    assert str(caught.value).endswith(". Give the document itself, or its text.")


def test_each_statement_without_a_sid_is_its_own() -> None:
    """Only two that are given and alike are one too many."""
    sids: list[dict[str, str]] = [{}, {"Sid": "a"}, {}, {"Sid": "b"}]

    assert checked_policy({"Statement": [STATEMENT | sid for sid in sids]}, "policies[0]")
