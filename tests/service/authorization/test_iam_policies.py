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
        ("no JSON", "is no JSON"),
        ({"Statement": {1, 2}}, "is no JSON"),
        ([], "it is no object with Version and Statement"),
        ({}, "it has no Statement"),
        ({"Statement": ["x"]}, "statement 1: it is no object"),
        ({"Statements": [STATEMENT]}, "no element 'Statements'. Did you mean 'Statement'?"),
        ({"Version": "2012", "Statement": STATEMENT}, "Version '2012' is neither of 2012-10-17"),
        (document(Effect="allow"), "statement 1: its Effect is neither Allow nor Deny"),
        (document(Principal="*"), "statement 1: it names a principal"),
        (document(Actions="kms:*"), "no element 'Actions'. Did you mean 'Action'?"),
        (document(Action=None), "it needs one of Action and NotAction"),
        (document(NotAction="kms:Sign"), "it needs one of Action and NotAction"),
        (document(Action=[]), "its Action is no string and no list of strings"),
        (document(Resource=5), "its Resource is no string and no list of strings"),
        (document(Action="Decrypt"), "'Decrypt' is no action; write for example 'kms:Decrypt'"),
        (document(Sid="not so"), "its Sid 'not so' has other characters"),
        ({"Statement": [{**STATEMENT, "Sid": "a"}] * 2}, "another statement has the Sid 'a'"),
        (document(Condition="x"), "its Condition is no object"),
        (document(Condition={"StringEquals": "x"}), "its Condition is no object"),
        (document(Condition={"StringEquals": {"aws:userid": {}}}), "its Condition is no object"),
        (document(Condition={"StringEqual": {"aws:userid": "x"}}), "no operator 'StringEqual'"),
        (document(Condition={"Null": {"aws:user": True}}), "condition key 'aws:user'"),
        (document(Resource="arn:aws:kms:*:*:key/${aws:user}"), "condition key 'aws:user'"),
    ],
    ids=str,
)
def test_what_iam_would_refuse_is_the_tests_mistake(policy: Any, told: str) -> None:
    """The message names the statement, and what is wrong with it."""
    with pytest.raises(KmsMockError) as caught:
        checked_policy(policy, "policies[0]")

    assert told in str(caught.value)
    assert not str(caught.value).endswith(("..", "?."))
    assert "policies[0]" in str(caught.value) or "does not know" in str(caught.value)
