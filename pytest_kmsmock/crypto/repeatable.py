"""
Repeatable randomness: bytes that follow from a seed, the same in every run.

What a call draws follows from what is called, and from how often the same was called
before, not from the order in which threads call. All else is numbered. Nothing is
drawn twice: copies and forked processes have streams of their own.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import threading
from collections.abc import Iterator
from typing import Final

from . import forking

_DIGEST_LENGTH: Final = 32


class _Stream:
    """What is drawn in one place: parts of one stream, none of them twice."""

    def __init__(self, seed: bytes, *path: bytes) -> None:
        self._hash = hashlib.shake_256(seed)
        for part in path:
            self._hash.update(len(part).to_bytes(4, "big") + part)
        self._numbers = itertools.count()

    def draw(self, length: int) -> bytes:
        hash_ = self._hash.copy()
        hash_.update(next(self._numbers).to_bytes(8, "big"))
        return hash_.digest(length)


class RepeatableRandomness:
    """
    Bytes that look random and follow from *seed*.

    Args:
        seed: Of whatever length. Who has the same draws the same.
    """

    is_repeatable: Final = True

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._forks, self._path = forking.forks(), forking.path()
        self._depth = len(self._path)
        self._begin(b"")
        self._copies = itertools.count()
        self._here = threading.local()

    def _begin(self, process: bytes) -> None:
        self._process = process
        self._stream = _Stream(self._seed, b"all else", process)
        self._calls: dict[bytes, Iterator[int]] = {}

    def draw(self, length: int) -> bytes:
        self._notice_fork()
        stream: _Stream = getattr(self._here, "stream", None) or self._stream
        return stream.draw(length)

    def copy(self) -> RepeatableRandomness:
        self._notice_fork()
        number = next(self._copies).to_bytes(8, "big")
        return RepeatableRandomness(_Stream(self._seed, b"copy", self._process, number).draw(64))

    @contextlib.contextmanager
    def within(self, call: bytes) -> Iterator[None]:
        """Let what this thread draws meanwhile follow from *call*, which says what is called."""
        self._notice_fork()
        digest = hashlib.sha256(call).digest()
        # Both steps are one each for threads.
        number = next(self._calls.setdefault(digest, itertools.count()))
        around = getattr(self._here, "stream", None)
        parts = (b"call", self._process, digest, number.to_bytes(8, "big"))
        self._here.stream = _Stream(self._seed, *parts)
        try:
            yield
        finally:
            self._here.stream = around

    def _notice_fork(self) -> None:
        """Draw other bytes than the process does that this one was forked from."""
        path = forking.path()
        if path is not self._path:
            self._path = path
            # Counted from when this began, whatever was forked before.
            self._begin(repr([each - self._forks for each in path[self._depth :]]).encode())
