"""
A cache: values that are made when they are first asked for, and kept for a while.

What is kept by a secret is kept no longer than the mock that it is of: `forget`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar, cast

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_Arguments = ParamSpec("_Arguments")

_MOST_OF_SECRETS: Final = 256
_clear_those_of_secrets: Final[list[Callable[[], None]]] = []


def of_secrets(make: Callable[_Arguments, _Value]) -> Callable[_Arguments, _Value]:
    """Return *make*, which is given secrets, with a cache of its results that `forget` empties."""
    cached = functools.lru_cache(maxsize=_MOST_OF_SECRETS)(make)
    _clear_those_of_secrets.append(cached.cache_clear)
    return cast("Callable[_Arguments, _Value]", cached)


def forget() -> None:
    """Keep nothing any more that was made of a secret; who needs it again makes it again."""
    for clear in _clear_those_of_secrets:
        clear()


class Cache(dict[_Key, _Value]):
    """
    A dict that makes the values which it lacks.

    A `functools.lru_cache` puts its order right with every answer; this does not.
    When it is full it starts anew: what is needed again can be made again.

    Args:
        make: Makes the value of a key.
        most: How many values it holds.
        of_secrets: Whether `forget` empties it.
    """

    def __init__(
        self, make: Callable[[_Key], _Value], most: int, *, of_secrets: bool = False
    ) -> None:
        super().__init__()
        self.make = make
        self._most = most
        if of_secrets:
            _clear_those_of_secrets.append(self.clear)

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
