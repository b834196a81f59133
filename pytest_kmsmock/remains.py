"""Remains: what is secret in what was called, or done by a handle, and is not on record."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from .service.values.key import KmsKey
    from .sources import Source

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


class Done(Protocol):
    """What has been called, or done by a handle."""

    @property
    def operation(self) -> str: ...

    @property
    def params(self) -> Mapping[str, Any]: ...

    @property
    def response(self) -> Mapping[str, Any] | None: ...

    @property
    def source(self) -> Source | None: ...

    @property
    def keys(self) -> tuple[KmsKey, ...]: ...


class Beside(NamedTuple):
    """What a test has done by a handle, off the record."""

    operation: str
    params: Mapping[str, Any]
    response: Mapping[str, Any] | None
    source: Source | None
    keys: tuple[KmsKey, ...] = ()

    # What was given and answered may be secret.
    def __repr__(self) -> str:
        return f"<{self.operation} off the record>"


class Value(NamedTuple):
    """
    A secret value.

    Attributes:
        member: Of the request or the response that it was.
        is_given: Of the request.
    """

    value: bytes
    operation: str
    member: str
    is_given: bool
    source: Source | None

    def __repr__(self) -> str:
        return f"<the {self.member} of {self.operation}>"


class Maker(NamedTuple):
    """What has made a key."""

    operation: str
    source: Source | None


class Remains:
    """
    What is secret in what was done and is not on record: by handles, and calls before a `clear`.

    A call takes some kilobytes. A wide mock, whose record is cleared now and then, keeps
    no more of it than must not leak.

    Attributes:
        count: How much was done.
        makers: What has first made each key, by its ARN.
    """

    def __init__(self) -> None:
        self.count = 0
        self.makers: dict[str, Maker] = {}
        self._values: dict[tuple[bytes, str], Value] = {}
        self._keys: dict[int, KmsKey] = {}

    def add(self, done: Done) -> None:
        self.count += 1
        for value in values_of(done):
            self._values.setdefault((value.value, value.operation), value)
        maker = maker_in(done)
        if maker is not None:
            self.makers.setdefault(done.keys[0].arn, maker)
        for key in done.keys:
            for material in key.materials:
                self._keys.setdefault(id(material), key)

    @property
    def values(self) -> Collection[Value]:
        """The values, each once of an operation."""
        return self._values.values()

    @property
    def keys(self) -> Collection[KmsKey]:
        """Keys that have all the key material that there was."""
        return self._keys.values()


def values_of(done: Done) -> list[Value]:
    """Return the values that were handed out, or given."""
    found = []
    for members, values, is_given in (
        (_GIVEN, done.params, True),
        (_ANSWERED, done.response or {}, False),
    ):
        member = members.get(done.operation)
        value = None if member is None else values.get(member)
        if member is not None and isinstance(value, bytes | bytearray):
            found.append(Value(bytes(value), done.operation, member, is_given, done.source))
    return found


def maker_in(done: Done) -> Maker | None:
    """Return *done* if it has made the first of its keys, or material of it."""
    return Maker(done.operation, done.source) if done.keys and done.operation in _MAKING else None
