"""The engine: a thread that ends, and that is no business of anybody's logging."""

from __future__ import annotations

import asyncio
import logging
import threading
import time

import freezegun
import pytest

from pytest_kmsmock.doors.endpoint.engine import Engine


def test_it_does_what_it_is_told_in_its_own_thread() -> None:
    before = threading.enumerate()
    engine = Engine()
    try:
        assert engine.do(threading.current_thread).name == "kmsmock-endpoint"
        assert engine.run(asyncio.sleep(0, "done")) == "done"
    finally:
        engine.stop()

    assert threading.enumerate() == before


def test_its_errors_are_its_caller_s() -> None:
    engine = Engine()
    try:
        with pytest.raises(ZeroDivisionError):
            engine.do(lambda: 1 / 0)
    finally:
        engine.stop()


def test_slow_work_is_done_elsewhere() -> None:
    engine = Engine()

    async def work() -> str:
        return await engine.work(lambda: threading.current_thread().name)

    try:
        assert engine.run(work()).startswith("kmsmock-endpoint_")
    finally:
        engine.stop()


def test_its_timers_run_where_time_stands_still() -> None:
    engine = Engine()
    try:
        with freezegun.freeze_time("2020-01-01"):
            engine.run(asyncio.sleep(0.01))
    finally:
        engine.stop()


def test_nothing_of_its_thread_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """What others log is."""
    logger = logging.getLogger("tornado.general")
    before = logger.filters.copy()
    engine = Engine()
    try:
        engine.do(logger.error, "of the engine")
        logger.error("of the application")
    finally:
        engine.stop()

    assert [record.message for record in caplog.records] == ["of the application"]
    assert logger.filters == before


def test_it_starts_and_stops_at_once() -> None:
    Engine().stop()  # what is imported for it
    begun = time.perf_counter()
    Engine().stop()

    assert time.perf_counter() - begun < 1  # 2 ms on a quiet computer
