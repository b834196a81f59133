"""Notes of what happens during a test, for the plugin to look at when it is over."""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any, Final

from . import active

# On a class that `mock_kms` decorates: makes the mock for one of its tests, for the plugin.
CLASS_ATTRIBUTE: Final = "_pytest_kmsmock_make_mock"


class Observed:
    """
    What happened during one test.

    Attributes:
        where: The test's node ID, or what else is going on.
        backends: Those that became active, and the one that was so before.
        misuses: Errors for the author of the test, raised in the application.
        leak_check: Looks for secrets in what the test prints, if a mock asks for it.
    """

    def __init__(self, where: str) -> None:
        self.where = where
        outer = active.innermost()
        self.backends: list[Any] = [] if outer is None else [outer]
        self.misuses: list[Exception] = []
        self.leak_check: Any = None


# Begins to look for secrets in what the running test prints; the plugin does.
begin_leak_check: Callable[[Observed], None] = lambda observed: None  # noqa: E731
_observed: Observed | None = None
# Of threads that go on although the test that has started them is over: which test that was.
_starters: weakref.WeakKeyDictionary[threading.Thread, str] = weakref.WeakKeyDictionary()

# Where those of the standard library's pools wait for work.
_WAITING: Final = frozenset(
    (("concurrent.futures.thread", "_worker"), ("multiprocessing.pool", "worker"))
)

# Returns what forked processes have told of since it was last asked: of which test, what, and
# the error if that has come here too. None until there was one.
of_children: Callable[[], list[tuple[str, str, Exception | None]]] | None = None

# What such threads have done amiss: no test that runs can answer for it, so the run does.
strays: list[str] = []


def observe(observed: Observed | None) -> Observed | None:
    """Note what happens in *observed* from now on; return where it was noted before."""
    global _observed
    before, _observed = _observed, observed
    return before


def is_observing() -> bool:
    """Tell whether the plugin looks after the running test."""
    return _observed is not None


def where() -> str:
    """Return the test that is running, or what else is going on."""
    return "something" if _observed is None else _observed.where


def backends() -> list[Any]:
    """Return those of the mocks that the running test has used."""
    return [] if _observed is None else _observed.backends


def started(backend: Any) -> None:
    """Note that *backend* became active."""
    if _observed is not None:
        _observed.backends.append(backend)


def watch_for_leaks() -> None:
    """Let somebody look for secrets in what the running test prints, from now on."""
    if _observed is not None:
        begin_leak_check(_observed)


def outlive(threads: Iterable[threading.Thread], test: str) -> None:
    """Note that *threads* go on, although *test*, which has started them, is over."""
    for thread in threads:
        _starters.setdefault(thread, test)
    release_waiting()


def release_waiting() -> None:
    """Let threads of pools that wait for work be nobody's: they work for who gives them some."""
    if not _starters:
        return
    running = sys._current_frames()
    for thread in list(_starters):
        frame = running.get(thread.ident or 0)
        if frame is not None and _place_of(frame) in _WAITING:
            _starters.pop(thread, None)


def _place_of(frame: FrameType) -> tuple[object, str]:
    return frame.f_globals.get("__name__"), frame.f_code.co_name


def starter() -> str | None:
    """Return the test that has started this thread, if the thread has outlived it."""
    return _starters.get(threading.current_thread())


def misuse(error: Exception) -> None:
    """Note *error*, which is about to pass through the application."""
    if _observed is not None:
        _observed.misuses.append(error)
