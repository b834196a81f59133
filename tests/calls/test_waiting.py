"""Waiting for what another thread does."""

from __future__ import annotations

import asyncio
import time

import pytest

from pytest_kmsmock import KmsMockError
from pytest_kmsmock.calls.waiting import wait_until


def test_what_has_come_is_not_waited_for() -> None:
    left = iter([True, False])

    assert wait_until(lambda: next(left), 60)
    assert list(left) == [False]


def test_it_ends_when_the_thing_has_come() -> None:
    left = iter([False, False, True])

    assert wait_until(lambda: next(left), 60)
    assert list(left) == []


def test_it_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a library has stopped all clocks."""
    began = time.perf_counter()
    for name in ("time", "monotonic", "sleep"):
        monkeypatch.setattr(time, name, lambda *_: 0.0)

    assert not wait_until(lambda: False, 0.1)

    assert time.perf_counter() - began >= 0.1


def test_a_last_look_is_taken_when_the_time_is_over() -> None:
    left = iter([False, False, False, True])

    assert wait_until(lambda: next(left), 0.03)
    assert not wait_until(lambda: False, 0)


def test_an_event_loop_is_not_kept_waiting() -> None:
    """Its tasks could not do what is waited for; what has come is fine."""

    async def act() -> None:
        assert wait_until(lambda: True, 60)
        with pytest.raises(KmsMockError, match="to_thread"):
            wait_until(lambda: False, 60)

    asyncio.run(act())
