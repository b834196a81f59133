"""
Wildcards: ``*`` stands for any run of characters, ``?`` for any one.

A pattern is matched in time linear in the text: what lies between two stars is
looked for from left to right, and nothing is ever tried again. Regular
expressions try again, so that ``*******!`` would never answer.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Final

import attrs

# Text, and whether its stars and question marks are wild.
Piece = tuple[str, bool]

_ANY_ONE: Final = object()


@attrs.frozen
class _Run:
    """
    What lies between two stars, where question marks are in it.

    Attributes:
        masks: For each character, a bit for each place of the run that it fits.
        wild: The bits of the places that any character fits.
    """

    length: int
    masks: dict[str, int]
    wild: int

    def find(self, text: str, start: int, end: int) -> int:
        """Return where the run first lies in ``text[start:end]``, or -1."""
        masks, wild, last, places = self.masks, self.wild, 1 << self.length - 1, 0
        for index in range(start, end):
            places = (places << 1 | 1) & masks.get(text[index], wild)
            if places & last:
                return index + 1 - self.length
        return -1


@attrs.frozen
class Pattern:
    """
    A text with wildcards, ready to be matched.

    Attributes:
        runs: What lies between the stars; the first begins the text and the last
            ends it. One run alone is all of the text.
        is_anything: It is a star alone, so that it also fits what has no name.
    """

    runs: tuple[str | _Run, ...]
    shortest: int
    is_anything: bool

    def matches(self, text: str) -> bool:
        if self.is_anything:
            return True
        runs = self.runs
        if len(text) < self.shortest:
            return False
        if len(runs) == 1:
            return len(text) == self.shortest and _find(runs[0], text, 0, len(text)) == 0
        first, *middle, last = runs
        # So are most: a beginning, or a beginning and an end.
        if not middle and isinstance(first, str) and isinstance(last, str):
            return text.startswith(first) and text.endswith(last)
        position = _length(first)
        end = len(text) - _length(last)
        if _find(first, text, 0, position) != 0 or _find(last, text, end, len(text)) != end:
            return False
        for run in middle:
            found = _find(run, text, position, end)
            if found < 0:
                return False
            position = found + _length(run)
        return True


@functools.lru_cache(maxsize=4096)
def pattern(text: str) -> Pattern:
    """Return the pattern that *text* is."""
    return pattern_of([(text, True)])


def pattern_of(pieces: Iterable[Piece]) -> Pattern:
    """Return the pattern that *pieces* are together."""
    runs: list[list[object]] = [[]]
    for text, is_wild in pieces:
        for character in text:
            if is_wild and character == "*":
                runs.append([])
            else:
                runs[-1].append(_ANY_ONE if is_wild and character == "?" else character)
    # Two stars are as good as one.
    last = len(runs) - 1
    kept = [run for index, run in enumerate(runs) if run or index in (0, last)]
    return Pattern(
        runs=tuple(_run(run) for run in kept),
        shortest=sum(map(len, kept)),
        is_anything=len(kept) == 2 and not any(kept),
    )


def _run(characters: list[object]) -> str | _Run:
    if _ANY_ONE not in characters:
        return "".join(str(character) for character in characters)
    wild = sum(1 << place for place, each in enumerate(characters) if each is _ANY_ONE)
    masks: dict[str, int] = {}
    for place, character in enumerate(characters):
        if isinstance(character, str):
            masks[character] = masks.get(character, wild) | 1 << place
    return _Run(len(characters), masks, wild)


def _find(run: str | _Run, text: str, start: int, end: int) -> int:
    if isinstance(run, _Run):
        return run.find(text, start, end)
    return text.find(run, start, end)


def _length(run: str | _Run) -> int:
    return run.length if isinstance(run, _Run) else len(run)
