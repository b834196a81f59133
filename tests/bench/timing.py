"""Times taken in turns, and what they say: medians, quartiles, ratios."""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence

import attrs

Call = Callable[[], object]
Prepare = Callable[[], Call]
"""Does what is not timed and returns what is."""

Times = Mapping[str, Sequence[float]]
"""For each subject its times in µs, in the order in which they were taken."""

_LEAST = 16
_WARM_UP = 3
_CHUNKS = 8
_COLLECT_SECONDS = 0.5


@attrs.frozen
class Spread:
    """A median with the quartiles around it."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        ordered = sorted(values)
        last = len(ordered) - 1
        return cls(
            statistics.median(ordered), ordered[round(last / 4)], ordered[round(last * 3 / 4)]
        )


def in_turns(
    subjects: Mapping[str, Prepare],
    seconds: float,
    *,
    rare: Mapping[str, int] | None = None,
    least: int = _LEAST,
) -> Times:
    """
    Time one call of each subject after the other, in changing order, for *seconds*.

    Whatever else the machine does then meets all of them. What is timed is the
    CPU time of this thread, as nothing here waits for anything: what other
    processes do to the clock on the wall is no matter. The garbage collector
    works between the calls only.

    Args:
        rare: Subjects that are timed only in every nth round, by n.
        least: The rounds to make at least, however long they take.
    """
    times: dict[str, list[float]] = {name: [] for name in subjects}
    rounds_between = {name: (rare or {}).get(name, 1) for name in subjects}
    order = random.Random(0)
    names = list(subjects)
    for prepare in subjects.values():
        for _ in range(_WARM_UP):
            prepare()()
    now = time.thread_time_ns
    end = time.perf_counter() + seconds
    collect = 0.0
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        rounds = 0
        while rounds < least or time.perf_counter() < end:
            if time.perf_counter() > collect:
                gc.collect()
                collect = time.perf_counter() + _COLLECT_SECONDS
            order.shuffle(names)
            for name in names:
                if rounds % rounds_between[name]:
                    continue
                call = subjects[name]()
                start = now()
                call()
                stop = now()
                times[name].append((stop - start) / 1e3)
            rounds += 1
    finally:
        if was_enabled:
            gc.enable()
    return times


def medians(times: Times) -> dict[str, float]:
    return {name: statistics.median(values) for name, values in times.items()}


def fastest(values: Sequence[float]) -> float:
    """
    Return the time that the fastest tenth of *values* keeps to; the least of a few.

    For what takes its time by chance.
    """
    return sorted(values)[len(values) // 10]


def compared(
    times: Times,
    compare: Callable[[Mapping[str, float]], float],
    typical: Mapping[str, Callable[[Sequence[float]], float]] | None = None,
) -> Spread:
    """
    Return the median and the quartiles of *compare* over parts of the run.

    Each part lasts an eighth of the run, so what slows the machine down for a
    while slows down all subjects of a part.

    Args:
        typical: What of a subject's times in a part is compared, if not their median.
    """
    chunks = min(_CHUNKS, *(len(values) for values in times.values()))
    values = []
    for number in range(chunks):
        part = {
            name: (typical or {}).get(name, statistics.median)(
                taken[len(taken) * number // chunks : len(taken) * (number + 1) // chunks]
            )
            for name, taken in times.items()
        }
        values.append(compare(part))
    return Spread.of(values)
