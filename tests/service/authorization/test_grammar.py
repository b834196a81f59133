"""What documents of all kinds have in common: operators, actions, conditions."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock.service.authorization.grammar import (
    as_list,
    is_action,
    is_condition,
    operator_named,
)


@pytest.mark.parametrize(
    ("text", "base", "quantifier", "if_exists"),
    [
        ("StringEquals", "StringEquals", None, False),
        ("StringEqualsIfExists", "StringEquals", None, True),
        ("ForAnyValue:StringLike", "StringLike", "ForAnyValue", False),
        ("ForAllValues:ArnLikeIfExists", "ArnLike", "ForAllValues", True),
        ("Null", "Null", None, False),
    ],
)
def test_what_an_operator_is_made_of(
    text: str, base: str, quantifier: str | None, if_exists: bool
) -> None:
    assert operator_named(text) == (text, base, quantifier, if_exists)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "stringequals",
        "StringEqual",
        "IfExists",
        "StringEqualsIfExistsIfExists",
        "ForSomeValues:StringEquals",
        "forAnyValue:StringEquals",
        "ForAnyValue:ForAnyValue:StringEquals",
        ":StringEquals",
        # It asks whether there is a value: neither a set nor a missing key makes sense.
        "NullIfExists",
        "ForAnyValue:Null",
    ],
)
def test_what_is_no_operator(text: str) -> None:
    """The case matters. Source: IAM User Guide, "IAM JSON policy elements: Condition operators"."""
    assert operator_named(text) is None


@pytest.mark.parametrize("text", ["*", "kms:Encrypt", "kms:*", "s3:Get*", "a:b:c"])
def test_what_is_an_action(text: str) -> None:
    assert is_action(text)


@pytest.mark.parametrize("text", ["", "kms", "Encrypt", "kms:", ":Encrypt", "kms: Encrypt", "**"])
def test_what_is_no_action(text: str) -> None:
    """A star alone is one; nothing else goes without a service."""
    assert not is_action(text)


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"StringEquals": {"aws:username": "ann"}},
        {"StringEquals": {"aws:username": ["ann", "bob"]}, "Bool": {"aws:SecureTransport": True}},
        {"NumericLessThan": {"kms:RotationPeriodInDays": 90.5}},
    ],
    ids=str,
)
def test_what_is_a_condition(condition: Any) -> None:
    assert is_condition(condition)


@pytest.mark.parametrize(
    "condition",
    [
        None,
        [],
        "StringEquals",
        {"StringEquals": "aws:username"},
        {"StringEquals": {}},
        {"StringEquals": {"aws:username": None}},
        {"StringEquals": {"aws:username": {"is": "ann"}}},
        {"StringEquals": {"aws:username": ["ann", None]}},
        {"Bool": {"a": "b"}, "StringEquals": {}},
    ],
    ids=str,
)
def test_what_is_no_condition(condition: Any) -> None:
    """Each operator needs a key, and each key values that are text, numbers or truth."""
    assert not is_condition(condition)


def test_one_value_stands_for_a_list_of_it() -> None:
    assert as_list("kms:*") == ["kms:*"]
    assert as_list(["kms:*"]) == ["kms:*"]
    assert as_list([]) == []
