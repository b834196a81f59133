"""
Comparisons that a test makes, of which some could never hold.

An assertion on such a one would fail for ever, or pass for ever and mean
nothing. So the author is told, instead of getting False.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, SupportsIndex, TypeVar

from .service.misuse import KmsMockError

T = TypeVar("T")

_OWN: Final = f"{__name__.partition('.')[0]}."


def decides_itself(value: object) -> bool:
    """Tell whether *value* has its own idea of what it equals, as `unittest.mock.ANY` has."""
    owner = next(cls.__module__ for cls in type(value).__mro__ if "__eq__" in vars(cls))
    return owner != "builtins" and not owner.startswith(_OWN)


class CheckedList(list[T]):
    """
    A list that is asked for nothing but what it could hold.

    Args:
        items: What is in it.
        what: What they are, as in "aliases".
        check: Returns the item that is meant by what a test asks for, or raises `KmsMockError`.
    """

    def __init__(self, items: Iterable[T], what: str, check: Callable[[Any], Any]) -> None:
        super().__init__(items)
        self._what = what
        self._check = check

    def __contains__(self, item: object) -> bool:
        __tracebackhide__ = True
        return super().__contains__(self._meant(item))

    def count(self, item: Any) -> int:
        __tracebackhide__ = True
        return super().count(self._meant(item))

    def index(self, item: Any, start: SupportsIndex = 0, stop: SupportsIndex | None = None) -> int:
        __tracebackhide__ = True
        item = self._meant(item)
        return super().index(item, start) if stop is None else super().index(item, start, stop)

    def __eq__(self, other: object) -> bool:
        __tracebackhide__ = True
        if isinstance(other, CheckedList):
            return super().__eq__(other)
        if decides_itself(other):
            return NotImplemented
        return super().__eq__([self._meant(item) for item in self._sequence(other)])

    def __ne__(self, other: object) -> bool:
        __tracebackhide__ = True
        is_equal = self.__eq__(other)
        return is_equal if is_equal is NotImplemented else not is_equal

    __hash__ = None

    def _meant(self, item: Any) -> Any:
        __tracebackhide__ = True
        return item if decides_itself(item) else self._check(item)

    def _sequence(self, other: object) -> list[Any] | tuple[Any, ...]:
        __tracebackhide__ = True
        if isinstance(other, list | tuple):
            return other
        raise KmsMockError(
            f"a list of {self._what} never equals {other!r}; compare it with a list."
        )
