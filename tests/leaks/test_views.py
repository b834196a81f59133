"""Views of a text: what is encoded in it is read, and found again where it stands."""

from __future__ import annotations

import base64
import json
import pprint
import textwrap
import urllib.parse
from collections.abc import Callable

import pytest

from pytest_kmsmock.leaks.views import views_of

SECRET = b'it\'s "my" secret/ \xc3\xa4+%\n'


def places_of(text: str, needle: str) -> list[str]:
    """Return the parts of *text* in which *needle* is found, in whatever view."""
    found = []
    for view in views_of(text, longest=len(needle)):
        at = view.text.find(needle) if view.is_readable else -1
        if at >= 0:
            start, end = view.place(at, at + len(needle))
            found.append(text[start:end])
    return found


ENCODINGS: dict[str, Callable[[str], str]] = {
    "itself": lambda text: text,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON in JSON": lambda text: json.dumps(json.dumps(text))[3:-3],
    "repr": lambda text: repr(text)[1:-1],
    "repr of bytes": lambda text: repr(text.encode("latin-1"))[2:-1],
    "percent": lambda text: urllib.parse.quote(text.encode("latin-1")),
    "percent twice": lambda text: urllib.parse.quote(urllib.parse.quote(text.encode("latin-1"))),
    "form": lambda text: urllib.parse.quote_plus(text.encode("latin-1")),
    "hex": lambda text: text.encode("latin-1").hex(),
    "HEX": lambda text: text.encode("latin-1").hex().upper(),
    "hex with colons": lambda text: text.encode("latin-1").hex(":"),
    "hex in fours": lambda text: text.encode("latin-1").hex(" ", 2),
    "hex in lines": lambda text: "\n  ".join(textwrap.wrap(text.encode("latin-1").hex(" "), 24)),
    "base64": lambda text: base64.b64encode(text.encode("latin-1")).decode().rstrip("="),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode("latin-1")).decode().rstrip("="),
    "a list": lambda text: ", ".join(map(str, text.encode("latin-1"))),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("around", ["{}", "it is {} there", "a=1\nb='{}'\nc=3"])
def test_what_is_encoded_is_read_and_found_where_it_stands(encoding: str, around: str) -> None:
    text = SECRET.decode("latin-1")
    encoded = ENCODINGS[encoding](text)

    found = places_of(around.format(encoded), text)

    assert encoded in [place.rstrip("'\n") if encoding != "itself" else place for place in found]


@pytest.mark.parametrize("before", range(7))
@pytest.mark.parametrize("after", range(4))
def test_base64_is_read_at_each_alignment(before: int, after: int) -> None:
    """Within larger base64, and also where more of its letters stand before it."""
    larger = b"#" * before + SECRET + b"#" * after
    text = SECRET.decode("latin-1")

    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        encoded = encode(larger).decode()
        assert places_of(encoded, text)
        assert places_of(f"path-{encoded}", text)


@pytest.mark.parametrize("width", [4, 8, 9, 10, 11, 64, 76])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\n    ", "\nE     ", "\n> "])
def test_base64_is_read_over_line_breaks(width: int, newline: str) -> None:
    """With what indents or marks the lines."""
    encoded = base64.b64encode(b"#" + SECRET * 9).decode()
    lines = textwrap.wrap(encoded, width)

    found = places_of(f"key: |{newline}{newline.join(lines)}\nthe end", SECRET.decode("latin-1"))

    assert found
    assert "the end" not in found[0]


def test_words_on_two_lines_are_no_word() -> None:
    """What is joined is joined for the sake of base64 alone."""
    assert places_of("customers-\nnumber", "customers-number") == []


def test_a_long_literal_that_is_printed_in_parts_is_read() -> None:
    value = bytes(range(64))
    printed = pprint.pformat({"a": {"nested": {"value": value}}})

    assert "\n" in printed
    assert places_of(printed, value.decode("latin-1"))


def test_what_is_encoded_again_is_read() -> None:
    """A PEM in base64, in the JSON of a log."""
    pem = f"-----BEGIN-----\n{base64.encodebytes(SECRET * 9).decode()}-----END-----\n"
    twice = base64.b64encode(pem.encode()).decode()

    for text in (json.dumps({"key": pem}), json.dumps({"key": twice}), repr(twice)):
        assert places_of(text, SECRET.decode("latin-1"))


def test_pairs_of_surrogates_are_a_character() -> None:
    assert places_of(json.dumps("a \U0001f600 b"), "a \U0001f600 b")


def test_a_backslash_that_escapes_nothing_stays() -> None:
    assert places_of(r"C:\dir \d+ \n", "C:\\dir \\d+ \n") == [r"C:\dir \d+ \n"]


def test_what_is_far_from_an_escape_is_read_once() -> None:
    """However long a text is: views of it are not."""
    text = "some words " * 10_000 + r"\n" + " of a log" * 10_000

    views = list(views_of(text, longest=32))

    assert sum(len(view.text) for view in views if view.source is not None) < 2_000
    assert places_of(text, "words \n of") == [r"words \n of"]
