"""Values by name in the order in which they came, that never change: to change is to make anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic

from .sorted_map import SortedMap, Value


class Arrivals(Generic[Value]):
    """
    Values by name, in the order in which the names came; never changed.

    Like a `SortedMap`, but for the order: each name has a number, a new one
    the next. A name that was removed and comes again is new.
    """

    __slots__ = ("_last", "_numbers", "_values")

    def __init__(self) -> None:
        self._numbers: SortedMap[str, int] = SortedMap()
        self._values: SortedMap[int, Value] = SortedMap()
        self._last = 0

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[Value]:
        return iter(self._values)

    def get(self, name: str) -> Value | None:
        number = self._numbers.get(name)
        return None if number is None else self._values.get(number)

    def put(self, name: str, value: Value) -> Arrivals[Value]:
        """Return those in which *name* has *value*; a name that there was keeps its place."""
        number = self._numbers.get(name)
        if number is not None:
            return self._with(self._numbers, self._values.put(number, value), self._last)
        new = self._last + 1
        return self._with(self._numbers.put(name, new), self._values.put(new, value), new)

    def remove(self, name: str) -> Arrivals[Value]:
        """Return those without *name*; they are the same ones if there is no such name."""
        number = self._numbers.get(name)
        if number is None:
            return self
        return self._with(self._numbers.remove(name), self._values.remove(number), self._last)

    def page(self, after: str, limit: int) -> tuple[list[Value], str | None]:
        """
        Return up to *limit* values that follow the position *after*; empty is the beginning.

        With them comes the position to go on after, or None if none are left.
        """
        page, last = self._values.page(int(after or 0), limit)
        return page, None if last is None else str(last)

    @staticmethod
    def _with(
        numbers: SortedMap[str, int], values: SortedMap[int, Value], last: int
    ) -> Arrivals[Value]:
        made: Arrivals[Value] = Arrivals()
        made._numbers, made._values, made._last = numbers, values, last
        return made
