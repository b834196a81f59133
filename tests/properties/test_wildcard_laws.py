"""Laws of wildcards: they are those of the shell, and no pattern takes long."""

from __future__ import annotations

import fnmatch
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_kmsmock.service.authorization.wildcards import pattern

# Few letters, so that they often match; no brackets, which are wild in the shell.
texts = st.text("ab:", max_size=20)
patterns = st.text("ab:*?", max_size=12)


@given(text=texts, wild=patterns)
def test_wildcards_are_those_of_the_shell_without_brackets(text: str, wild: str) -> None:
    """``*`` is any text, also none, and ``?`` any one character."""
    assert pattern(wild).matches(text) is fnmatch.fnmatchcase(text, wild)


@given(wild=patterns)
def test_what_a_pattern_was_made_from_matches_it(wild: str) -> None:
    """Whatever stands for the wildcards, line ends among it."""
    text = wild.replace("*", "a\nb").replace("?", "\n")

    assert pattern(wild).matches(text)


@given(text=st.text(max_size=20))
def test_a_text_without_wildcards_matches_itself_alone(text: str) -> None:
    """No character but the two is special, and case matters."""
    plain = text.replace("*", "").replace("?", "")

    assert pattern(plain).matches(plain)
    assert not pattern(plain).matches(f"{plain}x")
    assert not pattern(f"{plain}x").matches(plain)
    assert pattern(plain).matches(plain.swapcase()) is (plain == plain.swapcase())


@pytest.mark.parametrize(
    "wild",
    [
        "*" * 32_000 + "!",
        "*a" * 16_000 + "!",
        "?*" * 16_000 + "!",
        "*" + "a" * 16_000 + "!",
        "*" + "?" * 16_000 + "!",
        "*" + "a?" * 8_000 + "b*!",
        "*?a?a?b" * 4_000 + "*",
    ],
    ids=lambda wild: wild[:8],
)
def test_no_pattern_takes_long(wild: str) -> None:
    """Also not the longest policy's, on a text that is nearly what it says."""
    text = "a" * 32_000
    start = time.process_time()

    assert not pattern(wild).matches(text)

    # As regular expressions, most of these would take longer than anybody waits.
    assert time.process_time() - start < 5
