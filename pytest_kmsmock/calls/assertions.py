"""Assertions on calls, and what they say when they fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ..backend import Backend
from ..handles.key import Key
from ..names import OperationName
from ..service.api.shapes import checked_operation
from ..service.misuse import KmsMockError
from .call import Call
from .matching import Wanted

_SHOWN_CALLS: Final = 5
TOLD: Final = "kmsmock_told"
"""On an error: the `id` of the rows of all calls that it lists."""


class Assertions(Sequence[Call]):
    """The assertions on calls, a part of `Calls`."""

    _backend: Backend

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
        left = iter(self._operations)
        for number, operation in enumerate(operations):
            if operation not in left:
                before = f" after kms:{operations[number - 1]}" if number else ""
                raise AssertionError(
                    f"expected the order {', '.join(operations)}, "
                    f"but there is no kms:{operation}{before}.\n{self._recorded()}"
                )

    @property
    def _operations(self) -> list[str]:
        return [call.operation for call in self]

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
        return f"Recorded calls: {', '.join(self._operations) or 'none'}."


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
