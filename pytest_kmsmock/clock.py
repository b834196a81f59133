"""The service's time: the computer's, plus what a test has advanced it by."""

from __future__ import annotations

import datetime as dt
import time

from .service.api.times import LAST, in_utc
from .service.misuse import KmsMockError

_EXAMPLE = "Write for example kms.clock.advance(days=7)."


class Clock:
    """
    Tells the time to the service, and lets a test move it.

    It reads `time.time`, so that time-machine and freezegun move it too.
    """

    def __init__(self, offset: float = 0.0) -> None:
        self._offset = offset

    def __call__(self) -> float:
        """Return the time in seconds since the epoch."""
        # By its full name: freezegun replaces the attribute of the module.
        return time.time() + self._offset

    @property
    def now(self) -> dt.datetime:
        """The service's time, in UTC."""
        return in_utc(self())

    @property
    def offset(self) -> float:
        """How many seconds the service is ahead of the computer."""
        return self._offset

    def advance(
        self,
        delta: dt.timedelta | None = None,
        *,
        weeks: float = 0,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> None:
        """
        Move the service's time forward, by *delta* or by the sum of the rest.

        Raises:
            KmsMockError: The time would not move, or move back.
        """
        __tracebackhide__ = True
        try:
            if not isinstance(delta, dt.timedelta | None):
                raise TypeError(f"{delta!r} is neither")
            step = (delta or dt.timedelta()) + dt.timedelta(
                weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds
            )
            seconds = step.total_seconds()
            if self() + seconds > LAST:
                raise OverflowError("that is beyond it")
        except (TypeError, ValueError, OverflowError) as error:
            raise KmsMockError(
                f"advance() takes a timedelta or numbers, up to the year 9999: {error}. {_EXAMPLE}"
            ) from None
        if seconds <= 0:
            raise KmsMockError(
                f"the clock of KMS goes forward only; advance() was given {step!s}. {_EXAMPLE}"
            )
        self._offset += seconds

    def move_to(self, when: dt.datetime) -> None:
        """
        Move the service's time forward, to *when*, which says its time zone.

        Raises:
            KmsMockError: The time would not move, or move back.
        """
        __tracebackhide__ = True
        if not isinstance(when, dt.datetime) or when.utcoffset() is None:
            raise KmsMockError(
                f"move_to() takes a datetime with a time zone, not {when!r}. Write for example "
                "kms.clock.move_to(datetime(2030, 1, 1, tzinfo=timezone.utc))."
            )
        if when.timestamp() > LAST:
            raise KmsMockError(
                f"the clock of KMS goes up to the year 9999, in UTC; move_to() was given "
                f"{when.isoformat()}."
            )
        step = when.timestamp() - self()
        if step <= 0:
            raise KmsMockError(
                f"the clock of KMS goes forward only; it is {self.now.isoformat()}, and move_to() "
                f"was given {when.isoformat()}."
            )
        self._offset += step

    def _go_back(self, offset: float) -> None:
        """Let the service be *offset* seconds ahead of the computer, as it was before."""
        self._offset = offset
