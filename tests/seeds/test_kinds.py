"""Kinds of members: what each takes, and what it says of the rest."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from pytest_kmsmock.seeds import kinds
from pytest_kmsmock.seeds.kinds import Kind, Member, WrongError

PEM = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        (kinds.MATERIAL, "ABcd", b"\xab\xcd"),
        (kinds.MATERIAL, " abcd\n", b"\xab\xcd"),
        (kinds.MATERIAL, "abc=", base64.b64decode("abc=")),
        (kinds.MATERIAL, "ab cd ef gh", base64.b64decode("abcdefgh")),
        (kinds.BASE64, "abcd", base64.b64decode("abcd")),
        (kinds.PRIVATE_KEY, f"before\n{PEM}\nafter", f"{PEM}\n"),
        (kinds.DAYS, "365", 365),
        (kinds.TEXTS, {"a": "b"}, {"a": "b"}),
        (kinds.list_of(kinds.TEXT), ["a", "b"], ("a", "b")),
        (kinds.choice(["a", "b"]), "b", "b"),
    ],
)
def test_a_value_is_read(kind: Kind, value: Any, read: Any) -> None:
    """Hex digits alone are hex, whatever else they could be in Base64."""
    assert kind.read(value) == read


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        (kinds.TEXT, 5, "is no text"),
        (kinds.TRUTH, 1, "is neither true nor false"),
        (kinds.DAYS, 89, "is no number of days from 90 to 2560"),
        (kinds.DAYS, "a year", "is no number of days"),
        (kinds.TEXTS, {"a": None}, "is no mapping of texts to texts"),
        (kinds.MAPPING, [], "is no mapping"),
        (kinds.POLICY, [], "is neither a policy document nor its JSON"),
        (kinds.BASE64, "a", "is no Base64"),
        (kinds.BASE64, b"abcd", "is no text, but of type bytes"),
        (kinds.MATERIAL, "", None),
        (kinds.PRIVATE_KEY, "-----BEGIN PUBLIC KEY-----", "is no private key in PEM"),
        (kinds.list_of(kinds.TEXT), "ab", "is no list"),
        (kinds.list_of(kinds.TEXT), ["a", 5], r"in \[1\] is no text"),
        (
            kinds.choice(["alpha", "beta"]),
            "alpah",
            r"is none of alpha, beta\. Did you mean 'alpha'",
        ),
        (kinds.choice(["alpha"]), {}, "is none of alpha$"),
        (kinds.matching("a+", "some letters", lambda text: "a" in text), "b", "not some letters"),
    ],
)
def test_what_makes_no_sense_says_why(kind: Kind, value: Any, says: str | None) -> None:
    if says is None:  # what is empty has no bytes, which its reader's rules refuse
        assert kind.read(value) == b""
        return
    with pytest.raises(WrongError, match=says):
        kind.read(value)


def test_the_schema_of_a_table_has_its_members() -> None:
    """And no others."""
    table = {"name": Member(kinds.TEXT, "The name.")}

    assert kinds.schema_of(table, ["name"]) == {
        "type": "object",
        "properties": {"name": {"type": "string", "description": "The name."}},
        "additionalProperties": False,
        "required": ["name"],
    }
    assert kinds.objects(table).schema == {"type": "array", "items": kinds.schema_of(table)}
