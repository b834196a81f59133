"""The calls that a mock answered, and the assertions on them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NoReturn, overload

from ..backend import Backend
from ..comparing import CheckedList, decides_itself
from ..handles.key import Key
from ..names import OperationName
from ..record import Row
from ..service.api.shapes import checked_operation
from ..service.misuse import KmsMockError, no_attribute
from .call import Call
from .matching import Wanted

_SHOWN_CALLS: Final = 5
TOLD: Final = "kmsmock_told"
"""On an error: the `id` of the rows of all calls that it lists."""


class Calls(Sequence[Call]):
    """
    The calls that the application made, in order.

    ``kms.calls("Decrypt", key=key, EncryptionContext={…})`` selects some. The
    parameters given must be equal to the call's, others do not matter; a
    nested value is compared whole, so `unittest.mock.ANY` is for one that
    may be anything.

    Args:
        backend: The mock that was called. Its keys are what ``key=`` looks for.
        rows: Those that were selected; None is the record as it grows.
    """

    def __init__(self, backend: Backend, rows: list[Row] | None = None) -> None:
        self._backend = backend
        self._selected = rows

    def __call__(
        self, operation: OperationName | None = None, *, key: Key | str | None = None, **params: Any
    ) -> Calls:
        __tracebackhide__ = True
        wanted = Wanted.checked(self._backend, operation, key, params)
        return self._of(call._row for call in self if wanted.matches(call))

    def __deepcopy__(self, memo: dict[int, Any]) -> Calls:
        # The mock is no part of them.
        return self._of(copy.deepcopy(self._rows, memo))

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Call: ...

    @overload
    def __getitem__(self, index: slice) -> Calls: ...

    def __getitem__(self, index: int | slice) -> Call | Calls:
        __tracebackhide__ = True
        if isinstance(index, str):
            raise KmsMockError(f"calls have numbers; to select some, write kms.calls({index!r}).")
        found = self._rows[index]
        return self._of(found) if isinstance(found, list) else Call(found, self._backend)

    def __iter__(self) -> Iterator[Call]:
        return iter([Call(row, self._backend) for row in self._rows])

    def __getattr__(self, name: str) -> NoReturn:
        raise no_attribute(self, "a record of calls", name)

    def __contains__(self, item: object) -> bool:
        """Tell whether *item*, an operation or a call, is among them."""
        __tracebackhide__ = True
        return any(map(_equals(item), self))

    def count(self, item: Call | OperationName) -> int:
        """Return how many they are of *item*, an operation or a call."""
        __tracebackhide__ = True
        return sum(map(_equals(item), self))

    def index(self, item: Call | OperationName, start: int = 0, stop: int | None = None) -> int:
        """Return the number of the first that is *item*, an operation or a call."""
        __tracebackhide__ = True
        is_meant = _equals(item)
        for number in range(len(self))[start:stop]:
            if is_meant(self[number]):
                return number
        raise ValueError(f"there is no call {item!r}. {self._recorded()}")

    def __eq__(self, other: object) -> bool:
        """Compare with calls, or with a list of operations, of calls, or of both."""
        __tracebackhide__ = True
        if not isinstance(other, Calls):
            if decides_itself(other):
                return NotImplemented
            if not isinstance(other, list | tuple):
                raise KmsMockError(
                    f"calls never equal {other!r}; compare them with a list of operations, "
                    "as in kms.calls == ['GenerateDataKey', 'Decrypt']."
                )
        # All of them, as the first that differs is no reason to let a later error pass.
        meant = [_equals(item) for item in other]
        return len(meant) == len(self) and all(
            is_meant(call) for is_meant, call in zip(meant, self, strict=True)
        )

    __hash__ = None  # type: ignore[assignment]  # they grow

    def __repr__(self) -> str:
        return f"<Calls {list(self)}>"

    @property
    def operations(self) -> list[str]:
        """The operations in the order of the calls."""
        return CheckedList((row.operation for row in self._rows), "operations", _operation)

    def clear(self) -> None:
        """Forget the calls so far."""
        if self._selected is None:
            self._backend.record.clear()
        else:
            self._selected = []

    def required_policy(self) -> dict[str, Any]:
        """
        Return the smallest IAM policy under which these calls go well.

        Keys are named by their ARNs where a test has fixed their IDs, else known by an
        alias; pairs of the encryption context are asked for where all calls agree on them.
        Calls that were refused need nothing.
        """
        # Not at the top: few tests need them.
        from .least_privilege import policy_for
        from .needed import needed_by

        return policy_for(needed_by(self._rows, self._backend))

    @property
    def _rows(self) -> list[Row]:
        return self._backend.record.rows if self._selected is None else self._selected

    def _of(self, rows: Iterable[Row]) -> Calls:
        return Calls(self._backend, list(rows))

    def assert_called(
        self,
        operation: OperationName,
        *,
        times: int | None = None,
        key: Key | str | None = None,
        **params: Any,
    ) -> None:
        """Fail unless *operation* was called so, *times* times or at least once."""
        __tracebackhide__ = True
        if times is not None and (type(times) is not int or times < 0):
            raise KmsMockError(f"times={times!r} is no number of calls; write 0 or more.")
        wanted = Wanted.checked(self._backend, operation, key, params)
        count = sum(map(wanted.matches, self))
        if count != times if times is not None else not count:
            expected = "a call" if times is None else f"{times} call{'s' * (times != 1)}"
            raise _failure(self._mismatch(wanted, expected, count), self, wanted)

    def assert_called_once(
        self, operation: OperationName, *, key: Key | str | None = None, **params: Any
    ) -> None:
        """Fail unless *operation* was called so, and only once."""
        __tracebackhide__ = True
        self.assert_called(operation, times=1, key=key, **params)

    def assert_not_called(
        self, operation: OperationName | None = None, *, key: Key | str | None = None, **params: Any
    ) -> None:
        """Fail if *operation* was called so; without one, if anything was called."""
        __tracebackhide__ = True
        wanted = Wanted.checked(self._backend, operation, key, params)
        found = [call for call in self if wanted.matches(call)]
        if found:
            lines = [f"expected no call{wanted}, got {len(found)}:", *_listed(found, wanted)]
            raise _failure("\n".join(lines), found, wanted)

    def assert_order(self, *operations: OperationName) -> None:
        """Fail unless *operations* were called in this order, whatever came between."""
        __tracebackhide__ = True
        if not operations or not all(isinstance(operation, str) for operation in operations):
            raise KmsMockError(
                "assert_order takes the operations one by one; write for example "
                "assert_order('GenerateDataKey', 'Decrypt')."
            )
        for operation in operations:
            checked_operation(operation)
        left = iter(self.operations)
        for number, operation in enumerate(operations):
            if operation not in left:
                before = f" after kms:{operations[number - 1]}" if number else ""
                raise AssertionError(
                    f"expected the order {', '.join(operations)}, "
                    f"but there is no kms:{operation}{before}.\n{self._recorded()}"
                )

    def _mismatch(self, wanted: Wanted, expected: str, count: int) -> str:
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


def _equals(item: object) -> Callable[[Call], bool]:
    """Return what tells whether a call is *item*; raise if none could be."""
    __tracebackhide__ = True
    if isinstance(item, str):
        checked_operation(item)
        return lambda call: call.operation == item
    if not isinstance(item, Call) and not decides_itself(item):
        selected = f" To select calls of a key, write kms.calls(key={item!r})."
        raise KmsMockError(
            f"{item!r} is no call; a call equals itself, and the name of its operation."
            + (selected if isinstance(item, Key) else "")
        )
    return lambda call: bool(call == item)


def _operation(name: object) -> object:
    __tracebackhide__ = True
    if not isinstance(name, str):
        raise KmsMockError(f"{name!r} is no name of an operation.")
    checked_operation(name)
    return name


def _failure(message: str, calls: Sequence[Call], wanted: Wanted) -> AssertionError:
    """Return the error that says *message*, which lists *calls* as far as they are wanted."""
    error = AssertionError(message)
    listed = [call for call in calls if wanted.operation in (None, call.operation)]
    if len(listed) <= _SHOWN_CALLS:
        # The report need not say it again.
        setattr(error, TOLD, frozenset(id(call._row) for call in listed))
    return error


def _listed(calls: Sequence[Call], wanted: Wanted) -> list[str]:
    """Return lines on *calls*: what is asked for of each, where it is from, what differs."""
    lines = []
    for call in calls[:_SHOWN_CALLS]:
        lines.append(f"- {wanted.shown(call)}  ({call.source})")
        lines += [f"    {difference}" for difference in wanted.differences(call)]
    if len(calls) > _SHOWN_CALLS:
        lines.append(f"- and {len(calls) - _SHOWN_CALLS} more")
    return lines
