"""
A cache: values that are made when they are first asked for, and kept for a while.

What is kept by a secret is kept no longer than the mock that it is of: `forget`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final, TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

_MOST_OF_SECRETS: Final = 256
_caches_of_secrets: Final[list[Cache[Any, Any]]] = []
SHARED: Final[set[bytes]] = set()
"""Private keys that `forget` passes over: those of the pool, which every test uses."""


def of_secrets(make: Callable[[bytes], _Value]) -> Callable[[bytes], _Value]:
    """Return *make*, which is given a private key, with a cache that `forget` empties."""
    cache = Cache(make, _MOST_OF_SECRETS, of_secrets=True)

    @functools.wraps(make)
    def kept(private: bytes) -> _Value:
        return cache[private]

    return kept


def forget() -> None:
    """Keep nothing any more that was made of a secret; who needs it again makes it again."""
    for cache in _caches_of_secrets:
        # A list, since other threads go on.
        for secret in list(cache):
            if secret not in SHARED:
                cache.pop(secret, None)


class Cache(dict[_Key, _Value]):
    """
    A dict that makes the values which it lacks.

    A `functools.lru_cache` puts its order right with every answer; this does not.
    When it is full it starts anew: what is needed again can be made again.

    Args:
        make: Makes the value of a key.
        most: How many values it holds.
        of_secrets: Whether its keys are secrets, by which `forget` empties it.
    """

    def __init__(
        self, make: Callable[[_Key], _Value], most: int, *, of_secrets: bool = False
    ) -> None:
        super().__init__()
        self.make = make
        self._most = most
        if of_secrets:
            _caches_of_secrets.append(self)

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
