"""
Messages from forked processes to the one whose test they are of.

A child that is refused may swallow it, and its parent's test is to fail all the
same. There is one pipe for all of them, which is made before the first fork.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
from typing import Any

from .. import active, observed
from ..service.misuse import PUBLIC, KmsMockError

# So long a message is written at once, or not at all: POSIX, PIPE_BUF.
_LONGEST = 3500

# The ends to read from and to write to; a child has the second only.
_reading: int | None = None
_writing: int | None = None
# Of errors that have come here by other ways, by their texts.
_arrived: dict[str, list[KmsMockError]] = {}


class KmsChildError(KmsMockError):
    """A forked process used a mock that is its parent's."""

    __module__ = PUBLIC

    def __reduce__(self) -> tuple[Any, ...]:
        # It may be on its way to the parent, which raises it there, and may expect it.
        return arrived, (str(self),)


def tell(test: str, text: str) -> None:
    """Tell the process of *test* that a child of it was refused."""
    if _writing is not None:
        message = json.dumps([test, text]).encode()
        if len(message) > _LONGEST:
            message = json.dumps([test, text[: _LONGEST // 8]]).encode()
        with contextlib.suppress(OSError):  # it is no longer there, or reads nothing
            os.write(_writing, message + b"\n")


def arrived(text: str) -> KmsMockError:
    """Return the error that a child has raised and sent here, as by a pool of processes."""
    error = KmsChildError(text)
    _arrived.setdefault(text, []).append(error)
    return error


def received() -> list[tuple[str, str, Exception | None]]:
    """Return the messages that have come: the test, the text, and the error if that came too."""
    if _reading is None:
        return []
    data = b""
    while select.select([_reading], [], [], 0)[0]:
        more = os.read(_reading, 65536)
        if not more:
            break
        data += more
    found: list[tuple[str, str, Exception | None]] = []
    for line in data.splitlines():
        test, text = json.loads(line)
        errors = _arrived.get(text)
        found.append((test, text, errors.pop() if errors else None))
    _arrived.clear()
    return found


def close() -> None:
    """Close the pipe; the next fork makes another."""
    global _reading, _writing
    for end in (_reading, _writing):
        if end is not None:
            os.close(end)
    _reading = _writing = observed.of_children = None


def _before_fork() -> None:
    global _reading, _writing
    # Only a run of pytest looks at what is told.
    if _writing is None and active.is_any() and observed.is_observing():
        _reading, _writing = os.pipe()
        os.set_blocking(_writing, False)
        observed.of_children = received


def _after_fork_in_child() -> None:
    global _reading
    if _reading is not None:
        os.close(_reading)
        _reading = None
    observed.of_children = None
    _arrived.clear()


_is_watching = False


def watch() -> None:
    """Be ready for forks, from now on."""
    global _is_watching
    if not _is_watching and hasattr(os, "register_at_fork"):  # not on Windows
        _is_watching = True
        os.register_at_fork(before=_before_fork, after_in_child=_after_fork_in_child)
