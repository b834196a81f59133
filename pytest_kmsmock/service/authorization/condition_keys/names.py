"""
Names of condition keys: which row a name in a document means.

The case of a name does not matter, nor that of what follows a row's own name.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from ...misuse import KmsMockError, suggestion
from ..query import Situation
from . import of_all_services, of_kms
from .row import ConditionKey, Value

CONDITION_KEYS: Final = (*of_kms.KEYS, *of_all_services.KEYS)

_EXACT: Final[Mapping[str, ConditionKey]] = {
    row.name.lower(): row for row in CONDITION_KEYS if row.follows is None
}
_BEGINNINGS: Final = [row for row in CONDITION_KEYS if row.follows is not None]


@attrs.frozen
class NamedKey:
    """
    A condition key as somebody wrote it.

    Attributes:
        text: As it was written.
        row: What it is.
        rest: What follows the row's name.
    """

    text: str
    row: ConditionKey
    rest: str

    def value(self, at: Situation) -> Value:
        """Return what it is in the situation; None if it is missing."""
        return self.row.value(at, self.rest)


@functools.lru_cache(maxsize=4096)
def find(text: str) -> NamedKey | None:
    """Return the condition key that *text* names; None if nobody knows it."""
    lower = text.lower()
    row = _EXACT.get(lower)
    if row is not None:
        return NamedKey(text, row, "")
    for row in _BEGINNINGS:
        rest = text[len(row.name) :]
        if lower.startswith(row.name.lower()) and row.follows is not None and row.follows(rest):
            return NamedKey(text, row, rest)
    return None


def checked_value(key: NamedKey, value: Any) -> Value:
    """Return *value*, which a test says *key* has, or raise `KmsMockError`."""
    __tracebackhide__ = True
    if isinstance(value, dt.datetime):
        value = value.timestamp()
    if isinstance(value, str | bool | int | float):
        return (str(value),) if key.row.is_multivalued else value
    if key.row.is_multivalued and isinstance(value, Iterable):
        values = tuple(value)
        if all(isinstance(each, str) for each in values):
            return values
    kind = "a list of texts" if key.row.is_multivalued else "one text, number, time or truth"
    raise KmsMockError(
        f"context={{{key.text!r}: {value!r}}} makes no sense, as {key.text} has {kind}."
    )


def known(text: str) -> NamedKey:
    """Return the condition key that *text* names, or raise `KmsMockError`."""
    __tracebackhide__ = True
    found = find(text)
    if found is None:
        raise KmsMockError(
            f"pytest-kmsmock does not know the condition key {text!r}."
            f"{suggestion(text, [row.name for row in CONDITION_KEYS])} "
            "Its reference lists those that it evaluates."
        )
    return found
