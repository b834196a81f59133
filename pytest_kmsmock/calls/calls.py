"""The record of what was called, and the assertions on it."""

from __future__ import annotations

import collections
import datetime as dt
import functools
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, overload

import attrs

from .. import sources
from ..handles.key import Key, find
from ..service.api.shapes import service_model, shapes_of
from ..service.api.times import in_utc
from ..service.misuse import KmsMockError, suggestion
from ..service.serving.request import Request
from ..service.values.key import KmsKey
from ..sources import Source

_SHOWN_CALLS: Final = 5
_ABSENT: Final = object()


@attrs.frozen
class CallError:
    """What AWS refused a call with: the exception's code and message."""

    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code


# Not `frozen`, which would cost more than the rest of the record; read-only by its properties.
@attrs.define(repr=False, eq=False)
class Call:
    """One call of KMS, as the service saw it."""

    _operation: str
    _params: Mapping[str, Any]
    _response: Mapping[str, Any] | None
    _error: CallError | None
    _principal: str
    _account: str
    _region: str
    _request_id: str
    _now: float
    _keys: tuple[KmsKey, ...]
    _source: Source | None
    _retries: int

    @property
    def operation(self) -> str:
        """The operation as in the API, ``GenerateDataKey``."""
        return self._operation

    @property
    def params(self) -> Mapping[str, Any]:
        """The request's members: blobs as bytes, nothing added."""
        return self._params

    @property
    def response(self) -> Mapping[str, Any] | None:
        """What the application got, without ResponseMetadata; None if it got an error."""
        return self._response

    @property
    def error(self) -> CallError | None:
        """What AWS refused the call with, or None."""
        return self._error

    @property
    def principal(self) -> str:
        """The caller's ARN."""
        return self._principal

    @property
    def account(self) -> str:
        """The caller's account."""
        return self._account

    @property
    def region(self) -> str:
        """The client's Region."""
        return self._region

    @property
    def request_id(self) -> str:
        """As in ResponseMetadata."""
        return self._request_id

    @property
    def retries(self) -> int:
        """How often botocore tried again."""
        return self._retries

    @property
    def time(self) -> dt.datetime:
        """When it was, in the service's time; UTC."""
        return in_utc(self._now)

    @property
    def source(self) -> str:
        """The line of the application that made the call, as ``path:line``."""
        return sources.shown(self._source)

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys that the call concerned: ReEncrypt's are the source and the destination."""
        return tuple(Key(key.arn) for key in self._keys)

    @property
    def key(self) -> Key | None:
        """The first of `keys`, or None if there are none."""
        return self.keys[0] if self._keys else None

    @property
    def key_states(self) -> tuple[str, ...]:
        """The states of `keys` when the call was made."""
        return tuple(key.state for key in self._keys)

    def __repr__(self) -> str:
        outcome = f" -> {self.error.code}" if self.error else ""
        return f"<Call {self.operation}({shown(self.params)}){outcome}>"


