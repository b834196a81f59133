"""The protocol of a test: what holds from its set-up to the end of its tear-down."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Generator
from typing import Any

import pytest

from .. import active, observed, settings
from ..doors import addresses, sessions
from ..frames import forget
from ..observed import CLASS_ATTRIBUTE, Observed
from ..settings import Marked
from . import marking, running, sweep
from .earlier import Earlier
from .guarding import guard_of
from .running import OBSERVED

EARLIER = pytest.StashKey[Earlier]()
MARKED = pytest.StashKey[Marked]()


# Around set-up, call, tear-down and their reports.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    seen = item.stash[OBSERVED] = Observed(item.nodeid)
    before, guard = observed.observe(seen), sessions.guard
    end = running.begin(item)
    marked = item.stash[MARKED] = marking.marked_by(item)
    marked_before = settings.mark(marked)
    wanted = marking.guard_of_marker(item)
    if wanted is not None:
        sessions.guard = guard_of(item.config) if wanted else None
    decorated = getattr(getattr(item, "cls", None), CLASS_ATTRIBUTE, None)
    if any(backend.settings["leak_check"] for backend in seen.backends):
        _begin_leak_check(seen)  # a wider mock asks for it
    observed.release_waiting()
    threads = {threading.current_thread(), *threading.enumerate()}
    try:
        with (
            contextlib.nullcontext() if wanted is not False else addresses.let_through(),
            contextlib.nullcontext() if decorated is None else _entered(decorated, item) as mock,
        ):
            running.hold(mock)
            if mock is not None:
                marked.reserve()
            return (yield)
    except BaseException as error:
        # An error of pytest's or of a plugin's own, or an interruption.
        forget(error)
        raise
    finally:
        end()
        settings.mark(marked_before)
        observed.observe(before)
        sessions.guard = guard
        if seen.leak_check is not None:
            seen.leak_check.end()
        if seen.backends:
            item.config.stash.setdefault(EARLIER, Earlier()).note(seen.backends, item.nodeid)
            observed.outlive({*threading.enumerate()} - threads, item.nodeid)
        # Its mocks hold all of the test's keys and plaintexts; pytest keeps the item.
        del item.stash[OBSERVED], item.stash[MARKED]


@contextlib.contextmanager
def _entered(make_mock: Callable[[], Any], item: pytest.Item) -> Generator[Any]:
    """Have a mock for the length of *item*, whatever thread runs it."""
    mock = make_mock()
    with contextlib.ExitStack() as stack:
        with active.held_by(item):
            stack.enter_context(mock)
        yield mock


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> Generator[None, Any, Any]:
    with active.held_by(fixturedef), marking.for_fixture(fixturedef, request):
        return (yield)


# Before fixtures are set up. Not once in the protocol: what repeats a test repeats its phases.
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    marking.check_markers(item)
    sweep.check_sweep(item)
    if MARKED in item.stash:
        item.stash[MARKED].restart()


def _begin_leak_check(seen: Observed) -> None:
    """Look for secrets in what the running test prints from now on."""
    item = running.running()
    if seen.leak_check is None and item is not None:
        from .leak_check import LeakCheck  # not at the top: see the package's docstring

        seen.leak_check = LeakCheck(item, seen)


observed.begin_leak_check = _begin_leak_check
