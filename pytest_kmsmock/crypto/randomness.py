"""
Random bytes for ciphertexts and data keys, drawn from the system in stocks.

Of what a small encryption takes, to ask the system each time would cost most
after the cipher itself. What is taken from a stock is taken once, by one
thread, and a forked process starts a stock of its own.
"""

from __future__ import annotations

import collections
import os
from typing import Final

SIZE: Final = 32
"""How many bytes `block` returns."""

_STOCK: Final = 128
_blocks: collections.deque[bytes] = collections.deque()


def block() -> bytes:
    """Return 32 random bytes."""
    try:
        return _blocks.pop()
    except IndexError:
        drawn = os.urandom(SIZE * _STOCK)
        _blocks.extend(drawn[at : at + SIZE] for at in range(0, len(drawn), SIZE))
        # Other threads may have used it all up by now.
        return os.urandom(SIZE)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_blocks.clear)
