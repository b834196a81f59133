"""
Randomness: what key material, nonces, IDs and tokens are drawn from.

It is an argument of whatever needs it, and a mock's registry holds it. Some is
drawn inside of the libraries, which take none from outside:

- `cryptography` makes RSA pairs by itself, and so it does the padding of RSAES-OAEP
  and RSASSA-PSS, hedged signatures of ML-DSA, and encapsulation by ML-KEM;
- `kyber-py` encapsulates by ML-KEM-512;
- the keys of enclaves, and the certificates behind their documents, are the process's,
  not a mock's.

It makes pairs on elliptic curves and the numbers of ECDSA by itself too, unless the
same is to come in every run.
"""

from __future__ import annotations

import collections
import os
from typing import Final, Protocol

from .forking import renew_in_children

SIZE: Final = 32
"""So many bytes and fewer are drawn fast."""

_STOCK: Final = 128


class Randomness(Protocol):
    """
    Where random bytes come from.

    Attributes:
        is_repeatable: The same comes in every run, which is asked for: whoever makes
            something by a library lets it draw from here where it can, though it be slower.
    """

    @property
    def is_repeatable(self) -> bool: ...

    def draw(self, length: int) -> bytes:
        """Return *length* random bytes, to whichever thread."""
        ...

    def copy(self) -> Randomness:
        """Return what a copy of the registry draws from: not the same bytes."""
        ...


class SystemRandomness:
    """
    Random bytes of the system, drawn in stocks.

    Of what a small encryption takes, to ask the system each time would cost most
    after the cipher itself. What is taken from the stock is taken once, by one
    thread, and a forked process starts a stock of its own.
    """

    is_repeatable: Final = False

    def __init__(self) -> None:
        self._blocks: collections.deque[bytes] = collections.deque()
        renew_in_children(self)

    def draw(self, length: int) -> bytes:
        if length > SIZE:
            return os.urandom(length)
        try:
            return self._blocks.pop()[:length]
        except IndexError:
            drawn = os.urandom(SIZE * _STOCK)
            self._blocks.extend(drawn[at : at + SIZE] for at in range(0, len(drawn), SIZE))
            # Other threads may have used it all up by now.
            return os.urandom(length)

    def copy(self) -> SystemRandomness:
        return self

    def renew(self) -> None:
        self._blocks.clear()


SYSTEM: Final = SystemRandomness()
"""What mocks draw from that are not told otherwise, and what is the process's own."""
