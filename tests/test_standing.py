"""A clock that stands still."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator

import pytest

from pytest_kmsmock.standing import StandingClock

START = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


def test_it_tells_the_first_of_january_2025_until_it_is_advanced() -> None:
    clock = StandingClock()

    assert clock.now == START
    clock.advance(days=7)
    assert clock.now == START + dt.timedelta(days=7)
    clock.move_to(dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
    assert clock.now == dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize("tick", [False, True])
def test_under_time_machine_it_tells_the_time_that_was_travelled_to(tick: bool) -> None:
    """Also where that goes on by itself; and it goes where the test shifts it."""
    time_machine = pytest.importorskip("time_machine")
    clock = StandingClock()
    there = dt.datetime(2100, 5, 6, 7, 8, 9, 250_000, tzinfo=dt.UTC)

    with time_machine.travel(there, tick=tick) as traveller:
        time.time()
        assert clock.now == clock.now == there
        traveller.shift(60)
        assert clock.now == there + dt.timedelta(seconds=60)
        clock.advance(days=1)
        assert clock.now == there + dt.timedelta(days=1, seconds=60)
        with time_machine.travel(START, tick=tick):
            assert clock.now == START + dt.timedelta(days=1)

    assert clock.now == START + dt.timedelta(days=1)


@pytest.mark.parametrize("options", [{}, {"tick": True}])
def test_under_freezegun_it_tells_the_frozen_time(options: dict[str, object]) -> None:
    """Also where that goes on by itself."""
    freezegun = pytest.importorskip("freezegun")
    clock = StandingClock()

    with freezegun.freeze_time("2100-05-06 07:08:09.25", **options) as frozen:
        there = dt.datetime(2100, 5, 6, 7, 8, 9, 250_000, tzinfo=dt.UTC)
        assert clock() == clock() == there.timestamp()
        frozen.move_to("2100-05-07")
        assert clock() == dt.datetime(2100, 5, 7, tzinfo=dt.UTC).timestamp()

    assert clock.now == START


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Iterator[float]:
    """A time that the test itself has set."""
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: 1_000_000_000.5)
        yield 1_000_000_000.5


def test_it_tells_the_time_that_a_test_has_set_itself(moment: float) -> None:
    assert StandingClock(3.0)() == moment + 3
