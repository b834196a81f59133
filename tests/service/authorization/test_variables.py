"""Policy variables: where they are, what they stand for, what they are without a value."""

from __future__ import annotations

import pytest

from pytest_kmsmock.service.authorization.variables import after_fifth_colon, template

VALUES = {"aws:username": "ann", "aws:PrincipalTag/team": "r*d"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ann", "ann"),
        ("${aws:username}", "ann"),
        ("${ aws:username }", "ann"),
        ("home/${aws:username}/x", "home/ann/x"),
        ("${aws:username}-${aws:username}", "ann-ann"),
        ("${aws:PrincipalTag/cost, 'none'}", "none"),
        ("${aws:PrincipalTag/cost,'a b'}", "a b"),
        ("${aws:PrincipalTag/cost, ''}", ""),
        ("${aws:username, 'nobody'}", "ann"),
        ("${aws:PrincipalTag/cost}", None),
        ("x${aws:PrincipalTag/cost}${aws:username}", None),
        ("${$}${*}${?}", "$*?"),
        ("${$}{aws:username}", "${aws:username}"),
        ("$aws:username", "$aws:username"),
        ("${aws:username", "${aws:username"),
        ("${}", "${}"),
        ("${ }", "${ }"),
        ("x${}y${aws:username}z", "x${}yannz"),
        ("${, 'nobody'}", "${, 'nobody'}"),
        ("${aws:PrincipalTag/cost, '}", "${aws:PrincipalTag/cost, '}"),
        ("${aws:PrincipalTag/cost, 'x}", "${aws:PrincipalTag/cost, 'x}"),
        ("${aws:PrincipalTag/cost, 'a, b'}", "a, b"),
        ("${aws:username, nobody}", "${aws:username, nobody}"),
        ("", ""),
    ],
)
def test_what_a_text_is_for_a_request(text: str, expected: str | None) -> None:
    """A default stands in for a key that is missing; without one the text has no value."""
    assert template(text, has_variables=True).plain(VALUES.get) == expected


@pytest.mark.parametrize("text", ["${aws:username}", "${*}", "${aws:PrincipalTag/cost, 'x'}"])
def test_older_documents_have_no_variables(text: str) -> None:
    """In version 2008-10-17, and without a version, the text is as it stands."""
    assert template(text, has_variables=False).plain(VALUES.get) == text


def test_wildcards_of_the_policy_are_wild_and_those_of_a_value_are_not() -> None:
    """Nor is ``${*}``."""
    found = template("*${aws:PrincipalTag/team}${*}?", has_variables=True).pattern(VALUES.get)

    assert found is not None
    assert found.matches("xxr*d*x")
    assert not found.matches("xxred*x")
    assert not found.matches("xxr*dxx")


def test_variables_of_a_resource_come_after_its_fifth_colon() -> None:
    """Before it they are plain text, which no ARN has."""
    arn = "arn:aws:kms:us-west-2:111122223333:key/"
    late = after_fifth_colon(f"{arn}${{aws:username}}", has_variables=True)
    early = after_fifth_colon("arn:aws:kms:${aws:username}:1:key/x", has_variables=True)

    empty = after_fifth_colon(":::::${aws:username}", has_variables=True)

    assert empty.plain(VALUES.get) == ":::::ann"
    assert late.plain(VALUES.get) == f"{arn}ann"
    assert early.plain(VALUES.get) == "arn:aws:kms:${aws:username}:1:key/x"
