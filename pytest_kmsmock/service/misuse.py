"""Errors for the author of a test, as opposed to what AWS would answer."""

from __future__ import annotations

from collections.abc import Iterable


class KmsMockError(Exception):
    """
    The test asked something of pytest-kmsmock that it cannot do.

    Its message says what happened, what there is, and what to write instead.
    It is never an answer of AWS, so no application should catch it.
    """


class NotMockedError(KmsMockError):
    """The test reached a part of KMS that pytest-kmsmock does not mock yet."""


def suggestion(given: str, possible: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?`` for the closest of *possible*, or nothing."""
    import difflib  # not at the top: pytest's start imports this module

    close = difflib.get_close_matches(given, list(possible), n=1, cutoff=0.6)
    return f" Did you mean {close[0]!r}?" if close else ""
