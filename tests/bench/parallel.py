"""Threads of one process, and the processes of pytest-xdist."""

from __future__ import annotations

import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from . import processes
from .figures import Figure, Form
from .sides import Sides
from .timing import Spread

SECTION: Final = "in parallel"
_THREADS: Final = (1, 4, 16)
_ROUNDS: Final = 5
_SECONDS: Final = 0.4
_XDIST_ROUNDS: Final = 3
_XDIST_TESTS: Final = 2_000

_TESTS: Final = """\
import pytest

@pytest.mark.parametrize("number", range({number}))
def test_small(number{fixture}):
    pass
"""


def measured(form: Form) -> Iterator[Figure]:
    """Yield the figures of threads and of pytest-xdist; the short form leaves them out."""
    if not form.is_short:
        yield from _threads()
        yield _xdist()


def _threads() -> Iterator[Figure]:
    sides = Sides.new()
    with sides.active() as mock:
        mock.create_key(alias="alias/threads")

        def encrypt() -> None:
            sides.kms.encrypt(KeyId="alias/threads", Plaintext=b"k" * 32)

        def at_the_floor() -> None:
            sides.floor.client.encrypt(KeyId="alias/threads", Plaintext=b"k" * 32)

        calls: Mapping[str, Callable[[], None]] = {"kms": encrypt, "floor": at_the_floor}
        rates: dict[tuple[str, int], list[float]] = {}
        turns = [(name, threads) for name in calls for threads in _THREADS]
        order = random.Random(0)
        for _ in range(_ROUNDS):
            order.shuffle(turns)
            for name, threads in turns:
                rates.setdefault((name, threads), []).append(_rate(calls[name], threads))
                mock.calls.clear()
    for threads in _THREADS:
        alone, together = rates["kms", 1], rates["kms", threads]
        ours, floor = rates["kms", threads], rates["floor", threads]
        detail = {
            "kms calls/s": statistics.median(ours),
            "floor calls/s": statistics.median(floor),
        }
        yield Figure(
            section=SECTION,
            name=f"Encrypt, threads: {threads}",
            of="calls a second ÷ those of the floor",
            spread=Spread.of([a / b for a, b in zip(ours, floor, strict=True)]),
            detail=detail,
        )
        if threads > 1:
            yield Figure(
                section=SECTION,
                name=f"Encrypt, threads: {threads}",
                of="calls a second ÷ those of one thread",
                spread=Spread.of([a / b for a, b in zip(together, alone, strict=True)]),
                detail=detail,
            )


def _rate(call: Callable[[], None], threads: int) -> float:
    """Return how many calls a second *threads* threads make together."""
    counts = [0] * threads
    barrier = threading.Barrier(threads + 1)
    end = threading.Event()

    def work(number: int) -> None:
        barrier.wait()
        while not end.is_set():
            call()
            counts[number] += 1

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    barrier.wait()
    start = time.perf_counter()
    end.wait(_SECONDS)
    end.set()
    for worker in workers:
        worker.join()
    return sum(counts) / (time.perf_counter() - start)


def _xdist() -> Figure:
    taken: dict[str, list[float]] = {"with": [], "without": []}
    with tempfile.TemporaryDirectory() as folder:
        for name, fixture in (("with", ", kms"), ("without", "")):
            inner = Path(folder, name)
            inner.mkdir()
            text = _TESTS.format(number=_XDIST_TESTS, fixture=fixture)
            inner.joinpath("test_small.py").write_text(text)
        for _ in range(_XDIST_ROUNDS):
            for name, walls in taken.items():
                run = processes.pytest(str(Path(folder, name)), "-p", "xdist", "-n", "2")
                walls.append(run.wall)
    return Figure(
        section=SECTION,
        name=f"{_XDIST_TESTS:,} small tests, xdist -n 2",
        of="with kms ÷ without",
        spread=Spread.of([a / b for a, b in zip(*taken.values(), strict=True)]),
        detail={f"{name} ms": statistics.median(walls) for name, walls in taken.items()},
    )
