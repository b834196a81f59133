"""A clock that stands still, so that dates are the same in every run."""

from __future__ import annotations

import calendar
import datetime as dt
import sys
import time
from types import BuiltinFunctionType
from typing import Any, Final

from .clock import Clock

START: Final = 1_735_689_600.0
"""2025-01-01T00:00:00Z, in seconds since the epoch."""


class StandingClock(Clock):
    """
    Tells 2025-01-01T00:00:00Z, or the time at which something else lets a test stand.

    That is time-machine, freezegun, or a test's own `time.time`. Those of them that go on
    by themselves do not here: their time is the one that a test has set.
    """

    def __call__(self) -> float:
        return _set_time() + self._offset


def _set_time() -> float:
    traveller = _last("time_machine", "traveller_stack", "coordinates_stack")
    if traveller is not None:
        nanoseconds = getattr(traveller, "_destination_timestamp_ns", None)
        return time.time() if nanoseconds is None else float(nanoseconds) / 1e9
    frozen: dt.datetime | None = getattr(
        _last("freezegun.api", "freeze_factories"), "time_to_freeze", None
    )
    if frozen is not None:
        return float(calendar.timegm(frozen.timetuple())) + frozen.microsecond / 1e6
    return START if isinstance(time.time, BuiltinFunctionType) else time.time()


def _last(module: str, *names: str) -> Any:
    """Return the last entry of a list that *module* has, where somebody has imported that."""
    for name in names:
        entries = getattr(sys.modules.get(module), name, None)
        if entries:
            return entries[-1]
    return None
