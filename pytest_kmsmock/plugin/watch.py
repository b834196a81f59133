"""Watching a test: what the application swallowed, what was scheduled and never happened."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

import pytest

from .. import observed
from ..checks import misuse
from ..observed import Observed
from . import marking
from .protocol import MARKED
from .running import OBSERVED

# What a function names that means to catch an error of the plugin's.
_EXPECTING = frozenset(
    (
        *("raises", "assertRaises", "assertRaisesRegex", "RaisesGroup"),
        *("KmsMockError", "KmsGuardError", "NotMockedError"),
    )
)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    seen = item.stash.get(OBSERVED, None)
    if seen is None:  # run without the protocol
        return (yield)
    if seen.leak_check is not None:
        seen.leak_check.follow_captures()
    try:
        result = yield
    except BaseException:
        # The test fails anyway, and its report tells why.
        _excuse(seen)
        raise
    if not getattr(item, "_excinfo", None):  # how unittest's failures are kept
        _fail_if_swallowed(item)
        _fail_if_unused(seen)
        if seen.leak_check is not None:
            seen.leak_check.fail_if_leaking()
        marking.check_effect(item, item.stash[MARKED])
    _excuse(seen)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    result = yield
    _fail_if_swallowed(item)
    seen = item.stash.get(OBSERVED, None)
    if seen is not None and seen.leak_check is not None:
        seen.leak_check.fail_if_leaking()
    return result


def _fail_if_swallowed(item: pytest.Item) -> None:
    """Fail the test for a misuse that never reached it, since the application caught it."""
    seen = item.stash.get(OBSERVED, None)
    if seen is None or not (seen.misuses or observed.of_children):
        return
    misuses, seen.misuses = seen.misuses, []
    unexpected = [misuse for misuse in misuses if not _was_expected(misuse)]
    unexpected += _refused_in_children(item.nodeid)
    if unexpected:
        pytest.fail(swallowed(unexpected), pytrace=False)


def _refused_in_children(test: str) -> list[Exception]:
    """Return what forked processes of *test* were refused, and the test does not know of."""
    refused = []
    for of, text, error in [] if observed.of_children is None else observed.of_children():
        if error is not None and error.__traceback__ is not None and _was_expected(error):
            continue
        if of == test:
            refused.append(error or misuse(text))
        else:
            observed.strays.append(text)
    return refused


def swallowed(misuses: Iterable[Exception]) -> str:
    told = "\n".join(f"{type(misuse).__name__}: {misuse}" for misuse in misuses)
    return (
        f"the application caught an error that was meant for the test:\n{told}\n"
        "To accept it, let the test itself make the call, with pytest.raises or "
        "`except KmsMockError`."
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
    if observed.of_children is not None:
        observed.of_children()
    for backend in seen.backends:
        backend.faults.excuse()


def _was_expected(error: Exception) -> bool:
    """
    Tell whether the test, not the application, caught *error*.

    The outermost frame of its traceback is the one that caught it. It did so
    knowingly if its function says `raises`, or names the plugin's errors.
    """
    if error.__traceback__ is None:  # cleared by unittest's assertRaises
        return True
    caught_by = error.__traceback__.tb_frame.f_code
    names = {caught_by.co_name, *caught_by.co_names, *caught_by.co_freevars}
    return not _EXPECTING.isdisjoint(names)
