"""Values by name, in pages."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Named = TypeVar("Named")


class Collection(Generic[Named]):
    """
    Values by name, and pages of them in the order in which they came.

    A page costs what it holds, however large the collection is: each value has
    a number, and the next page starts after the last one's.

    Attributes:
        get: Returns the value of a name, None if there is none.
    """

    get: Callable[[str], Named | None]

    def __init__(self, values: dict[str, Named] | None = None) -> None:
        self._values = {} if values is None else values
        # The dict's own: every request asks for a key.
        self.get = self._values.get
        self._numbers: dict[str, int] = {}
        # Parallel lists, sorted by number. The names of removed values stay
        # until they are half of all.
        self._order: list[int] = []
        self._names: list[str] = []
        self._next = 1

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[Named]:
        return iter(list(self._values.values()))

    def put(self, name: str, value: Named) -> None:
        if name not in self._values:
            self._numbers[name] = self._next
            self._order.append(self._next)
            self._names.append(name)
            self._next += 1
        self._values[name] = value

    def remove(self, name: str) -> None:
        del self._values[name]
        del self._numbers[name]
        if len(self._order) > 2 * len(self._values) + 16:
            self._names = list(self._values)
            self._order = [self._numbers[name] for name in self._names]

    def page(self, after: int, limit: int) -> tuple[list[Named], int | None]:
        """
        Return up to *limit* values that follow number *after*.

        With them comes the number to go on after, or None if none are left.
        """
        page: list[Named] = []
        last = after
        for index in range(bisect.bisect_right(self._order, after), len(self._order)):
            name, number = self._names[index], self._order[index]
            if self._numbers.get(name) != number:  # removed, perhaps come again
                continue
            if len(page) == limit:
                return page, last
            page.append(self._values[name])
            last = number
        return page, None

    def copy(self) -> Collection[Named]:
        copied = Collection(self._values.copy())
        copied._numbers = self._numbers.copy()
        copied._order = self._order.copy()
        copied._names = self._names.copy()
        copied._next = self._next
        return copied
