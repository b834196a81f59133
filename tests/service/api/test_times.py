"""Times are cut, not rounded: what has been shown lies in the past."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from botocore.utils import parse_timestamp
from hypothesis import given
from hypothesis import strategies as st

from pytest_kmsmock import KmsMock, mock_kms
from pytest_kmsmock.service.api import times

# Of numbers too, which botocore-stubs do not tell.
in_botocore: Callable[[Any], dt.datetime] = parse_timestamp

# In microseconds.
THIS_CENTURY = st.integers(946_684_800_000_000, 4_102_444_800_000_000)


@pytest.mark.parametrize(
    ("seconds", "milliseconds"),
    [
        (1_700_000_000.1234, 123),
        (1_700_000_000.1239, 123),
        (1_700_000_000.9999, 999),
        # The nearest floats to these lie below them.
        (1_700_000_000.123, 123),
        (1_700_000_000.001, 1),
        (1_700_000_001.0, 1000),
    ],
)
def test_a_time_is_cut_to_the_millisecond(seconds: float, milliseconds: int) -> None:
    """AWS sends no more digits, and no date that is still to come."""
    shown = times.timestamp(times.cut(seconds))

    assert shown - dt.datetime(2023, 11, 14, 22, 13, 20, tzinfo=dt.UTC) == dt.timedelta(
        milliseconds=milliseconds
    )


@given(THIS_CENTURY)
def test_a_shown_time_shows_as_itself(microseconds: int) -> None:
    """A client that gives a date back, as ImportKeyMaterial's ValidTo, keeps it."""
    shown = times.timestamp(times.cut(microseconds / 1e6))

    assert times.timestamp(times.cut(shown.timestamp())) == shown


@given(THIS_CENTURY, st.integers(1, 40_000))
def test_a_time_of_day_stays_the_same_after_days(microseconds: int, days: int) -> None:
    """Rotations of decades come at the time of day at which the first one was asked for."""
    began = times.cut(microseconds / 1e6)

    later = times.timestamp(began + days * 86_400)

    assert later.astimezone(dt.UTC) - times.in_utc(began) == dt.timedelta(days=days)


@given(THIS_CENTURY)
def test_the_service_s_time_is_not_ahead_of_the_clock(microseconds: int) -> None:
    seconds = microseconds / 1e6

    assert times.timestamp(times.cut(seconds)) <= times.in_utc(seconds)


@pytest.mark.parametrize("attempt", range(20))
def test_a_key_was_created_in_the_past(kms: KmsMock, attempt: int) -> None:
    """By the service's clock, and by the computer's."""
    metadata: dict[str, Any] = kms.create_key().metadata

    assert metadata["CreationDate"] <= kms.clock.now
    assert metadata["CreationDate"] <= dt.datetime.now(dt.UTC)


# The zone in which times are shown.

# When clocks go back in Europe, at 01:00 UTC; in seconds since the epoch.
CLOCKS_GO_BACK = 1_761_440_400


@pytest.fixture(params=["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu"])
def local_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The computer is there."""
    if not hasattr(time, "tzset"):
        pytest.skip("Windows cannot move")
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    "seconds",
    [
        0.001,
        1_700_000_000.123,
        1_720_000_000.0,
        *(CLOCKS_GO_BACK + minutes * 60 + 0.5 for minutes in range(-120, 121, 15)),
        4_000_000_000.999,
    ],
)
def test_a_time_is_shown_as_botocore_shows_it(local_zone: str, seconds: float) -> None:
    """The same time of day, in a zone of the same class, and on the same side of a change."""
    shown, parsed = times.timestamp(seconds), in_botocore(seconds)

    # Not by `==`, which is never true of two zones where a time of day comes twice.
    assert type(shown.tzinfo) is type(parsed.tzinfo)
    assert shown.replace(tzinfo=None) == parsed.replace(tzinfo=None)
    assert (shown.fold, shown.utcoffset()) == (parsed.fold, parsed.utcoffset())
    assert shown.isoformat() == parsed.isoformat()
    assert shown.timestamp() == seconds


def test_days_are_counted_as_in_a_time_of_botocores(local_zone: str) -> None:
    """Across a change of clocks: the time of day stays, as the zone is local time's."""
    shown, parsed = (make(CLOCKS_GO_BACK - 3600) for make in (times.timestamp, in_botocore))
    day = dt.timedelta(days=1)

    assert (shown + day).isoformat() == (parsed + day).isoformat()


@pytest.mark.parametrize("transport", ["direct", "wire"])
def test_both_paths_show_one_time(local_zone: str, transport: Literal["direct", "wire"]) -> None:
    with mock_kms(transport=transport) as kms:
        metadata = kms.client().create_key()["KeyMetadata"]

    assert type(metadata["CreationDate"].tzinfo) is type(in_botocore(0).tzinfo)


# The ends of time.


@pytest.mark.parametrize("seconds", [253_402_300_799.0, 253_402_300_800.0, 1e12, 1e18, 1e300])
def test_a_time_after_the_last_date_is_shown_as_that(local_zone: str, seconds: float) -> None:
    """A day before the end of the year 9999, so that it is one in every zone."""
    shown = times.timestamp(seconds)

    assert shown.timestamp() == dt.datetime(9999, 12, 30, 23, 59, 59, tzinfo=dt.UTC).timestamp()
    assert shown == in_botocore(shown.timestamp())
    assert times.in_utc(seconds) == dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)


@pytest.mark.parametrize("seconds", [-62_135_596_800.0, -1e11, -1e18])
def test_a_time_before_the_first_date_is_shown_as_that(local_zone: str, seconds: float) -> None:
    """Some tests stop the clock in the year 1."""
    shown = times.timestamp(seconds)

    assert shown.timestamp() == dt.datetime(1, 1, 2, tzinfo=dt.UTC).timestamp()
    assert times.in_utc(seconds) == dt.datetime(1, 1, 1, tzinfo=dt.UTC)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_time_is_shown(seconds: float) -> None:
    """No clock makes an operation fail that has done its work."""
    assert times.timestamp(seconds).tzinfo is not None
    assert times.in_utc(seconds).tzinfo is not None
