"""Errors for the author of a test, as opposed to what AWS would answer."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable
from typing import Any, Final

# Where users find them, and what the line of pytest's summary shows of them.
PUBLIC: Final = "pytest_kmsmock"

_LEAST_LIKENESS: Final = 0.7
_SHORTEST_PART: Final = 3
_LONGEST: Final = 500


class KmsMockError(Exception):
    """
    The test asked something of pytest-kmsmock that it cannot do.

    Its message says what happened, what there is, and what to write instead.
    It is never an answer of AWS, so no application should catch it.
    """

    __module__ = PUBLIC


class NotMockedError(KmsMockError):
    """The test reached a part of KMS that pytest-kmsmock does not mock yet."""

    __module__ = PUBLIC


class NoSuchAttributeError(KmsMockError, AttributeError):
    """The test asked for an attribute that a handle or a mock does not have."""

    __module__ = PUBLIC


class UnforeseenError(KmsMockError):
    """A call met an error that the service did not foresee, which is a bug of its own."""

    __module__ = PUBLIC

    def __init__(self, operation: str, error: Exception) -> None:
        super().__init__(
            f"pytest-kmsmock did not foresee this call of kms:{operation}: it met a "
            f"{type(error).__name__} in {_place_of(error)}. The call has changed nothing. "
            "That is a bug of pytest-kmsmock, not of your test: please report it, with this "
            "message and the parameters of the call."
        )


def _place_of(error: Exception) -> str:
    """Return the line of this package, the innermost one, where *error* passed."""
    package = __name__.partition(".")[0]
    place = package
    for frame, line in traceback.walk_tb(error.__traceback__):
        name = frame.f_globals.get("__name__", "")
        if name.partition(".")[0] == package:
            place = f"{name}, line {line}"
    return place


def suggestion(given: str, possible: Iterable[str]) -> str:
    """
    Return `` Did you mean 'x'?`` for the closest of *possible*, or nothing.

    One that contains what was given, or is part of it, is closer than one that looks like it.
    """
    if len(given) > _LONGEST:  # nobody has mistyped that, and to compare it takes long
        return ""
    plain = _plain(given)
    names = {name: _plain(name) for name in possible}
    parts = [
        name
        for name, other in names.items()
        if (plain in other or other in plain) and min(len(plain), len(other)) >= _SHORTEST_PART
    ]
    if parts:
        close = min(parts, key=lambda name: abs(len(names[name]) - len(plain)))
        return f" Did you mean {close!r}?"
    import difflib  # not at the top: pytest's start imports this module

    alike = {
        name: difflib.SequenceMatcher(None, plain, other).ratio() for name, other in names.items()
    }
    best = max(alike, key=alike.__getitem__, default=None)
    if best is None or alike[best] < _LEAST_LIKENESS:
        return ""
    return f" Did you mean {best!r}?"


def no_attribute(owner: Any, what: str, name: str, instead: str = "") -> Exception:
    """Return the error for *name*, which *owner*, *what*, does not have."""
    if name.startswith("_"):
        # Python and others look for such names, and expect no more than that.
        return AttributeError(f"{type(owner).__name__!r} object has no attribute {name!r}")
    names = [each for each in dir(type(owner)) if not each.startswith("_")]
    instead = f"; {instead}." if instead else f".{suggestion(name, names)}"
    return NoSuchAttributeError(f"{what} has no attribute {name!r}{instead}")


def _plain(name: str) -> str:
    """Return *name* without what tells ways of writing apart, and the ending of all errors."""
    letters = re.sub("[^a-z0-9]", "", name.lower())
    return letters.removesuffix("exception") or letters
