"""What a mock has handed out, or was given, that is secret."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from .. import sources
from ..backend import Backend
from ..crypto.private_parts import private_parts
from ..handles import finding
from ..remains import Maker, Value, maker_in, values_of
from ..service.values.key import KmsKey

SHORTEST: Final = 8
"""Shorter values are no secrets: they appear by chance."""

_SHOWN_ORIGINS: Final = 3


@attrs.frozen(eq=False)
class Secret:
    """
    A value that is secret.

    Attributes:
        origin: What it is, and which call has handed it out.
        needles: The value as a text can have it.
    """

    origin: str
    needles: tuple[str, ...] = attrs.field(repr=False)


def secrets_of(backends: Iterable[Backend]) -> list[Secret]:
    """Return the secrets of *backends*, and of those that they are copies of, each value once."""
    found: dict[bytes, dict[str, None]] = {}
    for backend in _with_outer(backends):
        for value, origin in _of_backend(backend):
            # Zeros are everywhere in files.
            if len(value) >= SHORTEST and value.strip(b"\0"):
                found.setdefault(value, {}).setdefault(origin)
    return [Secret(_told(origins), needles(value)) for value, origins in found.items()]


def _told(origins: Iterable[str]) -> str:
    """Return *origins* as one: most values that are encrypted are decrypted too."""
    told = list(origins)
    left = len(told) - _SHOWN_ORIGINS
    return " and ".join(told[:_SHOWN_ORIGINS]) + (f" and {left} more" if left > 0 else "")


def needles(value: bytes) -> tuple[str, ...]:
    """Return *value* as text can have it: a character a byte, or as UTF-8 as far as it is that."""
    as_bytes = value.decode("latin-1")
    as_text = value.decode("utf-8", "surrogateescape")
    # An escaped byte that has been read, as of `backslashreplace`.
    mixed = "".join(
        chr(ord(each) - 0xDC00) if "\udc80" <= each <= "\udcff" else each for each in as_text
    )
    return tuple(dict.fromkeys((as_bytes, as_text, mixed)))


def _with_outer(backends: Iterable[Backend]) -> Iterator[Backend]:
    seen: set[int] = set()
    for each in backends:
        backend: Backend | None = each
        while backend is not None and id(backend) not in seen:
            seen.add(id(backend))
            yield backend
            backend = backend.outer


def _of_backend(backend: Backend) -> Iterator[tuple[bytes, str]]:
    rows, remains = backend.record.rows, backend.record.remains
    values = itertools.chain(remains.values, *map(values_of, rows))
    for value in values:
        yield from _with_parts(value.value, _origin(value), value.member == "PrivateKeyPlaintext")
    everywhere = backend.registry.state.all_resources()
    keys = [
        *remains.keys,
        *(key for row in rows for key in row.keys),
        *(key for each in everywhere for key in each.keys),
    ]
    made = {row.keys[0].arn: maker for row in reversed(rows) if (maker := maker_in(row))}
    made |= remains.makers
    seen: set[int] = set()
    for key in keys:
        for material in key.materials:
            if material.secret is not None and id(material) not in seen:
                seen.add(id(material))
                yield from _of_material(key, material.secret, backend, made.get(key.arn))


def _origin(value: Value) -> str:
    verb = "was given" if value.is_given else "returned"
    place = sources.shown(value.source)
    return f"the {value.member} that {value.operation} {verb} at {place}"


def _of_material(
    key: KmsKey, secret: bytes, backend: Backend, made: Maker | None
) -> Iterator[tuple[bytes, str]]:
    is_pair = key.spec.kind == "asymmetric"
    aliases = finding.aliases_of(backend, key)
    name = aliases[0] if aliases else key.arn
    by = f", of {made.operation} at {sources.shown(made.source)}" if made is not None else ""
    what = "private key" if is_pair else "key material"
    yield from _with_parts(secret, f"the {what} of {name}{by}", is_pair)


def _with_parts(value: bytes, origin: str, is_pair: bool) -> Iterator[tuple[bytes, str]]:
    yield value, origin
    if is_pair:
        for part in private_parts(value):
            yield part, origin
            number = part.lstrip(b"\0")
            yield number, origin
            if number[:1] < b"\x10":  # in hex its first digit stands alone
                yield number[1:], origin
            # As Python prints it.
            yield str(int.from_bytes(part, "big")).encode(), origin
