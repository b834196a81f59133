"""Conditions: missing keys, several values, quantifiers, and names that nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pytest_kmsmock.service.authorization.conditions import conditions_of, shown
from pytest_kmsmock.service.authorization.grammar import operator_named
from pytest_kmsmock.service.authorization.operators import OPERATORS
from pytest_kmsmock.service.authorization.query import Query, Situation
from pytest_kmsmock.service.misuse import KmsMockError

CREATE = "kms:CreateKey"


@pytest.fixture
def met(helpers: Any) -> Any:
    """Tell whether a Condition element is met by a CreateKey with those tags."""

    def is_met(element: Mapping[str, Any], tags: Mapping[str, str] | None = None) -> bool:
        query = Query(
            permission=CREATE,
            resource="*",
            authority="iam",
            caller=helpers.who(
                "arn:aws:iam::111122223333:user/ann",
                tags={"team": "red"},
                context={"aws:sourceip": "203.0.113.7", "aws:calledvia": ("a.amazonaws.com",)},
            ),
            region="us-west-2",
            now=helpers.NOW,
            params={"Tags": [{"TagKey": k, "TagValue": v} for k, v in (tags or {}).items()]},
        )
        at = Situation(query, helpers.Surroundings())
        return all(each.is_met(at) for each in conditions_of(element, has_variables=True))

    return is_met


POSITIVE = sorted(name for name, row in OPERATORS.items() if not row.is_negated and name != "Null")
NEGATED = sorted(name for name, row in OPERATORS.items() if row.is_negated)
MISSING = "aws:PrincipalOrgID"


@pytest.mark.parametrize("operator", POSITIVE)
def test_a_missing_key_meets_no_positive_operator(met: Any, operator: str) -> None:
    """Unless the name ends with IfExists, or it is about all of the values that are there."""
    assert not met({operator: {MISSING: "x"}})
    assert met({f"{operator}IfExists": {MISSING: "x"}})
    assert met({f"ForAllValues:{operator}": {MISSING: "x"}})
    assert not met({f"ForAnyValue:{operator}": {MISSING: "x"}})
    assert met({f"ForAnyValue:{operator}IfExists": {MISSING: "x"}})


@pytest.mark.parametrize("operator", NEGATED)
def test_a_missing_key_meets_each_negated_operator(met: Any, operator: str) -> None:
    """IfExists changes nothing about it."""
    assert met({operator: {MISSING: "x"}})
    assert met({f"{operator}IfExists": {MISSING: "x"}})
    assert met({f"ForAllValues:{operator}": {MISSING: "x"}})
    assert not met({f"ForAnyValue:{operator}": {MISSING: "x"}})


@pytest.mark.parametrize(
    ("values", "missing", "present"),
    [
        ("true", True, False),
        ("false", False, True),
        (True, True, False),
        (["true", "false"], True, True),
    ],
)
def test_null_asks_whether_there_is_a_value(
    met: Any, values: Any, missing: bool, present: bool
) -> None:
    """``true`` for none."""
    assert met({"Null": {MISSING: values}}) is missing
    assert met({"Null": {"aws:SourceIp": values}}) is present


def test_one_of_several_values_must_fit_and_for_negated_operators_none(met: Any) -> None:
    """Values are alternatives."""
    assert met({"StringEquals": {"aws:username": ["bob", "ann"]}})
    assert not met({"StringNotEquals": {"aws:username": ["bob", "ann"]}})
    assert met({"StringNotEquals": {"aws:username": ["bob", "eve"]}})


def test_all_operators_and_all_keys_must_be_met(met: Any) -> None:
    """Keys and operators are not alternatives."""
    name = {"StringEquals": {"aws:username": "ann"}}

    assert met({**name, "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})
    assert not met({**name, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
    assert not met({"StringEquals": {"aws:username": "ann", "aws:PrincipalAccount": "1"}})


@pytest.mark.parametrize(
    ("tags", "all_of_ab", "any_of_ab", "all_but_ab", "any_but_ab"),
    [
        ({}, True, False, True, False),
        ({"a": ""}, True, True, False, False),
        ({"a": "", "b": ""}, True, True, False, False),
        ({"a": "", "c": ""}, False, True, False, True),
        ({"c": ""}, False, False, True, True),
    ],
)
def test_quantifiers(
    met: Any,
    tags: Mapping[str, str],
    all_of_ab: bool,
    any_of_ab: bool,
    all_but_ab: bool,
    any_but_ab: bool,
) -> None:
    """Source: IAM User Guide, "Multivalued context keys"."""
    keys = {"aws:TagKeys": ["a", "b"]}

    assert met({"ForAllValues:StringEquals": keys}, tags) is all_of_ab
    assert met({"ForAnyValue:StringEquals": keys}, tags) is any_of_ab
    assert met({"ForAllValues:StringNotEquals": keys}, tags) is all_but_ab
    assert met({"ForAnyValue:StringNotEquals": keys}, tags) is any_but_ab


def test_all_of_one_empty_text_are_met(met: Any) -> None:
    """An empty text as the only value counts as none. Source: IAM User Guide."""
    element = {"aws:RequestTag/a": "x"}

    assert met({"ForAllValues:StringEquals": element}, {"a": ""})
    assert not met({"ForAnyValue:StringEquals": element}, {"a": ""})
    assert not met({"ForAllValues:StringEquals": element}, {"a": "y"})


def test_a_quantifier_takes_a_key_with_one_value_for_a_set(met: Any) -> None:
    """Of one value, or of none."""
    assert met({"ForAnyValue:StringEquals": {"aws:username": ["ann", "bob"]}})
    assert not met({"ForAllValues:StringEquals": {"aws:username": "bob"}})


def test_the_case_of_a_key_does_not_matter(met: Any) -> None:
    """Nor of a tag's name in it; that of the values does."""
    assert met({"StringEquals": {"AWS:USERNAME": "ann", "aws:principaltag/TEAM": "red"}})
    assert not met({"StringEquals": {"aws:PrincipalTag/team": "RED"}})


