"""A cache: values that are made when they are first asked for, and kept for a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Cache(dict[_Key, _Value]):
    """
    A dict that makes the values which it lacks.

    A `functools.lru_cache` puts its order right with every answer; this does not.
    When it is full it starts anew: what is needed again can be made again.

    Args:
        make: Makes the value of a key.
        most: How many values it holds.
    """

    def __init__(self, make: Callable[[_Key], _Value], most: int) -> None:
        super().__init__()
        self.make = make
        self._most = most

    def __missing__(self, key: _Key) -> _Value:
        return self.keep(key, self.make(key))

    def keep(self, key: _Key, value: _Value) -> _Value:
        """Hold *value*, which somebody else has made, and return it."""
        if len(self) >= self._most:
            self.clear()
        self[key] = value
        return value

    # Some hold secrets.
    def __repr__(self) -> str:
        return f"<Cache: {len(self)} values>"
