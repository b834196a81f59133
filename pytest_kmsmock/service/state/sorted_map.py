"""Maps in the order of their names that never change: to change one is to make another."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Any, Final, Generic, TypeVar

Name = TypeVar("Name", bound=Any)
Value = TypeVar("Value")

# So many names a block has at most. Making a map anew copies one block, and the list of blocks.
_MOST: Final = 100


class SortedMap(Generic[Name, Value]):
    """
    Values by name, in the order of the names; never changed.

    Who reads it reads one moment, whatever other threads do. `put` and `remove`
    return another map, which shares nearly everything with this one, so that
    they cost hardly more for there being many values.
    """

    __slots__ = ("_blocks", "_firsts", "_length")

    def __init__(
        self,
        blocks: list[tuple[list[Name], list[Value]]] | None = None,
        firsts: list[Any] | None = None,
        length: int = 0,
    ) -> None:
        # Names and values, in order and in pieces: there is always a block.
        self._blocks = [([], [])] if blocks is None else blocks
        # A name for each block that is not after its first and is after all before it. The
        # first block needs none, so what stands for it is never looked at.
        self._firsts = [None] if firsts is None else firsts
        self._length = length

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Value]:
        for _, values in self._blocks:
            yield from values

    def get(self, name: Name) -> Value | None:
        if not self._length:
            return None
        names, values = self._blocks[bisect_right(self._firsts, name, 1) - 1]
        index = bisect_left(names, name)
        return values[index] if index < len(names) and names[index] == name else None

    def put(self, name: Name, value: Value) -> SortedMap[Name, Value]:
        """Return the map in which *name* has *value*, whatever it had before."""
        number = bisect_right(self._firsts, name, 1) - 1
        names, values = self._blocks[number]
        index = bisect_left(names, name)
        blocks = self._blocks.copy()
        values = values.copy()
        if index < len(names) and names[index] == name:
            values[index] = value
            blocks[number] = names, values
            return SortedMap(blocks, self._firsts, self._length)
        names = names.copy()
        names.insert(index, name)
        values.insert(index, value)
        firsts = self._firsts
        if len(names) <= _MOST:
            blocks[number] = names, values
        else:
            half = len(names) // 2
            blocks[number] = names[:half], values[:half]
            blocks.insert(number + 1, (names[half:], values[half:]))
            firsts = firsts.copy()
            firsts.insert(number + 1, names[half])
        return SortedMap(blocks, firsts, self._length + 1)

    def remove(self, name: Name) -> SortedMap[Name, Value]:
        """Return the map without *name*; it is the same one if it has no such name."""
        number = bisect_right(self._firsts, name, 1) - 1
        names, values = self._blocks[number]
        index = bisect_left(names, name)
        if index == len(names) or names[index] != name:
            return self
        blocks, firsts = self._blocks.copy(), self._firsts
        if len(names) > 1 or len(blocks) == 1:
            names, values = names.copy(), values.copy()
            del names[index], values[index]
            blocks[number] = names, values
        else:
            firsts = firsts.copy()
            del blocks[number], firsts[number]
        return SortedMap(blocks, firsts, self._length - 1)

    def page(self, after: Name, limit: int) -> tuple[list[Value], Name | None]:
        """
        Return up to *limit* values whose names come after *after*, be there such a name or not.

        With them comes the name to go on after, or None if none are left.
        """
        number = bisect_right(self._firsts, after, 1) - 1
        index = bisect_right(self._blocks[number][0], after)
        found: list[Name] = []
        page: list[Value] = []
        for names, values in self._blocks[number:]:
            found += names[index : index + limit + 1 - len(found)]
            page += values[index : index + limit + 1 - len(page)]
            index = 0
            if len(found) > limit:
                return page[:limit], found[limit - 1]
        return page, None
