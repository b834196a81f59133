"""Kinds of members: how the value of one is read, and what it is in a JSON schema."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from ..service.misuse import suggestion
from .seed import Mistakes

Schema = Mapping[str, Any]
Names = Mapping[str, str]
"""What a file calls members, where it has names of its own."""


class WrongError(Exception):
    """The value of a member makes no sense; it says why, and never what a secret is."""


@attrs.frozen
class Kind:
    """
    What the value of a member is.

    Attributes:
        read: Returns the value as it is meant, or raises `WrongError`.
        is_shown: A mistake shows the value; else it is secret, or too long.
        table: Of the members of the mappings that a list of such has.
    """

    read: Callable[[Any], Any]
    schema: Schema
    is_shown: bool = True
    table: Mapping[str, Member] | None = None


@attrs.frozen
class Member:
    """A row of the table: a member by its kind, and what it means in a sentence."""

    kind: Kind
    help: str


def choice(names: Iterable[str]) -> Kind:
    """Return the kind of one of *names*."""
    known = tuple(names)

    def read(value: Any) -> Any:
        if value not in known:
            meant = suggestion(str(value), known)
            raise WrongError(f"is none of {', '.join(known)}{f'.{meant}' if meant else ''}")
        return value

    return Kind(read, {"enum": list(known)})


def matching(pattern: str, what: str, check: Callable[[str], bool]) -> Kind:
    """
    Return the kind of a text.

    Args:
        pattern: For the schema; what *check* accepts in full.
        what: What it should be, as in "a key ID".
    """

    def read(value: Any) -> Any:
        if not isinstance(value, str) or not check(value):
            raise WrongError(f"is not {what}")
        return value

    return Kind(read, {"type": "string", "pattern": pattern})


def list_of(kind: Kind) -> Kind:
    """Return the kind of a list of values of *kind*."""

    def read(value: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise WrongError("is no list")
        return tuple(_item(kind, number, item) for number, item in enumerate(value))

    return Kind(read, {"type": "array", "items": kind.schema}, kind.is_shown)


def _item(kind: Kind, number: int, value: Any) -> Any:
    try:
        return kind.read(value)
    except WrongError as error:
        raise WrongError(f"in [{number}] {error}") from None


def objects(table: Mapping[str, Member], required: Iterable[str] = ()) -> Kind:
    """Return the kind of a list of mappings with the members of *table*."""

    def read(value: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise WrongError("is no list")
        return value

    schema = {"type": "array", "items": schema_of(table, required)}
    return Kind(read, schema, is_shown=False, table=table)


def schema_of(table: Mapping[str, Member], required: Iterable[str] = ()) -> dict[str, Any]:
    """Return the JSON schema of a mapping with the members of *table*."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            name: {**member.kind.schema, "description": member.help}
            for name, member in table.items()
        },
        "additionalProperties": False,
    }
    return schema | ({"required": list(required)} if required else {})


def read_members(
    table: Mapping[str, Member],
    value: Any,
    where: str,
    mistakes: Mistakes,
    names: Names | None = None,
) -> dict[str, Any]:
    """Return the members of *value* that make sense."""
    if not isinstance(value, Mapping):
        mistakes.add(where, f"is no mapping; it can have {', '.join(table)}")
        return {}
    found = {}
    for name, given in value.items():
        member = table.get(name)
        called = (names or {}).get(name, name)
        if member is None:
            mistakes.add(
                where,
                f"there is no member {name!r}.{suggestion(str(name), table)} "
                f"It can have {', '.join(table)}",
            )
            continue
        if given is None:  # as in JSON and YAML what is left out can be
            continue
        try:
            found[name] = member.kind.read(given)
        except WrongError as error:
            shown = f"={_shortened(given)}" if member.kind.is_shown else ""
            mistakes.add(where, f"{called}{shown} {error}")
    return found


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise WrongError("is no text")
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongError("is neither true nor false")
    return value


def _days(value: Any) -> int:
    # A YAML file has texts only.
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if type(value) is not int or not 90 <= value <= 2560:
        raise WrongError("is no number of days from 90 to 2560")
    return value


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(
        isinstance(text, str) for text in (*value, *value.values())
    ):
        raise WrongError("is no mapping of texts to texts")
    return dict(value)


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise WrongError("is no mapping")
    return dict(value)


def _policy(value: Any) -> Any:
    if not isinstance(value, str | Mapping):
        raise WrongError("is neither a policy document nor its JSON")
    return value


def _base64(value: Any) -> bytes:
    if not isinstance(value, str):
        raise WrongError(f"is no text, but of type {type(value).__name__}; write it in Base64")
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        raise WrongError("is no Base64") from None


def _material(value: Any) -> bytes:
    if isinstance(value, str) and "-----BEGIN" in value:
        raise WrongError("is in PEM, which is for private_key")
    if isinstance(value, str) and re.fullmatch("[0-9A-Fa-f]+", value.strip()):
        if len(value.strip()) % 2:
            raise WrongError("has an odd number of hex digits")
        return bytes.fromhex(value)
    if not isinstance(value, str):
        name = type(value).__name__
        raise WrongError(f"is no text, but of type {name}; write its hex digits, or Base64")
    try:
        return _base64(value)
    except WrongError:
        raise WrongError("is neither hex digits nor Base64") from None


_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL)


def _private_key(value: Any) -> str:
    found = _PEM.search(value) if isinstance(value, str) else None
    if found is None:
        raise WrongError("is no private key in PEM")
    if found[1] == "ENCRYPTED PRIVATE KEY" or "Proc-Type: 4,ENCRYPTED" in found[0]:
        raise WrongError("is encrypted; write it without a password")
    return found[0] + "\n"


TEXT = Kind(_text, {"type": "string"})
TRUTH = Kind(_truth, {"type": "boolean"})
DAYS = Kind(_days, {"type": "integer", "minimum": 90, "maximum": 2560})
TEXTS = Kind(_texts, {"type": "object", "additionalProperties": {"type": "string"}})
MAPPING = Kind(_mapping, {"type": "object"}, is_shown=False)
POLICY = Kind(_policy, {"type": ["string", "object"]}, is_shown=False)
BASE64 = Kind(_base64, {"type": "string", "contentEncoding": "base64"}, is_shown=False)
MATERIAL = Kind(_material, {"type": "string"}, is_shown=False)
PRIVATE_KEY = Kind(_private_key, {"type": "string"}, is_shown=False)