class Calls(Sequence[Call]):
    """
    The calls that the application made, in order.

    ``kms.calls("Decrypt", key=key, EncryptionContext={…})`` selects some. The
    parameters given must be equal to the call's, others do not matter; a
    nested value is compared whole, so `unittest.mock.ANY` is for one that
    may be anything.
    """

    def __init__(self, calls: Iterable[Call] = ()) -> None:
        self._read = list(calls)
        # The fields of those that nobody has looked at. Most never are.
        self._unread: collections.deque[tuple[Any, ...]] = collections.deque()
        self._reading = threading.Lock()

    def __call__(
        self, operation: str | None = None, *, key: Key | str | None = None, **params: Any
    ) -> Calls:
        __tracebackhide__ = True
        wanted = _Wanted.checked(operation, key, params)
        return Calls(call for call in self if wanted.matches(call))

    def __len__(self) -> int:
        return len(self._all())

    @overload
    def __getitem__(self, index: int) -> Call: ...

    @overload
    def __getitem__(self, index: slice) -> Calls: ...

    def __getitem__(self, index: int | slice) -> Call | Calls:
        return Calls(self._all()[index]) if isinstance(index, slice) else self._all()[index]

    def __iter__(self) -> Iterator[Call]:
        return iter(self._all().copy())

    def __repr__(self) -> str:
        return f"<Calls {list(self)}>"

    @property
    def operations(self) -> list[str]:
        """The operations in the order of the calls."""
        return [call.operation for call in self]

    def clear(self) -> None:
        """Forget the calls so far."""
        with self._reading:
            self._unread.clear()
            self._read.clear()

    def add(
        self,
        request: Request,
        response: Mapping[str, Any] | None,
        error: CallError | None,
        source: Source | None,
        retries: int = 0,
    ) -> None:
        """Put a call on record, without what only the service needed; the mock does it for each."""
        self._unread.append(
            (
                request.operation,
                request.params,
                response,
                error,
                request.principal,
                request.account,
                request.region,
                request.id,
                request.now,
                request.keys,
                source,
                retries,
            )
        )

    def _all(self) -> list[Call]:
        with self._reading:
            while self._unread:
                self._read.append(Call(*self._unread.popleft()))
            return self._read

    def assert_called(
        self,
        operation: str,
        *,
        times: int | None = None,
        key: Key | str | None = None,
        **params: Any,
    ) -> None:
        """Fail unless *operation* was called so, *times* times or at least once."""
        __tracebackhide__ = True
        wanted = _Wanted.checked(operation, key, params)
        count = sum(map(wanted.matches, self))
        if count != times if times is not None else not count:
            expected = "a call" if times is None else f"{times} call{'s' * (times != 1)}"
            raise AssertionError(self._mismatch(wanted, expected, count))

    def assert_called_once(
        self, operation: str, *, key: Key | str | None = None, **params: Any
    ) -> None:
        """Fail unless *operation* was called so, and only once."""
        __tracebackhide__ = True
        self.assert_called(operation, times=1, key=key, **params)

    def assert_not_called(
        self, operation: str | None = None, *, key: Key | str | None = None, **params: Any
    ) -> None:
        """Fail if *operation* was called so; without one, if anything was called."""
        __tracebackhide__ = True
        wanted = _Wanted.checked(operation, key, params)
        found = [call for call in self if wanted.matches(call)]
        if found:
            lines = [f"expected no call{wanted}, got {len(found)}:", *_listed(found, wanted)]
            raise AssertionError("\n".join(lines))

    def assert_order(self, *operations: str) -> None:
        """Fail unless *operations* were called in this order, whatever came between."""
        __tracebackhide__ = True
        if not operations or not all(isinstance(operation, str) for operation in operations):
            raise KmsMockError(
                "assert_order takes the operations one by one; write for example "
                "assert_order('GenerateDataKey', 'Decrypt')."
            )
        for operation in operations:
            check_operation(operation)
        left = iter(self.operations)
        for number, operation in enumerate(operations):
            if operation not in left:
                before = f" after kms:{operations[number - 1]}" if number else ""
                raise AssertionError(
                    f"expected the order {', '.join(operations)}, "
                    f"but there is no kms:{operation}{before}.\n{self._recorded()}"
                )

    def _mismatch(self, wanted: _Wanted, expected: str, count: int) -> str:
        lines = [f"expected {expected}{wanted}, got {count}."]
        of_operation = [call for call in self if call.operation == wanted.operation]
        if of_operation:
            lines.append(f"Calls of kms:{wanted.operation}, the nearest first:")
            lines += _listed(sorted(of_operation, key=wanted.distance), wanted)
        else:
            lines.append(self._recorded())
        return "\n".join(lines)

    def _recorded(self) -> str:
        return f"Recorded calls: {', '.join(self.operations) or 'none'}."


@attrs.frozen
class _Wanted:
    """What a call must be like."""

    operation: str | None
    arn: str | None
    params: Mapping[str, Any]

    @classmethod
    def checked(
        cls, operation: str | None, key: Key | str | None, params: Mapping[str, Any]
    ) -> _Wanted:
        """Return it, or raise `KmsMockError` for what no call could ever be like."""
        __tracebackhide__ = True
        if operation is not None:
            check_operation(operation)
        for name in params:
            _check_param(operation, name)
        return cls(operation, None if key is None else _arn_of(key), params)

    def matches(self, call: Call) -> bool:
        return self.operation in (None, call.operation) and not self._differing(call)

    def distance(self, call: Call) -> int:
        return len(self.differences(call))

    def differences(self, call: Call) -> list[str]:
        """Return a line for each thing in which *call* is not what is wanted."""
        found: list[str] = []
        for name in self._differing(call):
            if name == "key":
                arns = ", ".join(key.arn for key in call.keys) or "none"
                found.append(f"key: expected {self.arn}, got {arns}")
            else:
                found += _differences(
                    name,
                    self.params[name],
                    call.params.get(name, _ABSENT),
                    _is_secret(name),
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
            if not _equal(expected, call.params.get(name, _ABSENT))
        ]
        if self.arn is not None and all(key.arn != self.arn for key in call.keys):
            names.append("key")
        return names

    def __str__(self) -> str:
        """Return what follows "a call"."""
        conditions = [] if self.arn is None else [f"key={self.arn}"]
        if self.params:
            conditions.append(shown(self.params))
        operation = f" of kms:{self.operation}" if self.operation else ""
        return operation + (f" with {', '.join(conditions)}" if conditions else "")


