"""Values by name, in pages."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from typing import Final, Generic, TypeVar

Named = TypeVar("Named")

# Where a value stands: the number in which it came, or 0 where names alone decide; its name.
Position = tuple[int, str]
START: Final[Position] = (-1, "")


class Collection(Generic[Named]):
    """
    Values by name, and pages of them in an order: as they came, or that of their names.

    A page costs what it holds, however large the collection is. It goes on
    after a position, which what comes or goes meanwhile does not move.

    Args:
        is_sorted: The order is that of the names, byte by byte.

    Attributes:
        by_name: The values, to be read only: every request looks its key up here.
    """

    def __init__(self, *, is_sorted: bool = False) -> None:
        self.by_name: dict[str, Named] = {}
        self._is_sorted = is_sorted
        # In order. Code points sort as their UTF-8 does.
        self._positions: list[Position] = []
        self._numbers: dict[str, int] = {}  # empty where names alone decide
        self._last = 0

    def __len__(self) -> int:
        return len(self.by_name)

    def __iter__(self) -> Iterator[Named]:
        return iter(list(self.by_name.values()))

    def get(self, name: str) -> Named | None:
        return self.by_name.get(name)

    def put(self, name: str, value: Named) -> None:
        if name not in self.by_name:
            number = 0
            if not self._is_sorted:
                self._last = self._numbers[name] = number = self._last + 1
            position = (number, name)
            index = bisect.bisect_left(self._positions, position)
            # It is there already if a signal interrupted somebody in here.
            if self._positions[index : index + 1] != [position]:
                self._positions.insert(index, position)
        self.by_name[name] = value

    def remove(self, name: str) -> None:
        del self.by_name[name]
        position = (self._numbers.pop(name, 0), name)
        index = bisect.bisect_left(self._positions, position)
        if self._positions[index : index + 1] == [position]:
            del self._positions[index]

    def page(self, after: Position, limit: int) -> tuple[list[Named], Position | None]:
        """
        Return up to *limit* values that follow the position *after*.

        With them comes the position to go on after, or None if none are left.
        """
        following = self._following(after, limit + 1)
        page = [
            value
            for number, name in following[:limit]
            # Another thread may have removed it just now.
            if self._numbers.get(name, 0) == number
            and (value := self.by_name.get(name)) is not None
        ]
        return page, following[limit - 1] if len(following) > limit else None

    def _following(self, after: Position, limit: int) -> list[Position]:
        """Return up to *limit* positions after *after*, as they are at one moment."""
        positions = self._positions
        while True:
            index = bisect.bisect_right(positions, after)
            found = positions[max(index - 1, 0) : index + limit]
            # Another thread may have moved them in between, as the one before tells.
            if index > 0 and found and found[0] <= after:
                del found[0]
            elif index > 0:
                continue
            if not found or found[0] > after:
                return found

    def copy(self) -> Collection[Named]:
        copied: Collection[Named] = Collection(is_sorted=self._is_sorted)
        copied.by_name = self.by_name.copy()
        copied._positions = self._positions.copy()
        copied._numbers = self._numbers.copy()
        copied._last = self._last
        return copied
