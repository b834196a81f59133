"""
Where the time of one call goes: botocore's share and ours, by part.

A timer interrupts a loop of calls and notes which part was at work. Unlike a
tracing profiler this costs no part more than another.
"""

from __future__ import annotations

import collections
import os
import signal
import statistics
import time
from collections.abc import Iterator
from types import FrameType
from typing import Final

import botocore

import pytest_kmsmock

from .figures import Figure, Form
from .sides import Sides
from .timing import Spread

SECTION: Final = "where an Encrypt goes"
_SECONDS: Final = 12.0
_INTERVAL: Final = 0.00073
_PARTS: Final = 8
_LEAST_PERCENT: Final = 0.3

_OURS: Final = os.path.dirname(pytest_kmsmock.__file__) + os.sep
_BOTOCORE: Final = os.path.dirname(botocore.__file__) + os.sep
# Steps of botocore's `_make_api_call` that are told apart by their own steps.
_COARSE: Final = frozenset({"_convert_to_request_dict", "wrapper", "inner"})


def measured(form: Form) -> Iterator[Figure]:
    """Yield the share of each part; the short form leaves them out."""
    if form.is_short:
        return
    samples, microseconds = _sampled()
    parts = [
        collections.Counter(samples[len(samples) * n // _PARTS : len(samples) * (n + 1) // _PARTS])
        for n in range(_PARTS)
    ]
    whole = collections.Counter(samples)
    for group in ("botocore", "pytest_kmsmock"):
        labels = [label for label in whole if label.startswith(group)]
        yield _share(f"all of {group}", labels, parts, microseconds)
    for label, count in whole.most_common():
        if 100 * count >= _LEAST_PERCENT * len(samples):
            yield _share(label, [label], parts, microseconds)


def _share(
    name: str, labels: list[str], parts: list[collections.Counter[str]], microseconds: float
) -> Figure:
    shares = [100 * sum(part[label] for label in labels) / part.total() for part in parts]
    spread = Spread.of(shares)
    return Figure(
        section=SECTION,
        name=name,
        of="of the call",
        unit="%",
        spread=spread,
        detail={"µs": spread.median * microseconds / 100},
    )


def _sampled() -> tuple[list[str], float]:
    """Return the part that was at work at each sample, and the µs of a call."""
    samples: list[str] = []

    def note(_: int, frame: FrameType | None) -> None:
        label = _label(frame)
        if label is not None:
            samples.append(label)

    sides = Sides.new()
    with sides.active() as mock:
        mock.create_key(alias="alias/where")
        encrypt = sides.kms.encrypt
        times = []
        before = signal.signal(signal.SIGALRM, note)
        signal.setitimer(signal.ITIMER_REAL, _INTERVAL, _INTERVAL)
        try:
            end = time.perf_counter() + _SECONDS
            while time.perf_counter() < end:
                start = time.perf_counter_ns()
                encrypt(KeyId="alias/where", Plaintext=b"k" * 32)
                times.append((time.perf_counter_ns() - start) / 1e3)
                if len(mock.calls) > 256:
                    mock.calls.clear()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
    return samples, statistics.median(times)


def _label(frame: FrameType | None) -> str | None:
    """Return the part that *frame* works for, or None outside of a call."""
    above: list[str] = []
    while frame is not None:
        file, name = frame.f_code.co_filename, frame.f_code.co_name
        if file.startswith(_OURS):
            return f"pytest_kmsmock: {file[len(_OURS) :].replace(os.sep, '/')}"
        if file.startswith(_BOTOCORE):
            if name == "_make_api_call":
                return f"botocore: {_step(above)}"
            if name == "_api_call":
                return "botocore: _api_call"
        above.append(name)
        frame = frame.f_back
    return None


def _step(above: list[str]) -> str:
    """Return the step of `_make_api_call` that the functions *above* it, innermost first, are."""
    steps = [*reversed(above)]
    while len(steps) > 1 and steps[0] in _COARSE:
        steps.pop(0)
    return steps[0] if steps else "_make_api_call"
