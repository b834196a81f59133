"""Request IDs: they look like UUIDs, and no other call has the same, in whatever process."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from typing import Final

from ...crypto.forking import renew_in_children
from ...crypto.randomness import Randomness

_COUNTED: Final = 6
_BYTES: Final = tuple(f"{number:02x}" for number in range(256))


class RequestIds:
    """
    Request IDs, one after the other: they begin at random, and count at their end.

    To make each at random would cost as much as to encrypt.

    Attributes:
        take: Returns the next one. Threads never get the same.
    """

    take: Callable[[], str]

    def __init__(self, randomness: Randomness) -> None:
        self._randomness = randomness
        self.renew()
        renew_in_children(self)

    def has_taken(self, text: object) -> bool:
        """Tell whether *text* could be one of these."""
        return isinstance(text, str) and text.startswith(self._start)

    def renew(self) -> None:
        """Begin anew, as a forked process has to."""
        random = uuid.UUID(bytes=self._randomness.draw(16), version=4)
        self._start = str(random)[: -2 * _COUNTED]
        self.take = map("".join, itertools.product((self._start,), *[_BYTES] * _COUNTED)).__next__
