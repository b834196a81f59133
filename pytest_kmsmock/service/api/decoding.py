"""
Decoding of requests: functions that are compiled from the shapes of their members.

Each takes a value from JSON and returns Python's, and notes the constraints
that it breaks.
"""

from __future__ import annotations

import binascii
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from .errors import SerializationException
from .violations import (
    PRINTED_VALUES_OF_SHAPE,
    camel,
    failed,
    java,
    longest,
    printable,
    shortest,
    wrong_type,
)

Params = dict[str, Any]
# (value from JSON, path, violations found so far) -> value for Python
Decoder = Callable[[Any, str, list[str]], Any]

_INTEGERS: Final = 2**31
_ANY_ASCII: Final = r"^\p{ASCII}+$"
_PATTERNS: Final[Mapping[str, str]] = {"KeyIdType": _ANY_ASCII}


def compile_decoder(shape: Shape, bounds: tuple[int, int] | None = None) -> Decoder:
    low, high = bounds or (shape.metadata.get("min"), shape.metadata.get("max"))
    match shape.type_name:
        case "string":
            return _string(shape, low, high)
        case "blob":
            return _blob(shape, low, high)
        case "integer":
            return _integer(low, high)
        case "boolean":
            return _boolean
        case "timestamp":
            return _timestamp
        case "list":
            assert isinstance(shape, ListShape)
            return _list(shape, low, high)
        case "map":
            assert isinstance(shape, MapShape)
            return _map(shape)
        case "structure":
            assert isinstance(shape, StructureShape)
            return _structure(shape)
    raise TypeError(f"the model of KMS has a shape of an unknown type: {shape!r}")


def _string(shape: Shape, low: int | None, high: int | None) -> Decoder:
    pattern, enum = _pattern(shape), _enum(shape)
    matches = _quick_matcher(pattern) if pattern else None
    minimum, maximum = low or 0, high or float("inf")
    shows_value = not _is_sensitive(shape)
    constraints = _string_constraints(shape, low, high)

    def note_violations(value: str, path: str, violations: list[str]) -> str:
        shown = f"'{printable(value, shape.name)}' " if shows_value else ""
        for holds, constraint in constraints:
            if not holds(value):
                violations.append(failed(f"Value {shown}at '{path}'", constraint))
        return value

    def decode(value: Any, path: str, violations: list[str]) -> str:
        if type(value) is not str:
            raise wrong_type(value, "String")
        if minimum <= len(value) <= maximum and (matches is None or matches(value)):
            return value
        return note_violations(value, path, violations)

    def decode_one_of(value: Any, path: str, violations: list[str]) -> str:
        if type(value) is not str:
            raise wrong_type(value, "String")
        if value in allowed:
            return value
        return note_violations(value, path, violations)

    if enum is None:
        return decode
    # Those that meet the other constraints too.
    allowed = frozenset(v for v in enum if all(holds(v) for holds, _ in constraints))
    return decode_one_of


def _string_constraints(
    shape: Shape, low: int | None, high: int | None
) -> list[tuple[Callable[[str], object], str]]:
    """Return what *shape* asks for and in which words, in the order in which AWS checks it."""
    constraints: list[tuple[Callable[[str], object], str]] = []
    pattern, enum = _pattern(shape), _enum(shape)
    if low is not None:
        constraints.append((lambda value: len(value) >= low, shortest(low)))
    if enum is not None:
        printed = PRINTED_VALUES_OF_SHAPE.get(shape.name) or ", ".join(enum)
        constraints.append((enum.__contains__, f"Member must satisfy enum value set: [{printed}]"))
    if pattern is not None:
        constraints.append(
            (
                _matcher(pattern),
                f"Member must satisfy regular expression pattern: {pattern}",
            )
        )
    if high is not None:
        constraints.append((lambda value: len(value) <= high, longest(high)))
    return constraints


def _blob(shape: Shape, low: int | None, high: int | None) -> Decoder:
    minimum, maximum = low or 0, high or float("inf")

    def decode(value: Any, path: str, violations: list[str]) -> bytes:
        if type(value) is not str:
            raise wrong_type(value, "Blob")
        try:
            decoded = binascii.a2b_base64(value, strict_mode=True)
        except ValueError as error:  # binascii.Error, or that it is not ASCII
            raise SerializationException(f"Invalid Base64 at '{camel(path)}': {error}") from None
        if not minimum <= len(decoded) <= maximum:
            _check_length(len(decoded), low, high, f"Value at '{path}'", violations)
        return decoded

    return decode


