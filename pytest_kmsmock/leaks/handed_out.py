"""What a mock has handed out, or was given, that is secret."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from .. import sources
from ..backend import Backend
from ..crypto.private_parts import private_parts
from ..handles import finding
from ..record import Beside, Row
from ..service.values.key import KmsKey

SHORTEST: Final = 8
"""Shorter values are no secrets: they appear by chance."""

_SHOWN_ORIGINS: Final = 3
# By operation, the member of the request or of the response that is secret.
_GIVEN: Final[Mapping[str, str]] = {"Encrypt": "Plaintext"}
_ANSWERED: Final[Mapping[str, str]] = {
    "Decapsulate": "SharedSecret",
    "Decrypt": "Plaintext",
    "DeriveSharedSecret": "SharedSecret",
    "Encapsulate": "SharedSecret",
    # No operation: what an enclave has made of an answer for it.
    "Enclave.open": "Plaintext",
    "GenerateDataKey": "Plaintext",
    "GenerateDataKeyPair": "PrivateKeyPlaintext",
    "GenerateRandom": "Plaintext",
}
# What makes key material, or brings it.
_MAKING: Final = frozenset(
    (
        *("CreateKey", "ImportKeyMaterial", "ReplicateKey"),
        *("RotateKeyOnDemand", "DeleteImportedKeyMaterial"),
    )
)


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
    rows = backend.record.all_rows()
    for row in rows:
        yield from _of_call(row)
    for beside in backend.record.beside:
        yield from _of_call(beside)
    everywhere = backend.registry.state.all_resources()
    keys = [
        *(key for row in rows for key in row.keys),
        *(key for each in everywhere for key in each.keys),
    ]
    made = {row.keys[0].arn: row for row in reversed(rows) if row.operation in _MAKING and row.keys}
    seen: set[int] = set()
    for key in keys:
        for material in key.materials:
            if material.secret is not None and id(material) not in seen:
                seen.add(id(material))
                yield from _of_material(key, material.secret, backend, made.get(key.arn))


def _of_call(call: Row | Beside) -> Iterator[tuple[bytes, str]]:
    for members, values, verb in (
        (_GIVEN, call.params, "was given"),
        (_ANSWERED, call.response or {}, "returned"),
    ):
        member = members.get(call.operation)
        value = None if member is None else values.get(member)
        if isinstance(value, bytes | bytearray):
            place = sources.shown(call.source)
            origin = f"the {member} that {call.operation} {verb} at {place}"
            yield from _with_parts(bytes(value), origin, member == "PrivateKeyPlaintext")


def _of_material(
    key: KmsKey, secret: bytes, backend: Backend, made: Row | None
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
