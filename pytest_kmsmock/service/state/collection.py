"""Values by name, in pages."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from typing import Generic, TypeVar

Named = TypeVar("Named")


class Collection(Generic[Named]):
    """
    Values by name, and pages of them in the order in which they came.

    A page costs what it holds, however large the collection is: each value has
    a number, and the next page starts after the last one's.

    Attributes:
        by_name: The values, to be read only: every request looks its key up here.
    """

    def __init__(self, values: dict[str, Named] | None = None) -> None:
        self.by_name: dict[str, Named] = {} if values is None else values
        self._numbers: dict[str, int] = {}
        # Numbers and names in order. Those of removed values stay until they are half of all.
        self._order: list[tuple[int, str]] = []
        self._last = 0

    def __len__(self) -> int:
        return len(self.by_name)

    def __iter__(self) -> Iterator[Named]:
        return iter(list(self.by_name.values()))

    def get(self, name: str) -> Named | None:
        return self.by_name.get(name)

    def put(self, name: str, value: Named) -> None:
        if name not in self.by_name:
            self._last = self._numbers[name] = number = self._last + 1
            self._order.append((number, name))
        self.by_name[name] = value

    def remove(self, name: str) -> None:
        del self.by_name[name]
        del self._numbers[name]
        if len(self._order) > 2 * len(self.by_name) + 16:
            self._order = [(self._numbers[name], name) for name in self.by_name]

    def page(self, after: int, limit: int) -> tuple[list[Named], int | None]:
        """
        Return up to *limit* values that follow number *after*.

        With them comes the number to go on after, or None if none are left.
        """
        page: list[Named] = []
        last = after
        order = self._order  # another thread may put a tidier one there
        for index in range(bisect.bisect_left(order, (after + 1,)), len(order)):
            number, name = order[index]
            if self._numbers.get(name) != number:  # removed, perhaps come again
                continue
            if len(page) == limit:
                return page, last
            page.append(self.by_name[name])
            last = number
        return page, None

    def copy(self) -> Collection[Named]:
        copied = Collection(self.by_name.copy())
        copied._numbers = self._numbers.copy()
        copied._order = self._order.copy()
        copied._last = self._last
        return copied
