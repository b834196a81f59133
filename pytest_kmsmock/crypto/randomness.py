"""
Random bytes for ciphertexts and data keys, drawn from the system in stocks.

Of what a small encryption takes, to ask the system each time would cost most
after the cipher itself, and a function of Python as much as the bytes. What is
taken from a stock is taken once, by one thread, and a forked process starts a
stock of its own.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from typing import Final

SIZE: Final = 32
"""How many bytes `block` returns."""

_STOCK: Final = 128


def _stock(number: int) -> list[bytes]:
    drawn = os.urandom(SIZE * number)
    return [drawn[at : at + SIZE] for at in range(0, len(drawn), SIZE)]


def _from_stocks() -> Callable[[], bytes]:
    return itertools.chain.from_iterable(map(_stock, itertools.repeat(_STOCK))).__next__


block: Callable[[], bytes] = _from_stocks()
"""Return 32 random bytes."""


def _start_anew() -> None:
    global block
    block = _from_stocks()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)