def test_of_two_names_that_differ_by_case_the_exact_one_counts(met: Any) -> None:
    """And neither, if neither is spelled so."""
    tags = {"team": "red", "TEAM": "blue"}

    assert met({"StringEquals": {"aws:RequestTag/team": "red"}}, tags)
    assert met({"StringEquals": {"aws:RequestTag/TEAM": "blue"}}, tags)
    assert met({"Null": {"aws:RequestTag/Team": "true"}}, tags)


def test_a_multivalued_key_is_no_variable(met: Any) -> None:
    """It has no one text to put in."""
    assert not met({"StringLike": {"aws:username": "${aws:TagKeys}"}}, {"ann": ""})
    assert met({"StringNotLike": {"aws:username": "${aws:TagKeys}"}}, {"ann": ""})


@pytest.mark.parametrize(
    "name",
    [
        *(
            "stringequals",
            "StringEqual",
            "StringEqualsIfExist",
            "NullIfExists",
            "ForAllValues:Null",
        ),
        *(
            "ForEachValue:StringEquals",
            "forallvalues:StringEquals",
            "IfExists",
            ":StringEquals",
            "",
        ),
    ],
)
def test_an_operator_that_nobody_knows_is_refused_by_name(name: str) -> None:
    """Operators are spelled exactly so."""
    assert operator_named(name) is None
    with pytest.raises(KmsMockError, match="does not know the condition operator") as caught:
        conditions_of({name: {"aws:username": "ann"}}, has_variables=True)
    assert repr(name) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("aws:UserName1", "aws:username"),
        ("kms:EncryptionContextKey", "kms:EncryptionContextKeys"),
        ("kms:ResourceTag/team", "aws:ResourceTag/"),
        ("kms:RecipientAttestation:PCR32", "kms:RecipientAttestation:PCR"),
        ("kms:EncryptionContext:", "kms:EncryptionContext:"),
        ("s3:prefix", ""),
    ],
)
def test_a_key_that_nobody_knows_is_refused_by_name(name: str, meant: str) -> None:
    """Also where a variable names it; the nearest is suggested."""
    for element in ({"Null": {name: "true"}}, {"StringLike": {"aws:userid": f"${{{name}}}"}}):
        with pytest.raises(KmsMockError, match="does not know the condition key") as caught:
            conditions_of(element, has_variables=True)
        assert repr(name) in str(caught.value)
        assert meant in str(caught.value)


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("ann", "StringLikeIfExists AWS:username 'ann'"),
        (["ann"], "StringLikeIfExists AWS:username 'ann'"),
        (["ann", "b*"], "StringLikeIfExists AWS:username ['ann', 'b*']"),
    ],
)
def test_a_condition_is_shown_as_it_was_written(wanted: Any, text: str) -> None:
    """Its values as a list where there are several."""
    (condition,) = conditions_of(
        {"StringLikeIfExists": {"AWS:username": wanted}}, has_variables=True
    )

    assert str(condition) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "missing"), ("a", "'a'"), (True, "'true'"), (7, "'7'"), (("a", "b"), "['a', 'b']")],
)
def test_a_value_of_a_request_is_shown_as_operators_see_it(value: Any, text: str) -> None:
    """For a person to read."""
    assert shown(value) == text


def test_an_operator_that_nobody_knows_is_told() -> None:
    """With the one that was meant, and where to look."""
    for name, meant in (("StringEqual", " Did you mean 'StringEquals'?"), ("xyzzy", "")):
        with pytest.raises(KmsMockError) as caught:
            conditions_of({name: {"aws:userid": "x"}}, has_variables=True)

        assert str(caught.value) == (
            f"pytest-kmsmock does not know the condition operator {name!r}.{meant} "
            "Its reference lists those that it evaluates."
        )