def _listed(calls: Sequence[Call], wanted: _Wanted) -> list[str]:
    """Return lines on *calls*: what is asked for of each, where it is from, what differs."""
    lines = []
    for call in calls[:_SHOWN_CALLS]:
        lines.append(f"- {wanted.shown(call)}  ({call.source})")
        lines += [f"    {difference}" for difference in wanted.differences(call)]
    if len(calls) > _SHOWN_CALLS:
        lines.append(f"- and {len(calls) - _SHOWN_CALLS} more")
    return lines


def check_operation(operation: str) -> None:
    """Raise `KmsMockError` unless the API has *operation*."""
    __tracebackhide__ = True
    names = service_model().operation_names
    if operation not in names:
        close = suggestion(str(operation).title().replace("_", ""), names)
        raise KmsMockError(f"KMS has no operation {operation!r}.{close}")


def shown(params: Mapping[str, Any]) -> str:
    """Return *params* for a person to read: plaintext and other bytes by their length alone."""
    return ", ".join(f"{name}={_shown(value, _is_secret(name))}" for name, value in params.items())


def _shown(value: Any, is_secret: bool = False) -> str:
    if isinstance(value, bytes | bytearray) or (is_secret and isinstance(value, str)):
        return f"<{len(value)} byte{'s' * (len(value) != 1)}>"
    if isinstance(value, Mapping) and not is_secret:
        inner = ", ".join(f"{name!r}: {_shown(item)}" for name, item in value.items())
        return f"{{{inner}}}"
    return "<secret>" if is_secret else repr(value)


@functools.cache
def _is_secret(name: str) -> bool:
    """Tell whether the model calls the member sensitive, or a part of it, in some operation."""
    shapes = (
        shapes_of(operation).members.get(name) for operation in service_model().operation_names
    )
    return any(
        part.metadata.get("sensitive")
        for shape in shapes
        if shape is not None
        for part in (shape, *getattr(shape, "members", {}).values())
    )


def _check_param(operation: str | None, name: str) -> None:
    """Raise `KmsMockError` unless *operation*, or any if it is None, has that parameter."""
    __tracebackhide__ = True
    operations = [operation] if operation else service_model().operation_names
    members = {member for each in operations for member in shapes_of(each).members}
    if name not in members:
        its = f" It has {', '.join(sorted(members))}." if operation else ""
        raise KmsMockError(
            f"kms:{operation or '*'} has no parameter {name!r}.{suggestion(name, members)}{its}"
        )


def _equal(expected: Any, actual: Any) -> bool:
    # botocore takes text for a blob, and sends it in UTF-8.
    if isinstance(expected, str) and isinstance(actual, bytes):
        return expected.encode() == actual
    # In this order, so that `unittest.mock.ANY` has the say.
    return actual is not _ABSENT and bool(expected == actual)


def _differences(name: str, expected: Any, actual: Any, is_secret: bool) -> list[str]:
    if actual is _ABSENT:
        return [f"{name}: expected {_shown(expected, is_secret)}, but it was not given"]
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return _map_differences(name, expected, actual)
    if isinstance(actual, bytes):
        return [f"{name}: expected other bytes than the {len(actual)} that were given"]
    return [f"{name}: expected {_shown(expected, is_secret)}, got {_shown(actual, is_secret)}"]


def _map_differences(
    name: str, expected: Mapping[str, Any], actual: Mapping[str, Any]
) -> list[str]:
    found = []
    for key in {**expected, **actual}:
        if key not in actual:
            found.append(
                f"{name}[{key!r}]: expected {_shown(expected[key])}, but there is no such key"
            )
        elif key not in expected:
            found.append(f"{name}[{key!r}]: not expected, got {_shown(actual[key])}")
        elif expected[key] != actual[key]:
            found.append(
                f"{name}[{key!r}]: expected {_shown(expected[key])}, got {_shown(actual[key])}"
            )
    return found


def _arn_of(key: Key | str) -> str:
    __tracebackhide__ = True
    return find(None, key).arn
