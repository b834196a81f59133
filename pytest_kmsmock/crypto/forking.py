"""
What a forked process makes anew: locks, stocks of random bytes, request IDs.

The child of a fork has one thread, and a copy of all that its parent had. A lock
that another thread of the parent held stays locked in it for ever, also that of
a module which the thread was importing; what is given out only once is given
out in both.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import threading
import weakref
from typing import Any, Final, Protocol


class Renewing(Protocol):
    """What a forked process cannot use as its parent left it."""

    def renew(self) -> None:
        """Be as good as new."""
        ...


_NEEDED: Final = (__name__.partition(".")[0], "botocore", "cryptography")
# Between the end of one import and a fork another may begin, and again.
_ATTEMPTS: Final = 100
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


def _being_imported() -> list[str]:
    """Return the modules that somebody is importing, of those that calls come to need."""
    return [name for name in list(_module_locks) if name.partition(".")[0] in _NEEDED]


def _finish_imports() -> None:
    """Wait for the modules that other threads are importing."""
    for _ in range(_ATTEMPTS):
        if not (names := _being_imported()):
            return
        for name in names:
            with contextlib.suppress(Exception):  # who asked for it will be told
                importlib.import_module(name)


def _begin_imports_anew() -> None:
    """Forget the modules that a thread was importing after all, which is not there to go on."""
    for name in _being_imported():
        lock = _module_locks[name]()
        if lock is None or lock.owner in (None, threading.get_ident()):
            continue
        del _module_locks[name]
        if getattr(getattr(sys.modules.get(name), "__spec__", None), "_initializing", False):
            del sys.modules[name]


def _renew_all() -> None:
    _begin_imports_anew()
    _renew()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(before=_finish_imports, after_in_child=_renew_all)
