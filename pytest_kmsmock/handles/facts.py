"""Facts about what surrounds KMS, as attributes of the handles that a test holds."""

from __future__ import annotations

from typing import Any, Generic, Self, TypeVar, overload

import attrs

from ..backend import Backend, innermost_fork_of
from ..doors import author
from ..service.misuse import KmsMockError
from ..service.state.backings import Backings
from .arguments import Check

T = TypeVar("T")

# A failure ends at the line that used the handle.
__tracebackhide__ = True


class Fact(Generic[T]):
    """
    An attribute of a handle that is one of the value that it stands for.

    Args:
        check: Checks what a test assigns.
    """

    def __init__(self, check: Check) -> None:
        self._check = check

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, handle: None, owner: type) -> Fact[T]: ...

    @overload
    def __get__(self, handle: Handle, owner: type) -> T: ...

    def __get__(self, handle: Handle | None, owner: type) -> Fact[T] | T:
        if handle is None:
            return self
        value: T = getattr(handle._value, self._name)
        return value

    def __set__(self, handle: Handle, value: T) -> None:
        __tracebackhide__ = True
        handle._change(**{self._name: self._check(self._name, value)})


class Handle:
    """
    Stands for a value of the world, of the mock that gave the handle.

    Args:
        home: That mock. What is done is done in its innermost active fork.
        where: What the value is found by.
    """

    __slots__ = ("_home", "_where")

    def __init__(self, home: Backend, *where: Any) -> None:
        self._home = home
        self._where = where

    def __eq__(self, other: object) -> bool:
        __tracebackhide__ = True
        if isinstance(other, str):
            raise KmsMockError(
                f"the handle {self!r} never equals the text {other!r}; compare what it has."
            )
        return other._where == self._where if isinstance(other, type(self)) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._where)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def _get(self, backings: Backings) -> Any:
        raise NotImplementedError

    def _put(self, backings: Backings, value: Any) -> None:
        raise NotImplementedError

    @property
    def _backend(self) -> Backend:
        return innermost_fork_of(self._home)

    @property
    def _value(self) -> Any:
        __tracebackhide__ = True
        return self._found(self._backend.registry.state.backings)

    def _found(self, backings: Backings) -> Any:
        __tracebackhide__ = True
        value = self._get(backings)
        if value is None:
            raise KmsMockError(f"the mock has no {self!r}, or no more.")
        return value

    def _change(self, **changes: Any) -> None:
        __tracebackhide__ = True

        def change(backings: Backings) -> None:
            __tracebackhide__ = True
            self._put(backings, attrs.evolve(self._found(backings), **changes))

        author.change_backings(self._backend, change)
