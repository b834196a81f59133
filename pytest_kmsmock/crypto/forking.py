"""
What a forked process makes anew: locks, stocks of random bytes, request IDs.

The child of a fork has one thread, and a copy of all that its parent had. A lock
that another thread of the parent held stays locked in it for ever, also that of
a module which the thread was importing, or one within OpenSSL: a fork waits
for the calls that other threads are in. What is given out only once would be
given out in both.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import threading
import time
import weakref
from typing import Any, Final, Protocol


class Renewing(Protocol):
    """What a forked process cannot use as its parent left it."""

    def renew(self) -> None:
        """Be as good as new."""
        ...


_PACKAGE: Final = __name__.partition(".")[0]
_NEEDED: Final = (_PACKAGE, "botocore", "cryptography")
# Between the end of one import and a fork another may begin, and again.
_ATTEMPTS: Final = 100
# Threads that are in a call, one as often as it is.
_inside: Final[list[int]] = []
# Held by the thread that forks.
_gate = threading.Lock()
_forking: int | None = None
# How many processes have been forked from this one and its parents; and which of them it is.
_forks = 0
_path: tuple[int, ...] = ()
_PAUSE_SECONDS: Final = 0.0005
# So many pauses are waited: five seconds, and no clock is asked, which a test may have stopped.
_PATIENCE: Final = 10_000
# By name: not public, but nothing else tells of a module that is yet to be found.
_module_locks: Final[dict[str, Any]] = getattr(
    getattr(importlib, "_bootstrap", None), "_module_locks", {}
)
_renewing: Final[weakref.WeakSet[Renewing]] = weakref.WeakSet()


def renew_in_children(owner: Renewing) -> None:
    """Let each process that is forked from this one renew *owner*, while it lives."""
    _renewing.add(owner)


class Lock:
    """
    A lock of this process.

    Attributes:
        current: The lock itself, which its holder can take again. A forked process has
            another one. It is to be entered by ``with``, straight: no signal comes in between.
    """

    __slots__ = ("__weakref__", "current")

    def __init__(self) -> None:
        self.renew()
        renew_in_children(self)

    def renew(self) -> None:
        self.current = threading.RLock()


def _renew() -> None:
    for owner in list(_renewing):
        owner.renew()


def _finish_imports() -> None:
    """Wait for the modules that other threads are importing, of those that calls come to need."""
    for _ in range(_ATTEMPTS):
        names = [name for name in list(_module_locks) if name.partition(".")[0] in _NEEDED]
        if not names:
            return
        for name in names:
            with contextlib.suppress(Exception):  # who asked for it will be told
                importlib.import_module(name)


def _begin_imports_anew() -> None:
    """Forget what of ours a thread was importing all the same, which is not there to go on."""
    for name, reference in list(_module_locks.items()):
        if not name.startswith(f"{_PACKAGE}."):
            continue
        lock = reference()
        if lock is not None and lock.owner == threading.get_ident():
            continue
        # Also one that nobody has yet: a thread may have been about to take it.
        del _module_locks[name]
        if getattr(getattr(sys.modules.get(name), "__spec__", None), "_initializing", False):
            del sys.modules[name]


def forks() -> int:
    """Return how many processes have been forked from this one, and from those above it."""
    return _forks


def path() -> tuple[int, ...]:
    """Return which of the forks this process is, after which of those above it; empty is none."""
    return _path


def enter() -> None:
    """Begin what no fork is to interrupt: a call, within which libraries hold locks of theirs."""
    ident = threading.get_ident()
    _inside.append(ident)
    if _gate.locked() and _forking != ident and _inside.count(ident) == 1:
        _inside.remove(ident)
        with _gate:  # until there is the child
            _inside.append(ident)


def leave() -> None:
    """End what `enter` began, also where a signal has interrupted it."""
    try:  # noqa: SIM105  # each call comes by here
        _inside.remove(threading.get_ident())
    except ValueError:
        pass


def _wait_for_calls() -> None:
    """Let the calls of other threads end, and no other begin. Not for ever: one may wait for us."""
    global _forking
    _gate.acquire()
    _forking = ident = threading.get_ident()
    for _ in range(_PATIENCE):
        if all(each == ident for each in list(_inside)):
            return
        time.sleep(_PAUSE_SECONDS)


def _before() -> None:
    global _forks
    _finish_imports()
    _wait_for_calls()
    _forks += 1


def _after_in_parent() -> None:
    global _forking
    _forking = None
    _gate.release()


def _after_in_child() -> None:
    global _gate, _forking, _path
    _gate, _forking = threading.Lock(), None
    _path = (*_path, _forks)
    ident = threading.get_ident()
    _inside[:] = [each for each in _inside if each == ident]
    _begin_imports_anew()
    _renew()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(
        before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child
    )
