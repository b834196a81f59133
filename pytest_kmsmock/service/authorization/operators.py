"""
The condition operators: how a value of a request is compared with one of a policy.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import ipaddress
import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, Literal

import attrs

from .condition_keys.row import Value
from .variables import Lookup, Template
from .wildcards import Pattern, Piece, pattern_of

# A value of a request, and a value of a policy: are they as the operator says?
Comparison = Callable[[Value, Template, Lookup], bool]
Type = Literal["String", "Numeric", "Date", "Bool", "Binary", "IP", "ARN", "Null"]


@attrs.frozen(kw_only=True)
class Operator:
    """
    A row: an operator, without what can stand before and after its name.

    Attributes:
        compares: Tells whether a value of a request fits one of a policy. A value that is
            none of the operator's type fits nothing.
        is_negated: It is true where nothing fits.
        has_variables: Values of policies can have variables.
    """

    name: str
    type: Type
    compares: Comparison
    is_negated: bool = False
    has_variables: bool = False


def text_of(value: Value) -> str:
    """Return *value* as a string operator sees it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _string(compare: Callable[[str, str], bool]) -> Comparison:
    def compares(value: Value, wanted: Template, look_up: Lookup) -> bool:
        text = wanted.plain(look_up)
        return text is not None and compare(text_of(value), text)

    return compares


def _like(value: Value, wanted: Template, look_up: Lookup) -> bool:
    pattern = wanted.pattern(look_up)
    return pattern is not None and pattern.matches(text_of(value))


def _parsed(parse: Callable[[Any], Any], compare: Callable[[Any, Any], bool]) -> Comparison:
    """Return the comparison of what *parse* makes of both sides, None if it can make nothing."""

    def compares(value: Value, wanted: Template, look_up: Lookup) -> bool:
        left, right = parse(value), parse(wanted.text)
        return left is not None and right is not None and compare(left, right)

    return compares


_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_LONGEST_NUMBER: Final = 64


def _number(value: Value) -> Decimal | None:
    text = text_of(value).strip()
    if len(text) > _LONGEST_NUMBER or _NUMBER.fullmatch(text) is None:
        return None
    return Decimal(text)


def _instant(value: Value) -> float | None:
    """Return seconds since the epoch, of ISO 8601 or of such seconds."""
    number = _number(value)
    if number is not None:
        return float(number)
    try:
        moment = dt.datetime.fromisoformat(text_of(value).strip())
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or dt.UTC).timestamp()


def _boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def _bool(value: Value, wanted: Template, look_up: Lookup) -> bool:
    left, right = _boolean(text_of(value)), _boolean(wanted.plain(look_up) or "")
    return left is not None and left is right


def _binary(value: Value) -> bytes | None:
    try:
        return base64.b64decode(text_of(value), validate=True)
    except (binascii.Error, ValueError):
        return None


def _is_within(value: Value, wanted: Template, look_up: Lookup) -> bool:
    try:
        address = ipaddress.ip_address(text_of(value))
        network = ipaddress.ip_network(wanted.text, strict=False)
    except ValueError:
        return False
    return address in network


def _arn(value: Value, wanted: Template, look_up: Lookup) -> bool:
    pieces = wanted.pieces(look_up)
    if pieces is None:
        return False
    patterns = _arn_patterns(pieces)
    if len(patterns) == 1 and patterns[0].is_anything:
        return True
    parts = text_of(value).split(":", 5)
    return (
        len(parts) == len(patterns) == 6
        and parts[0] == "arn"
        and all(pattern.matches(part) for pattern, part in zip(patterns, parts, strict=True))
    )


def _arn_patterns(pieces: list[Piece]) -> list[Pattern]:
    """Return a pattern for each part of an ARN; the sixth has the colons that are left."""
    parts: list[list[Piece]] = [[]]
    for text, is_wild in pieces:
        first, *others = text.split(":", 6 - len(parts))
        parts[-1].append((first, is_wild))
        parts.extend([(other, is_wild)] for other in others)
    return [pattern_of(part) for part in parts]


def _family(
    type_: Type, compare_as: Callable[[Callable[[Any, Any], bool]], Comparison]
) -> list[Operator]:
    """Return the six operators of numbers or dates."""
    comparisons: Mapping[str, Callable[[Any, Any], bool]] = {
        "Equals": operator.eq,
        "LessThan": operator.lt,
        "LessThanEquals": operator.le,
        "GreaterThan": operator.gt,
        "GreaterThanEquals": operator.ge,
    }
    found = [
        Operator(name=f"{type_}{name}", type=type_, compares=compare_as(compare))
        for name, compare in comparisons.items()
    ]
    return [*found, attrs.evolve(found[0], name=f"{type_}NotEquals", is_negated=True)]


def _pair(name: str, negated_name: str, type_: Type, compares: Comparison) -> list[Operator]:
    """Return an operator and the one that says the opposite."""
    has_variables = type_ in ("String", "ARN")
    positive = Operator(name=name, type=type_, compares=compares, has_variables=has_variables)
    return [positive, attrs.evolve(positive, name=negated_name, is_negated=True)]


def _never(value: Value, wanted: Template, look_up: Lookup) -> bool:
    raise AssertionError("Null asks whether there is a value, not for the value")


_equal: Final = _string(operator.eq)
_equal_ignoring_case: Final = _string(lambda left, right: left.lower() == right.lower())

OPERATORS: Final[Mapping[str, Operator]] = {
    row.name: row
    for row in (
        *_pair("StringEquals", "StringNotEquals", "String", _equal),
        *_pair(
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
            "String",
            _equal_ignoring_case,
        ),
        *_pair("StringLike", "StringNotLike", "String", _like),
        *_family("Numeric", lambda compare: _parsed(_number, compare)),
        *_family("Date", lambda compare: _parsed(_instant, compare)),
        Operator(name="Bool", type="Bool", compares=_bool, has_variables=True),
        Operator(name="BinaryEquals", type="Binary", compares=_parsed(_binary, operator.eq)),
        *_pair("IpAddress", "NotIpAddress", "IP", _is_within),
        *_pair("ArnEquals", "ArnNotEquals", "ARN", _arn),
        *_pair("ArnLike", "ArnNotLike", "ARN", _arn),
        Operator(name="Null", type="Null", compares=_never),
    )
}
