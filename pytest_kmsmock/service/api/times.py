"""Times as they are shown: seconds since the epoch, cut and never rounded up."""

from __future__ import annotations

import datetime as dt
import math
from typing import Final

# Of a microsecond. Seconds since the epoch are a float, whose steps are a quarter of one:
# a time that somebody gave to the microsecond lies up to that much below itself.
_STEP: Final = 0.3


def microseconds(seconds: float) -> int:
    """
    Return the whole microseconds in *seconds* since the epoch.

    What has been shown lies in the past: rounded, a date could lie ahead of the
    clock that it was read from.
    """
    return math.floor(seconds * 1e6 + _STEP)


def milliseconds(seconds: float) -> int:
    """Return the whole milliseconds in *seconds* since the epoch, which is what AWS keeps."""
    return microseconds(seconds) // 1000


def in_utc(seconds: float) -> dt.datetime:
    """Return *seconds* since the epoch as a date in UTC, to the microsecond."""
    return dt.datetime.fromtimestamp(microseconds(seconds) / 1e6, dt.UTC)
