"""Real time: what the computer's clocks say, also where a test has changed Python's time."""

from __future__ import annotations

import sys
import time
from typing import Any


def monotonic() -> float:
    """Return seconds that always pass, which freezegun does not stop."""
    if hasattr(time, "clock_gettime"):
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


def wall() -> float:
    """Return the seconds since the epoch."""
    travelling: Any = sys.modules.get("time_machine")
    if travelling is not None and travelling.escape_hatch.is_travelling():
        real: float = travelling.escape_hatch.time.time()
        return real
    if hasattr(time, "clock_gettime"):  # freezegun leaves it alone
        return time.clock_gettime(time.CLOCK_REALTIME)
    freezing: Any = sys.modules.get("freezegun.api")
    return time.time() if freezing is None else float(freezing.real_time())


def python() -> float:
    """Return the seconds since the epoch that programs of this process see."""
    return time.time()