def _integer(low: int | None, high: int | None) -> Decoder:
    def decode(value: Any, path: str, violations: list[str]) -> int:
        # Inferred: the model's integers have 32 bits, and Java's parser refuses longer ones.
        if type(value) is not int or not -_INTEGERS <= value < _INTEGERS:
            raise wrong_type(value, "Integer")
        if high is not None and value > high:
            limit = f"Member must have value less than or equal to {high}"
            violations.append(failed(f"Value '{value}' at '{path}'", limit))
        if low is not None and value < low:
            limit = f"Member must have value greater than or equal to {low}"
            violations.append(failed(f"Value '{value}' at '{path}'", limit))
        return value

    return decode


def _boolean(value: Any, path: str, violations: list[str]) -> bool:
    if type(value) is not bool:
        raise wrong_type(value, "Boolean")
    return value


def _timestamp(value: Any, path: str, violations: list[str]) -> float:
    # Inferred: what Java's doubles are not is answered as what is no number.
    if type(value) not in (int, float) or not -sys.float_info.max <= value <= sys.float_info.max:
        raise wrong_type(value, "Timestamp")
    return float(value)


def _list(shape: ListShape, low: int | None, high: int | None) -> Decoder:
    member = shape.member
    decode_member = compile_decoder(member)
    is_scalar = member.type_name == "string"
    minimum, maximum = low or 0, high or float("inf")

    def decode(value: Any, path: str, violations: list[str]) -> list[Any]:
        if type(value) is not list:
            raise wrong_type(value, "List")
        inner: list[str] = []
        decoded = [
            decode_member(item, f"{path}.{number}.member", inner)
            for number, item in enumerate(value, 1)
            if item is not None
        ]
        if inner or not minimum <= len(value) <= maximum:
            # Without the members that the model does not know, as AWS has not read them.
            shown = f"Value '{java(value if is_scalar else decoded)}' at '{path}'"
            if inner and is_scalar:
                violations.append(failed(shown, _every(member)))
            else:
                violations += inner
            _check_length(len(value), low, high, shown, violations)
        return decoded

    return decode


def _map(shape: MapShape) -> Decoder:
    decode_key, decode_value = compile_decoder(shape.key), compile_decoder(shape.value)

    def decode(value: Any, path: str, violations: list[str]) -> dict[str, Any]:
        if type(value) is not dict:
            raise wrong_type(value, "Map")
        return {
            decode_key(key, f"{path}.key", violations): decode_value(
                item, f"{path}.{key}.member", violations
            )
            for key, item in value.items()
        }

    return decode


def _structure(shape: StructureShape) -> Decoder:
    decoders = {name: compile_decoder(member) for name, member in shape.members.items()}
    required = tuple(shape.required_members)

    def decode(value: Any, path: str, violations: list[str]) -> Params:
        if type(value) is not dict:
            raise wrong_type(value, "Structure")
        decoded = {}
        for name, decoder in decoders.items():
            item = value.get(name)
            inner_path = f"{path}.{camel(name)}"
            if item is not None:
                decoded[name] = decoder(item, inner_path, violations)
            elif name in required:
                violations.append(missing(shape.members[name], inner_path))
        return decoded

    return decode


def _pattern(shape: Shape) -> str | None:
    pattern: str | None = _PATTERNS.get(shape.name) or shape.metadata.get("pattern")
    return pattern


def _matcher(pattern: str) -> Callable[[str], object]:
    """Return what tells whether a text matches *pattern*, a Java regular expression."""
    # `re` compiles it when there is a text. Java's \\w is ASCII alone.
    python = pattern.replace(r"\p{ASCII}", r"[\x00-\x7f]")
    return lambda text: re.fullmatch(python, text, re.ASCII)


def _quick_matcher(pattern: str) -> Callable[[str], object]:
    """Return what tells whether a text, not an empty one, matches *pattern*."""
    return str.isascii if pattern == _ANY_ASCII else _matcher(pattern)


def _enum(shape: Shape) -> tuple[str, ...] | None:
    values = shape.enum if isinstance(shape, StringShape) else ()
    return tuple(values) if values else None


def _is_sensitive(shape: Shape) -> bool:
    return bool(shape.metadata.get("sensitive"))


def _check_length(
    length: int, low: int | None, high: int | None, shown: str, violations: list[str]
) -> None:
    if high is not None and length > high:
        violations.append(failed(shown, longest(high)))
    if low is not None and length < low:
        violations.append(failed(shown, shortest(low)))


def _every(member: Shape) -> str:
    """Return the constraint that a list of strings fails when one of them does."""
    low, high = member.metadata.get("min"), member.metadata.get("max")
    texts = [text for _, text in _string_constraints(member, low, high)]
    if low is not None:  # the first, which here is printed last
        texts = [*texts[1:], texts[0]]
    return f"Member must satisfy constraint: [{', '.join(texts)}]"


def missing(shape: Shape, path: str) -> str:
    null = "" if _is_sensitive(shape) else "null "
    return failed(f"Value {null}at '{path}'", "Member must not be null")
