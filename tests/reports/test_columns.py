"""Columns of a terminal."""

from __future__ import annotations

import pytest

from pytest_kmsmock.reports.columns import (
    WIDTH,
    end_of,
    printable,
    shortened,
    width,
    wrapped,
)


@pytest.mark.parametrize(
    ("text", "columns"), [("", 0), ("alias/app", 9), ("größe", 5), ("gro\u0308ße", 5), ("日本", 4)]
)
def test_letters_of_east_asia_take_two_columns(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        ("alias/app", 9, "alias/app"),
        ("alias/app", 8, "alias/a…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("alias/app", 1, "…"),
        ("alias/app", 0, ""),
    ],
)
def test_what_does_not_fit_is_cut(text: str, room: int, expected: str) -> None:
    """A reader sees that it was."""
    assert shortened(text, room) == expected


def test_of_a_path_the_end_is_kept() -> None:
    assert end_of("application/vault.py:12", 12) == "…vault.py:12"
    assert end_of("vault.py:12", 12) == "vault.py:12"


def test_what_would_move_the_cursor_is_escaped() -> None:
    assert printable("alias/\x1b[2J\nöffnen") == "alias/\\x1b[2J\\nöffnen"


def test_a_text_is_broken_at_spaces() -> None:
    lines = wrapped("word " * 30, "- ", "  ")

    assert [line[:2] for line in lines] == ["- ", "  "]
    assert " ".join(line[2:] for line in lines).split() == ["word"] * 30
    assert all(len(line) <= WIDTH for line in lines)


@pytest.mark.parametrize("letter", ["x", "語"])
def test_a_word_that_is_longer_is_broken_within(letter: str) -> None:
    """An ARN can be: it stands on lines of its own."""
    lines = wrapped(f"see {letter * 100} there", "    ")

    assert lines[0] == "    see"
    assert all(width(line) <= WIDTH for line in lines)
    assert "".join(lines).replace(" ", "") == f"see{letter * 100}there"


def test_a_word_that_just_does_not_fit_is_less_indented() -> None:
    """The ARN of a key can be copied from its line."""
    arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555;"

    assert wrapped(f"see {arn} there", "    ", "      ")[1] == f"    {arn}"
