"""Request IDs: they look like UUIDs, and no other call has the same, in whatever process."""

from __future__ import annotations

import itertools
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
        drawn = self._randomness.draw(16)
        text = drawn.hex()
        # Of version 4, RFC 9562.
        version, variant = f"4{text[13:16]}", f"{'89ab'[drawn[8] & 3]}{text[17:20]}"
        self._start = f"{text[:8]}-{text[8:12]}-{version}-{variant}-"
        self.take = map("".join, itertools.product((self._start,), *[_BYTES] * _COUNTED)).__next__
