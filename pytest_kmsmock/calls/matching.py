"""Matching calls: what one must be like, and in what another differs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from types import EllipsisType
from typing import Any, Final

import attrs
from botocore.model import ListShape, MapShape, Shape, StructureShape

from ..backend import Backend
from ..checks import BRIDGED
from ..comparing import decides_itself
from ..handles.finding import arn_of
from ..handles.key import Key, is_name
from ..service.api.shapes import checked_operation, service_model, shapes_of
from ..service.misuse import KmsMockError, suggestion
from .call import Call
from .expecting import Containing, Matching
from .showing import is_secret, shown, shown_value

_ABSENT: Final = object()
Via = str | EllipsisType | None
"""A service of AWS that asks for the caller, None for the caller itself, `ANYHOW` for either."""
ANYHOW: Final = ...
# Parameters that name a key, and one that names an alias.
_NAMING_KEYS: Final = ("KeyId", "TargetKeyId", "SourceKeyId", "DestinationKeyId")
_SUFFIX: Final = ".amazonaws.com"
# What can equal a parameter, by the type of its shape.
_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {
    "string": str,
    "blob": (str, bytes, bytearray, memoryview),
    "integer": (int, float),
    "long": (int, float),
    "boolean": (bool, int),
    "timestamp": (dt.datetime, int, float),
}


@attrs.frozen
class Wanted:
    """What a call must be like."""

    operation: str | None
    arn: str | None
    params: Mapping[str, Any] = attrs.field(repr=False)  # plaintext, for one
    via: Via = ANYHOW

    @classmethod
    def checked(
        cls,
        backend: Backend,
        operation: str | None,
        key: Key | str | None,
        params: Mapping[str, Any],
        via: Via = ANYHOW,
    ) -> Wanted:
        """
        Return it, or raise `KmsMockError` for what no call could ever be like.

        Args:
            backend: The mock that was called, in which *key* is looked for.
        """
        __tracebackhide__ = True
        if operation is not None:
            checked_operation(operation)
        for name, value in params.items():
            _check_param(backend, operation, name, value)
        arn = None if key is None else arn_of(backend, key)
        return cls(operation, arn, params, _checked_via(via))

    def matches(self, call: Call) -> bool:
        return self.operation in (None, call._row.operation) and not self._differing(call)

    def distance(self, call: Call) -> int:
        return len(self.differences(call))

    def differences(self, call: Call) -> list[str]:
        """Return a line for each thing in which *call* is not what is wanted."""
        found: list[str] = []
        for name in self._differing(call):
            if name == "key":
                arns = ", ".join(key.arn for key in call.keys) or "none"
                found.append(f"key: expected {self.arn}, got {arns}")
            elif name == "via":
                found.append(f"via: expected {self.via}, got {call.via}")
            else:
                found += _differences(
                    name,
                    self.params[name],
                    call.params.get(name, _ABSENT),
                    is_secret(name),
                )
        return found

    def shown(self, call: Call) -> str:
        """Return the parameters of *call* that are asked for, or all of it if none is."""
        if not self.params:
            return f"{call.operation}({shown(call.params)})"
        params = {name: call.params[name] for name in self.params if name in call.params}
        return shown(params) or "without them"

    def _differing(self, call: Call) -> list[str]:
        names = [
            name
            for name, expected in self.params.items()
            if not _equal(expected, call._row.params.get(name, _ABSENT))
        ]
        if self.arn is not None and all(key.arn != self.arn for key in call.keys):
            names.append("key")
        if self.via is not ANYHOW and call.via != self.via:
            names.append("via")
        return names

    def __str__(self) -> str:
        """Return what follows "a call"."""
        conditions = [] if self.arn is None else [f"key={self.arn}"]
        if self.via is not ANYHOW:
            conditions.append(f"via={self.via}")
        if self.params:
            conditions.append(shown(self.params))
        operation = f" of kms:{self.operation}" if self.operation else ""
        return operation + (f" with {', '.join(conditions)}" if conditions else "")


def _checked_via(via: Any) -> Via:
    """Return *via* in its long form, or raise `KmsMockError` if no call could be made so."""
    __tracebackhide__ = True
    if via is None or via is ANYHOW:
        return via
    name = via.removesuffix(_SUFFIX) if isinstance(via, str) else None
    if name not in BRIDGED:
        raise KmsMockError(
            f"via={via!r} is no service that the bridge knows.{suggestion(str(name), BRIDGED)} "
            f"It knows {', '.join(BRIDGED)}; via=None is for calls that the application makes "
            "itself."
        )
    return f"{name}{_SUFFIX}"


def _check_param(backend: Backend, operation: str | None, name: str, value: Any) -> None:
    """Raise `KmsMockError` if no call of *operation*, None is any, could have that parameter."""
    __tracebackhide__ = True
    operations = [operation] if operation else service_model().operation_names
    members = {member for each in operations for member in shapes_of(each).members}
    whose = f"kms:{operation or '*'}"
    if name not in members:
        its = f" It has {', '.join(sorted(members))}." if operation else ""
        raise KmsMockError(f"{whose} has no parameter {name!r}.{suggestion(name, members)}{its}")
    found = (shapes_of(each).members.get(name) for each in operations)
    shapes = [shape for shape in found if shape is not None]
    can_name = _can_name(name, value)
    if can_name and any(could_be(value, shape) for shape in shapes):
        return
    given = shown_value(value, is_secret(name))
    known = list(dict.fromkeys(each for shape in shapes for each in _enum_of(shape)))
    refused = ""
    if isinstance(value, str) and (known or not can_name):
        # What AWS refuses can be called with, and then it is no slip of the test's.
        if any(row.params.get(name) == value for row in backend.record.rows):
            return
        refused = f"that KMS refuses, write {name}=matching(lambda value: value == {given})."
    if not can_name:
        raise KmsMockError(
            f"no key and no alias can have the name {name}={given}. Write alias/… for an alias; "
            f"for a name {refused}"
        )
    instead = f" Write key={given}, or {name}=key.arn." if isinstance(value, Key) else ""
    if refused:
        instead = f"{suggestion(value, known)} KMS knows {', '.join(known)}. For a value {refused}"
    raise KmsMockError(f"no call of {whose} could have {name}={given}.{instead}")


def _can_name(name: str, value: Any) -> bool:
    """Tell whether *value* could name what the parameter *name* is for, if it is for a key."""
    if not isinstance(value, str) or decides_itself(value):
        return True
    if name == "AliasName":
        return value.startswith("alias/")
    return name not in _NAMING_KEYS or is_name(value)


def could_be(value: Any, shape: Shape) -> bool:
    """Tell whether a parameter of *shape* could equal *value*."""
    if decides_itself(value) or isinstance(value, Matching):
        return True
    if isinstance(value, Containing):
        return could_be(value.part, shape)
    if isinstance(shape, StructureShape):
        members = shape.members
        return isinstance(value, Mapping) and all(
            name in members and could_be(item, members[name]) for name, item in value.items()
        )
    if isinstance(shape, MapShape):
        return isinstance(value, Mapping) and all(
            # A name is looked up, and nothing but itself is found.
            isinstance(name, str) and could_be(item, shape.value)
            for name, item in value.items()
        )
    if isinstance(shape, ListShape):
        return isinstance(value, list) and all(could_be(item, shape.member) for item in value)
    if shape.type_name in ("integer", "long") and isinstance(value, bool):
        return False
    return isinstance(value, _TYPES[shape.type_name]) and (
        not _enum_of(shape) or value in _enum_of(shape)
    )


def _enum_of(shape: Shape) -> Sequence[str]:
    """Return the values that the model knows; empty if any will do."""
    found: Sequence[str] = getattr(shape, "enum", ())
    return found


def _equal(expected: Any, actual: Any) -> bool:
    # botocore takes text for a blob, and sends it in UTF-8.
    if isinstance(expected, str) and isinstance(actual, bytes):
        return expected.encode() == actual
    # Older ones send whole seconds.
    if isinstance(expected, dt.datetime) and isinstance(actual, float | int):
        return actual in (expected.timestamp(), int(expected.timestamp()))
    # In this order, so that `unittest.mock.ANY` has the say.
    return actual is not _ABSENT and bool(expected == actual)


def _differences(name: str, expected: Any, actual: Any, secret: bool) -> list[str]:
    if actual is _ABSENT:
        return [f"{name}: expected {shown_value(expected, secret)}, but it was not given"]
    if isinstance(actual, Mapping):
        if isinstance(expected, Containing):
            # What else is in it does not matter.
            actual = {each: actual[each] for each in expected.part if each in actual}
            expected = expected.part
        if isinstance(expected, Mapping):
            return _map_differences(name, expected, actual)
    if isinstance(expected, Matching):
        return [f"{name}: expected {expected!r}, which {shown_value(actual, secret)} is not"]
    if isinstance(actual, bytes):
        return [f"{name}: expected other bytes than the {len(actual)} that were given"]
    return [f"{name}: expected {shown_value(expected, secret)}, got {shown_value(actual, secret)}"]


def _map_differences(
    name: str, expected: Mapping[str, Any], actual: Mapping[str, Any]
) -> list[str]:
    found = []
    for key in {**expected, **actual}:
        if key not in actual:
            found.append(
                f"{name}[{key!r}]: expected {shown_value(expected[key])}, but there is no such key"
            )
        elif key not in expected:
            found.append(f"{name}[{key!r}]: not expected, got {shown_value(actual[key])}")
        elif expected[key] != actual[key]:
            wanted, got = shown_value(expected[key]), shown_value(actual[key])
            found.append(f"{name}[{key!r}]: expected {wanted}, got {got}")
    return found
