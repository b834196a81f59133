"""Times as they are shown: seconds since the epoch, cut and never rounded up; local time."""

from __future__ import annotations

import datetime as dt
import functools
import math
import time
from typing import Any, Final

from botocore.compat import get_tzinfo_options

# A float of seconds has steps of a quarter of a microsecond now, and of 30 in the year 9999,
# so that a time given to the millisecond can lie that much below itself. In milliseconds.
_SLACK_NOW: Final = 0.0005
_SLACK_EVER: Final = 0.05
# The first second and the last that Python has dates for, in seconds since the epoch.
FIRST: Final = -62_135_596_800.0
LAST: Final = 253_402_300_799.0
# No zone is further from UTC, in seconds.
_FURTHEST: Final = 86_400.0
# The local zone as the C library has it: its names and its offsets.
_Local = tuple[tuple[str, str], int, int]
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
    """Return *seconds* since the epoch as a date in UTC, to the microsecond; see `timestamp`."""
    return dt.datetime.fromtimestamp(min(max(seconds, FIRST), LAST), dt.UTC)


def timestamp(seconds: float) -> dt.datetime:
    """
    Return *seconds* since the epoch as botocore shows it: aware, in its zone of local time.

    A time that no date of Python's can be, in whatever zone, is shown as the last that
    can, or the first. AWS counts on, and botocore could not read its answer.
    """
    # The local zone can be set anew, and freezegun has a class of its own.
    return _local_time(seconds, (time.tzname, time.timezone, time.altzone), dt.datetime)


@functools.lru_cache(maxsize=1024)
def _local_time(seconds: float, local: _Local, class_: Any) -> dt.datetime:
    shown_at = min(max(seconds, FIRST + _FURTHEST), LAST - _FURTHEST)
    kept = milliseconds(shown_at) / 1000
    offset, fold = _offset(kept // _STEP_SECONDS, local)
    shown: dt.datetime = class_.fromtimestamp(kept, offset)
    return shown.replace(tzinfo=_zone(local), fold=fold)


# To ask the zone for each time anew costs more than the rest of an answer.
@functools.lru_cache(maxsize=1024)
def _offset(step: float, local: _Local) -> tuple[dt.timezone, int]:
    """
    Return how far local time is from UTC during the step of that number since the epoch.

    With it comes whether its times of day come for the second time, when clocks go back.
    """
    began = dt.datetime.fromtimestamp(step * _STEP_SECONDS, _zone(local))
    return dt.timezone(began.utcoffset() or dt.timedelta()), began.fold


@functools.lru_cache(maxsize=16)
def _zone(local: _Local) -> dt.tzinfo:
    zone: dt.tzinfo = get_tzinfo_options()[0]()
    return zone
