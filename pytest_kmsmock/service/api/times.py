"""Times as they are shown: seconds since the epoch, cut and never rounded up; local time."""

from __future__ import annotations

import datetime as dt
import functools
import math
import time
from typing import Any, Final

# A float of seconds has steps of a quarter of a microsecond now, and of 30 in the year 9999,
# so that a time given to the millisecond can lie that much below itself. In milliseconds.
_SLACK_NOW: Final = 0.0005
_SLACK_EVER: Final = 0.05
# Offsets of local time change only at whole quarters of an hour; in seconds.
_STEP_SECONDS: Final = 900


def cut(seconds: float) -> float:
    """
    Return *seconds* since the epoch to the millisecond, which is what AWS keeps.

    Cut, not rounded: a date must not lie ahead of the clock that it was read from.
    """
    return math.floor(seconds * 1000 + _SLACK_NOW) / 1000


def milliseconds(seconds: float) -> int:
    """Return *seconds* since the epoch, a time that has been cut, in milliseconds."""
    return math.floor(seconds * 1000 + _SLACK_EVER)


def in_utc(seconds: float) -> dt.datetime:
    """Return *seconds* since the epoch as a date in UTC, to the microsecond."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def timestamp(seconds: float) -> dt.datetime:
    """Return *seconds* since the epoch as botocore shows it: aware, in local time."""
    # The names change with the local zone, and freezegun has a class of its own.
    return _local_time(seconds, time.tzname, dt.datetime)


@functools.lru_cache(maxsize=1024)
def _local_time(seconds: float, names: tuple[str, str], class_: Any) -> dt.datetime:
    kept = milliseconds(seconds) / 1000
    shown: dt.datetime = class_.fromtimestamp(kept, _zone(kept // _STEP_SECONDS, names))
    return shown


# For each time anew to ask the system costs more than the rest of an answer.
@functools.lru_cache(maxsize=1024)
def _zone(step: float, names: tuple[str, str]) -> dt.timezone:
    """
    Return the zone in which local time is during the step of that number since the epoch.

    Args:
        names: Those of the local zone: with another one, there is another answer.
    """
    offset = time.localtime(step * _STEP_SECONDS).tm_gmtoff
    return dt.timezone(dt.timedelta(seconds=offset))
