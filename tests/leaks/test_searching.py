"""Searching a text for secrets, and masking them."""

from __future__ import annotations

import base64
import os

import pytest

from pytest_kmsmock.leaks.handed_out import Secret, needles
from pytest_kmsmock.leaks.searching import first_of_each, masked

KEY, NAME = Secret("a key", needles(bytes(range(200, 232)))), Secret("a name", needles(b"hunter2!"))


def key() -> bytes:
    return bytes(range(200, 232))


def test_each_secret_is_found_once_with_its_form_and_line() -> None:
    text = f"one\ntwo hunter2! hunter2!\nkey={base64.b64encode(key()).decode()}\n"

    found = first_of_each(text, [KEY, NAME])

    assert [(each.secret.origin, each.line, each.form) for each in found] == [
        ("a name", 2, ""),
        ("a key", 3, "base64"),
    ]


@pytest.mark.parametrize(
    "content",
    [key(), b"\xff" + key() + b"\0", key().decode("latin-1").encode(), key().hex().encode()],
)
def test_bytes_are_read_as_they_are_and_as_text(content: bytes) -> None:
    assert [each.secret for each in first_of_each(content, [KEY, NAME])] == [KEY]


def test_a_secret_is_not_shown() -> None:
    [found] = first_of_each("hunter2!", [NAME])

    assert "hunter2" not in repr(found)
    assert "hunter2" not in repr(NAME)


def test_nothing_is_found_where_there_is_nothing() -> None:
    """Neither in what is random, nor in a part of a secret."""
    others = [os.urandom(32) for _ in range(50)]
    text = "\n".join(
        [*(each.hex() for each in others), *(repr(each) for each in others), key()[1:].hex()]
        + [base64.b64encode(each).decode() for each in others]
    )

    assert first_of_each(text, [KEY, NAME]) == []
    assert first_of_each(text, []) == first_of_each("", [KEY]) == []


def test_all_that_is_secret_is_masked_and_nothing_else() -> None:
    text = f"a hunter2! b {key().hex()} c hunter2!hunter2! d %68unter2%21 e"

    assert masked(text, [KEY, NAME]) == "a *** b *** c ****** d *** e"
    assert masked(text, []) == text


def test_overlapping_secrets_are_masked_whole() -> None:
    one, other = Secret("one", needles(b"abcdefghij")), Secret("other", needles(b"fghijklmno"))

    assert masked("<abcdefghijklmno>", [one, other]) == "<***>"
