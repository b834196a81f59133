"""Notes of what happens during a test."""

from __future__ import annotations

import threading
from collections.abc import Iterator

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
