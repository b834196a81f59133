"""The service's time, and who moves it."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms
from pytest_kmsmock.clock import Clock


def test_the_clock_shows_the_computers_time(kms: KmsMock) -> None:
    assert kms.clock.now.tzinfo is dt.UTC
    assert abs(kms.clock.now - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)


@pytest.mark.parametrize(
    ("arguments", "seconds"),
    [
        ({"weeks": 1}, 604_800),
        ({"days": 1, "hours": 1}, 90_000),
        ({"minutes": 1, "seconds": 0.5}, 60.5),
        ({"delta": dt.timedelta(days=2)}, 172_800),
        ({"delta": dt.timedelta(days=2), "days": 1}, 259_200),
        ({"days": 1, "hours": -1}, 82_800),
    ],
    ids=str,
)
def test_the_clock_advances(kms: KmsMock, arguments: dict[str, Any], seconds: float) -> None:
    """By a timedelta, by numbers, or by their sum."""
    kms.clock.advance(**arguments)

    assert kms.clock.offset == seconds
    assert abs(kms.clock() - time.time() - seconds) < 5


def test_the_clock_advances_again_and_again(kms: KmsMock) -> None:
    kms.clock.advance(days=1)
    kms.clock.advance(days=1)

    assert kms.clock.offset == 172_800


@pytest.mark.parametrize(
    ("positional", "named"),
    [
        ((), {}),
        ((), {"days": 0}),
        ((), {"days": -1}),
        ((), {"days": 1, "hours": -25}),
        ((dt.timedelta(),), {}),
        ((dt.timedelta(days=-1),), {}),
        ((7,), {}),
        (("7 days",), {}),
        ((), {"days": "7"}),
        ((), {"days": None}),
        ((), {"days": float("nan")}),
        ((), {"days": float("inf")}),
        ((), {"days": 1e12}),
        ((), {"days": 9_000_000}),  # beyond the year 9999
        ((), {"days": 10**400}),
        ((dt.timedelta.max,), {}),
        ((dt.datetime(2030, 1, 1),), {}),
        ((dt.date(2030, 1, 1),), {}),
    ],
    ids=str,
)
def test_the_clock_refuses_nonsense(
    kms: KmsMock, positional: tuple[Any, ...], named: dict[str, Any]
) -> None:
    """It says what to write, and stays where it was."""
    with pytest.raises(KmsMockError, match=r"advance\(days=7\)"):
        kms.clock.advance(*positional, **named)

    assert kms.clock.offset == 0


def test_calls_and_keys_bear_the_clocks_time(kms: KmsMock) -> None:
    """`CreationDate`, `Call.time` and `clock.now` are one time."""
    kms.clock.advance(weeks=52)
    before = kms.clock.now

    created = kms.client().create_key()["KeyMetadata"]["CreationDate"]

    second = dt.timedelta(seconds=1)
    assert before - second <= created <= kms.clock.now + second
    assert abs(kms.calls[0].time - created) < second


def test_a_key_is_gone_when_the_clock_passes_its_deletion_date(kms: KmsMock) -> None:
    """The key, its alias and what it encrypted; not a second before."""
    key = kms.create_key(alias="alias/app")
    client = kms.client()
    blob = client.encrypt(KeyId="alias/app", Plaintext=b"x")["CiphertextBlob"]
    due = key.schedule_deletion(days=7)
    assert due is not None

    kms.clock.advance(due - kms.clock.now - dt.timedelta(seconds=30))
    assert key.state == "PendingDeletion"
    kms.clock.advance(minutes=1)

    assert kms.keys == []
    assert client.list_keys()["Keys"] == []
    assert client.list_aliases()["Aliases"] == []
    with pytest.raises(client.exceptions.NotFoundException):
        client.describe_key(KeyId=key.arn)
    with pytest.raises(ClientError):
        client.decrypt(CiphertextBlob=blob)
    with pytest.raises(client.exceptions.NotFoundException):
        key.state  # noqa: B018 -- reading it is the act


def test_a_key_whose_deletion_was_cancelled_stays(kms: KmsMock) -> None:
    key = kms.create_key()
    key.schedule_deletion(days=7)
    key.cancel_deletion()

    kms.clock.advance(days=8)

    assert key.state == "Disabled"


def test_a_second_schedule_counts_not_the_first(kms: KmsMock) -> None:
    key = kms.create_key()
    key.schedule_deletion(days=7)
    key.cancel_deletion()
    key.schedule_deletion(days=30)

    kms.clock.advance(days=8)
    assert key.state == "PendingDeletion"
    kms.clock.advance(days=23)

    assert kms.keys == []


def test_each_mock_has_a_clock_of_its_own() -> None:
    with mock_kms() as outer:
        outer.clock.advance(days=3)
        with mock_kms() as inner:
            inner.clock.advance(days=1)

            assert (outer.clock.offset, inner.clock.offset) == (259_200, 86_400)


def test_a_clock_can_start_ahead() -> None:
    assert Clock(60.0).now - Clock().now > dt.timedelta(seconds=55)


def test_time_machine_moves_the_clock(kms: KmsMock) -> None:
    """Unasked; and `advance` counts on top of it."""
    time_machine = pytest.importorskip("time_machine")
    key = kms.create_key()
    key.schedule_deletion(days=7)
    year_2100 = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)

    with time_machine.travel(year_2100, tick=False):
        assert kms.clock.now == year_2100
        kms.clock.advance(days=1)
        assert kms.clock.now == dt.datetime(2100, 1, 2, tzinfo=dt.UTC)
        assert kms.keys == []


def test_freezegun_moves_the_clock(kms: KmsMock) -> None:
    freezegun = pytest.importorskip("freezegun")
    key = kms.create_key()
    key.schedule_deletion(days=7)

    with freezegun.freeze_time("2100-01-01"):
        created = kms.client().create_key()["KeyMetadata"]["CreationDate"]
        assert key.arn not in {left.arn for left in kms.keys}

    assert created == dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


def test_the_past_is_no_danger(kms: KmsMock) -> None:
    """A test that travels back sees keys that are younger than the time is."""
    time_machine = pytest.importorskip("time_machine")
    key = kms.create_key()

    with time_machine.travel(dt.datetime(2001, 1, 1, tzinfo=dt.UTC), tick=False):
        assert key.decrypt(key.encrypt(b"x")) == b"x"
        assert key.schedule_deletion(days=7) == dt.datetime(2001, 1, 8, tzinfo=dt.UTC)
