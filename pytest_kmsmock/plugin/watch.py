"""Watching a test: what the application swallowed, what was scheduled and never happened."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Generator, Iterable
from typing import Any

import pytest

from .. import observed
from ..doors import sessions
from ..observed import CLASS_ATTRIBUTE, Observed
from .options import guard_of_marker

OBSERVED = pytest.StashKey[Observed]()
_EXPECTING = frozenset({"raises", "assertRaises", "assertRaisesRegex", "RaisesGroup"})
# The test that runs; `kms` reads its markers.
_running: pytest.Item | None = None


def running() -> pytest.Item | None:
    """Return the test that runs, None if something runs it without pytest's protocol."""
    return _running


def watch_run(config: pytest.Config, wanted: bool | None) -> None:
    """
    Watch over a whole run, also while modules are imported.

    Args:
        wanted: What the command line says of the guard.
    """
    guards = config.getini("kms_guard") if wanted is None else wanted
    before = sessions.guard  # of a run that this one is within
    sessions.guard = guard_of(config) if guards else None
    config.add_cleanup(lambda: setattr(sessions, "guard", before))
    config.stash[OBSERVED] = own = Observed("the root conftest")
    outer = observed.observe(own)

    def restore() -> None:
        observed.observe(outer)

    config.add_cleanup(restore)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    seen = session.config.stash.get(OBSERVED, None)
    if seen is not None and seen.misuses:
        raise pytest.UsageError(_swallowed(seen.misuses))


# A guarded call at the import of a module, which the module has caught.
@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    seen = Observed(f"the import of {collector.nodeid or 'the tests'}")
    before = observed.observe(seen)
    try:
        report = yield
    finally:
        observed.observe(before)
    if seen.misuses and report.passed:
        report.outcome = "failed"
        report.longrepr = _swallowed(seen.misuses)
    return report


# Around set-up, call, tear-down and their reports.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    global _running
    seen = item.stash[OBSERVED] = Observed(item.nodeid)
    before, guard = observed.observe(seen), sessions.guard
    around, _running = _running, item  # there is one around in the tests of plugins
    wanted = guard_of_marker(item)
    if wanted is not None:
        sessions.guard = guard_of(item.config) if wanted else None
    decorated = getattr(getattr(item, "cls", None), CLASS_ATTRIBUTE, None)
    try:
        with contextlib.nullcontext() if decorated is None else decorated():
            return (yield)
    finally:
        _running = around
        observed.observe(before)
        sessions.guard = guard


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    seen = item.stash.get(OBSERVED, None)
    if seen is None:  # run without the protocol
        return (yield)
    try:
        result = yield
    except BaseException:
        # The test fails anyway, and its report tells why.
        _excuse(seen)
        raise
    if not getattr(item, "_excinfo", None):  # how unittest's failures are kept
        _fail_if_swallowed(item)
        _fail_if_unused(seen)
    _excuse(seen)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    result = yield
    _fail_if_swallowed(item)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    seen = item.stash.get(OBSERVED, None)
    if report.failed and seen is not None and seen.backends:
        from ..reports.timeline import timeline

        text = timeline(seen.backends)
        if text:
            report.sections.append(("KMS calls", text))
    return report


def guard_of(config: pytest.Config) -> Callable[[str, str], None]:
    """Return what to ask about a call outside any mock."""
    allowed = config.getini("kms_guard_allow")

    def check(operation: str, url: str) -> None:
        from ..doors.guard import check  # not at the top: see the module docstring

        check(operation, url, allowed)

    return check


def _fail_if_swallowed(item: pytest.Item) -> None:
    """Fail the test for a misuse that never reached it, since the application caught it."""
    seen = item.stash.get(OBSERVED, None)
    if seen is None or not seen.misuses:
        return
    misuses, seen.misuses = seen.misuses, []
    swallowed = [misuse for misuse in misuses if not _was_expected(misuse, item)]
    if swallowed:
        pytest.fail(_swallowed(swallowed), pytrace=False)


def _swallowed(misuses: Iterable[Exception]) -> str:
    told = "\n".join(f"{type(misuse).__name__}: {misuse}" for misuse in misuses)
    return (
        f"the application caught an error that was meant for the test:\n{told}\n"
        "To accept it, let the test itself make the call, and catch it there "
        "or with pytest.raises."
    )


def _fail_if_unused(seen: Observed) -> None:
    """Fail the test for a fault that was scheduled and never happened."""
    reasons = [
        fault.why_unused([row.operation for row in backend.record.rows])
        for backend in seen.backends
        for fault in backend.faults.unused()
    ]
    _excuse(seen)
    if reasons:
        pytest.fail("\n".join(reasons), pytrace=False)


def _excuse(seen: Observed) -> None:
    """Let no other test answer for what was swallowed or unused in this one."""
    seen.misuses.clear()
    for backend in seen.backends:
        backend.faults.excuse()


def _was_expected(error: Exception, item: pytest.Item) -> bool:
    """
    Tell whether the test, not the application, caught *error*.

    The outermost frame of its traceback is the one that caught it. It is the
    test if it is the test function, or one that says `raises`.
    """
    if error.__traceback__ is None:  # cleared by unittest's assertRaises
        return True
    caught_by = error.__traceback__.tb_frame.f_code
    if not _EXPECTING.isdisjoint({caught_by.co_name, *caught_by.co_names}):
        return True
    function = getattr(item, "function", None)
    return function is not None and caught_by is getattr(inspect.unwrap(function), "__code__", None)
