"""The calls that a mock answered, a sequence."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn, overload

from ..backend import Backend
from ..comparing import CheckedList, decides_itself
from ..handles.key import Key
from ..names import OperationName
from ..record import Row
from ..service.api.shapes import checked_operation
from ..service.misuse import KmsMockError, no_attribute
from .assertions import Assertions
from .call import Call
from .matching import ANYHOW, Via
from .waiting import wait_until


class Calls(Assertions):
    """
    The calls that the application made, in order.

    A call that was refused is among them. As a sequence they are asked for operations by their
    names: ``"Decrypt" in kms.calls``, ``kms.calls == ["GenerateDataKey", "Decrypt"]``.

    ``kms.calls("Decrypt", key=key, EncryptionContext={…})`` selects some. The
    parameters given must be equal to the call's, others do not matter; a
    nested value is compared whole, so `unittest.mock.ANY` is for one that
    may be anything. ``via="s3"`` selects what that service has asked for the
    caller, ``via=None`` what the caller has called itself.

    An operation or a parameter that KMS does not have raises `KmsMockError`, and so does a value
    that no call could have, such as a number for an encryption context, ``KeySpec="AES_265"`` or
    ``KeyId="app"``: else ``assert_not_called`` would pass whatever the application does. A value
    that KMS refuses is taken where a call has it; else `matching` says that it is meant. To ask
    calls that were selected by one operation for another raises it too.

    Args:
        backend: The mock that was called. Its keys are what ``key=`` looks for.
        rows: Those that were selected; None is the record as it grows.
        selected_by: The operation that all of them are of, if they were selected by it.
    """

    def __init__(
        self, backend: Backend, rows: list[Row] | None = None, selected_by: str | None = None
    ) -> None:
        self._backend = backend
        self._selected = rows
        self._selected_by = selected_by

    def __call__(
        self,
        operation: OperationName | None = None,
        *,
        key: Key | str | None = None,
        via: Via = ANYHOW,
        **params: Any,
    ) -> Calls:
        __tracebackhide__ = True
        wanted = self._wanted(operation, key, params, via)
        found = [call._row for call in self if wanted.matches(call)]
        return Calls(self._backend, found, operation or self._selected_by)

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

    if not TYPE_CHECKING:  # whoever checks types is told by them

        def __getattr__(self, name: str) -> NoReturn:
            raise no_attribute(self, "a record of calls", name)

    def __contains__(self, item: object) -> bool:
        """Tell whether *item*, an operation or a call, is among them."""
        __tracebackhide__ = True
        return any(map(self._equals(item), self))

    def count(self, item: Call | OperationName) -> int:
        """Return how many they are of *item*, an operation or a call."""
        __tracebackhide__ = True
        return sum(map(self._equals(item), self))

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

    def wait(
        self,
        operation: OperationName,
        *,
        times: int = 1,
        timeout: float = 5.0,
        key: Key | str | None = None,
        via: Via = ANYHOW,
        **params: Any,
    ) -> Calls:
        """
        Wait until *operation* was called so by a thread or a task, *times* times or more.

        In a coroutine write ``await asyncio.to_thread(kms.calls.wait, "Decrypt")``, so that
        its tasks go on meanwhile.

        Args:
            timeout: How many seconds, by no clock that a test can stop.

        Returns:
            All calls that are so, also those of before; see `clear`.

        Raises:
            AssertionError: There were not as many in time.
        """
        __tracebackhide__ = True
        if self._selected is not None:
            raise KmsMockError(
                "a selection of calls stays what it is, so that none is to wait for; write for "
                "example kms.calls.wait('Decrypt', key=key)."
            )
        if type(times) is not int or times < 1:
            raise KmsMockError(
                f"times={times!r} is no number of calls to wait for; write 1 or more."
            )
        if type(timeout) not in (int, float) or not 0 <= timeout < math.inf:
            raise KmsMockError(f"timeout={timeout!r} is no number of seconds; write for example 5.")
        wanted = self._wanted(operation, key, params, via)
        found: list[Row] = []

        def has_come() -> bool:
            __tracebackhide__ = True
            found[:] = [call._row for call in self if wanted.matches(call)]
            return len(found) >= times

        if not wait_until(has_come, timeout):
            self._fail_to_come(wanted, times, timeout, len(found))
        return self._of(found)

    @property
    def _rows(self) -> list[Row]:
        return self._backend.record.rows if self._selected is None else self._selected

    def _of(self, rows: Iterable[Row]) -> Calls:
        return Calls(self._backend, list(rows), self._selected_by)

    def _equals(self, item: object) -> Callable[[Call], bool]:
        """Return what tells whether one of these is *item*; raise if none could be."""
        __tracebackhide__ = True
        is_meant = _equals(item)
        if isinstance(item, str):
            self._check_selected(item)
        return is_meant


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
