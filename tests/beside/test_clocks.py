"""Clocks that a test moves: time-machine and freezegun move the service's too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import botocore.session
import pytest

from pytest_kmsmock import KmsMock

CLIENT: Any = botocore.session.Session().create_client("kms", region_name="us-east-1")
NOON = dt.datetime(2030, 1, 1, 12, tzinfo=dt.UTC)

At = Callable[[dt.datetime], AbstractContextManager[Any]]


@pytest.fixture(params=["time-machine", "freezegun"])
def at(request: pytest.FixtureRequest) -> Iterator[At]:
    """Stop the clock at a moment."""
    if request.param == "time-machine":
        time_machine = pytest.importorskip("time_machine")
        yield lambda moment: time_machine.travel(moment, tick=False)
    else:
        freezegun = pytest.importorskip("freezegun")
        yield lambda moment: freezegun.freeze_time(moment)


def test_the_service_tells_the_time_that_the_test_tells(kms: KmsMock, at: At) -> None:
    with at(NOON):
        created = CLIENT.create_key()["KeyMetadata"]["CreationDate"]

        assert kms.clock.now == NOON
    assert created == NOON


def test_what_is_due_by_then_has_happened(kms: KmsMock, at: At) -> None:
    with at(NOON):
        key_id = CLIENT.create_key()["KeyMetadata"]["KeyId"]
        CLIENT.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)

    with at(NOON + dt.timedelta(days=8)), pytest.raises(CLIENT.exceptions.NotFoundException):
        CLIENT.describe_key(KeyId=key_id)


def test_both_clocks_add_up(kms: KmsMock, at: At) -> None:
    """The service's own offset is on top, also what a delay has moved it by."""
    kms.delay("ListKeys", 30)
    with at(NOON):
        kms.clock.advance(hours=1)
        CLIENT.list_keys()

        assert kms.clock.now == NOON + dt.timedelta(hours=1, seconds=30)
        assert kms.calls[0].time == kms.clock.now


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_retries_go_on_while_the_clock_stands_still(kms: KmsMock, at: At, mode: str) -> None:
    client = kms.client(retries={"mode": mode, "total_max_attempts": 4})
    kms.throttle("ListKeys", times=3)

    with at(NOON):
        response = client.list_keys()

    assert response["ResponseMetadata"]["RetryAttempts"] == 3


@pytest.mark.kms(transport="wire")
def test_the_wire_tells_the_same_time(kms: KmsMock, at: At) -> None:
    with at(NOON):
        created = CLIENT.create_key()["KeyMetadata"]["CreationDate"]

    assert created == NOON
