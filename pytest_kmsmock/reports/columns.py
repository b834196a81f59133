"""Columns of a terminal: how many a text takes, and what of it fits into some."""

from __future__ import annotations

import textwrap
import unicodedata
from typing import Final

WIDTH: Final = 80
_ELLIPSIS: Final = "…"


def width(text: str) -> int:
    """Return how many columns *text* takes: those of East Asia two, marks on letters none."""
    if text.isascii():
        return len(text)
    return sum(map(_width_of, text))


def _width_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def shortened(text: str, room: int) -> str:
    """Return *text*, or as much of its beginning as fits into *room* columns."""
    if width(text) <= room:
        return text
    left = room - 1
    taken = []
    for character in text:
        left -= _width_of(character)
        if left < 0:
            break
        taken.append(character)
    return f"{''.join(taken)}{_ELLIPSIS}" if room > 0 else ""


def end_of(text: str, room: int) -> str:
    """Return *text*, or as much of its end as fits into *room* columns."""
    shown = shortened(text[::-1], room)
    return shown[::-1]


def printable(text: str) -> str:
    """Return *text* with what would move a terminal's cursor escaped, on one line."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def wrapped(text: str, indent: str = "", hanging: str | None = None) -> list[str]:
    """
    Return *text* as lines, broken at spaces, and a word that is longer, as an ARN can be, within.

    Args:
        indent: What the first line begins with.
        hanging: What the others begin with; None is the same.
    """
    others = indent if hanging is None else hanging
    lines = textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [part for line in lines for part in _parts(line, others)]


def _parts(line: str, indent: str) -> list[str]:
    """Return *line* such that it fits: less indented if that will do, else broken."""
    bare = line.lstrip(" ")
    if WIDTH - len(indent) < width(bare) <= WIDTH:
        return [" " * (WIDTH - width(bare)) + bare]
    parts = []
    while width(line) > WIDTH:
        count = len(shortened(line, WIDTH)) - len(_ELLIPSIS)
        parts.append(line[:count])
        line = indent + line[count:]
    return [*parts, line]
