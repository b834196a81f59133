"""Notes of what happens during a test."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool
from typing import Any

import pytest

from pytest_kmsmock import active, observed
from pytest_kmsmock.observed import Observed


@pytest.fixture(autouse=True)
def _notes_are_as_before() -> Iterator[None]:
    before = observed.observe(None)
    yield
    observed.observe(before)


def test_what_happens_is_noted_where_the_plugin_looks() -> None:
    notes = Observed("tests/test_it.py::test_it")
    error = ValueError("a misuse")
    assert observed.observe(notes) is None

    observed.started("a mock")
    observed.misuse(error)

    assert observed.is_observing()
    assert observed.where() == "tests/test_it.py::test_it"
    assert observed.backends() is notes.backends
    assert (notes.backends, notes.misuses) == (["a mock"], [error])


def test_a_run_within_a_test_is_noted_apart() -> None:
    """And what comes after it where it was before."""
    outer, inner = Observed("the test"), Observed("the run within")
    observed.observe(outer)

    assert observed.observe(inner) is outer
    observed.misuse(ValueError())
    assert observed.observe(outer) is inner

    assert len(inner.misuses) == 1
    assert outer.misuses == []


def test_where_nobody_looks_nothing_is_noted() -> None:
    """As without pytest."""
    observed.started("a mock")
    observed.misuse(ValueError())

    assert not observed.is_observing()
    assert observed.backends() == []
    assert observed.where() == "something"


def test_a_mock_that_was_active_before_is_one_of_the_tests() -> None:
    assert Observed("a test").backends == []

    active.push("of the session")
    try:
        notes = Observed("a test")
    finally:
        active.remove("of the session")

    assert notes.backends == ["of the session"]


def test_a_thread_that_outlives_its_test_is_known_by_it() -> None:
    """By the first: later tests only find it still there."""
    told: list[str | None] = []
    go_on = threading.Event()

    def work() -> None:
        go_on.wait(10)
        told.append(observed.starter())

    thread = threading.Thread(target=work)
    thread.start()
    observed.outlive([thread], "the first test")
    observed.outlive([thread], "the second test")
    go_on.set()
    thread.join()

    assert told == ["the first test"]
    assert observed.starter() is None


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def submit_to_executor(work: Callable[[], str | None]) -> tuple[Any, Callable[[], str | None]]:
    pool = ThreadPoolExecutor(1)
    return pool, pool.submit(work).result


def submit_to_pool(work: Callable[[], str | None]) -> tuple[Any, Callable[[], str | None]]:
    pool = ThreadPool(1)
    return pool, pool.apply_async(work).get


@pytest.mark.parametrize("submit", [submit_to_executor, submit_to_pool])
def test_a_thread_of_a_pool_works_for_who_gives_it_work(
    submit: Callable[..., tuple[Any, Callable[[], str | None]]],
) -> None:
    """What it still does for a test that is over is that test's; then it waits for others."""
    begun, go_on = threading.Event(), threading.Event()
    workers: list[threading.Thread] = []

    def work() -> str | None:
        workers.append(threading.current_thread())
        begun.set()
        go_on.wait(10)
        return observed.starter()

    pool, result = submit(work)
    assert begun.wait(10)
    with pool:
        observed.outlive(workers, "the first test")
        go_on.set()
        assert result() == "the first test"

        def is_released() -> bool:
            observed.release_waiting()
            return workers[0] not in observed._starters

        wait_for(is_released)


def test_whoever_looks_for_leaks_is_told_for_which_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody observes a test, there is nothing to look at."""
    told: list[Observed] = []
    monkeypatch.setattr(observed, "begin_leak_check", told.append)
    observed.watch_for_leaks()
    notes = Observed("a test")
    observed.observe(notes)

    observed.watch_for_leaks()

    assert told == [notes]
    assert notes.leak_check is None
