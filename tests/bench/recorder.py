"""
A pytest plugin for the benchmark's own runs: what each test costs, in which order.

``--bench-times PATH`` writes the µs (CPU time) of each test's protocol (set-up, call,
tear-down, reports), by the name of its function, in the order of the run.
"""

from __future__ import annotations

import gc
import json
import random
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

_times: dict[str, list[float]] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--bench-times", default=None)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put test *n* of each function side by side, in changing order."""
    order = random.Random(0)
    items.sort(key=lambda item: (_number(item), order.random()))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    gc.disable()
    start = time.thread_time_ns()
    try:
        return (yield)
    finally:
        taken = (time.thread_time_ns() - start) / 1e3
        gc.enable()
        _times.setdefault(item.name.partition("[")[0], []).append(taken)


def pytest_sessionfinish(session: pytest.Session) -> None:
    path = session.config.getoption("--bench-times")
    if path:
        Path(path).write_text(json.dumps(_times))


def _number(item: pytest.Item) -> int:
    callspec = getattr(item, "callspec", None)
    return int(callspec.params["number"]) if callspec is not None else 0
