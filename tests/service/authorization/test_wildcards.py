"""Wildcards: what they fit, and that they always answer."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_kmsmock.service.authorization.wildcards import pattern, pattern_of


@pytest.mark.parametrize(
    ("text", "fitting", "others"),
    [
        ("*", ["", "a", "a:b/c\n"], []),
        ("", [""], ["a"]),
        ("a", ["a"], ["", "A", "aa"]),
        ("a*", ["a", "ab", "a:b/c"], ["", "ba"]),
        ("*a", ["a", "ba", "aaa"], ["", "ab"]),
        ("a*a", ["aa", "aba"], ["a", "ab"]),
        ("*ab*", ["ab", "xabx", "aab"], ["", "a", "ba"]),
        ("*a*b*", ["ab", "aXb", "ba ab"], ["ba"]),
        ("?", ["a", "*"], ["", "ab"]),
        ("a?c", ["abc", "a?c"], ["ac", "abbc"]),
        ("*a?c", ["abc", "xabc", "aabc"], ["abcd"]),
        ("?*?", ["ab", "abc"], ["", "a"]),
        ("*b?d*", ["abcde", "bxd", "bbbdx"], ["bd", "bxxd"]),
        ("a.c", ["a.c"], ["abc"]),
        ("[ab]", ["[ab]"], ["a"]),
        ("a\\*", ["a\\", "a\\b"], ["a*"]),
    ],
)
def test_what_a_pattern_fits(text: str, fitting: list[str], others: list[str]) -> None:
    """``*`` is any run of characters, ``?`` any one, and nothing else is special."""
    assert [each for each in [*fitting, *others] if pattern(text).matches(each)] == fitting


@given(
    text=st.text("ab*?", max_size=12),
    name=st.text("abc", max_size=12),
)
def test_a_pattern_is_what_a_regular_expression_would_say(text: str, name: str) -> None:
    """On texts so short that a regular expression answers too."""
    expression = re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")

    assert pattern(text).matches(name) is bool(re.fullmatch(expression, name, re.DOTALL))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("*******!", "a" * 100_000),
        ("*" * 30_000 + "!", "a" * 8_000),
        ("*a" * 10_000 + "b", "a" * 30_000),
        ("*" + "a?" * 4_000 + "b*", "a" * 20_000),
        ("*aaaaaaaab" * 1_000 + "c", "a" * 30_000),
    ],
    ids=["issue", "stars", "runs", "question marks", "near misses"],
)
def test_a_pattern_that_does_not_fit_says_so(text: str, name: str) -> None:
    """Time grows with the text; a regular expression would try every way to fit it."""
    assert pattern(text).matches(name) is False


def test_a_star_that_comes_out_of_a_value_is_a_character() -> None:
    """Only what stands in the policy is wild."""
    found = pattern_of([("a*", True), ("*?", False), ("?", True)])

    assert found.matches("abc*?d")
    assert not found.matches("abcdef")
