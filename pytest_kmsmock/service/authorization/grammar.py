"""
Grammar: what documents of all kinds have in common.

Source: IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

import functools
import re
from typing import Any, Final, Literal, NamedTuple

Quantifier = Literal["ForAllValues", "ForAnyValue"]

VERSIONS: Final = ("2012-10-17", "2008-10-17")
VERSION_WITH_VARIABLES: Final = "2012-10-17"

_IF_EXISTS: Final = "IfExists"
_COMPARISONS: Final = ("LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
OPERATOR_NAMES: Final = frozenset(
    {
        *("StringEquals", "StringNotEquals", "StringLike", "StringNotLike"),
        *("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
        *(f"Numeric{name}" for name in ("Equals", "NotEquals", *_COMPARISONS)),
        *(f"Date{name}" for name in ("Equals", "NotEquals", *_COMPARISONS)),
        *("Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "Null"),
        *("ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"),
    }
)


class OperatorName(NamedTuple):
    """
    What a condition begins with, ``ForAnyValue:StringEqualsIfExists``.

    Attributes:
        text: As it was written.
        base: The operator itself, one of `OPERATOR_NAMES`.
        quantifier: What stands before it, if anything does.
        if_exists: It ends with IfExists.
    """

    text: str
    base: str
    quantifier: Quantifier | None
    if_exists: bool


@functools.lru_cache(maxsize=256)
def operator_named(text: str) -> OperatorName | None:
    """Return what *text* means, None if there is no such operator; its case matters."""
    before, colon, name = text.rpartition(":")
    quantifier: Quantifier | None = None
    if before == "ForAllValues":
        quantifier = "ForAllValues"
    elif before == "ForAnyValue":
        quantifier = "ForAnyValue"
    elif colon:
        return None
    base = name.removesuffix(_IF_EXISTS)
    if base not in OPERATOR_NAMES or (base == "Null" and (name != base or quantifier)):
        return None
    return OperatorName(text, base, quantifier, name != base)


def is_action(text: str) -> bool:
    """Tell whether *text* is like ``service:name``, or a star."""
    return re.fullmatch(r"\*|[^:\s]+:\S+", text) is not None


def is_condition(condition: Any) -> bool:
    """Tell whether *condition* is a map of operators to maps of condition keys to values."""
    return isinstance(condition, dict) and all(
        isinstance(keys, dict) and keys and all(map(_are_values, keys.values()))
        for keys in condition.values()
    )


def _are_values(values: Any) -> bool:
    return all(isinstance(value, str | bool | int | float) for value in as_list(values))


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
