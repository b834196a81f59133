"""Attempts of a call: what is scheduled to befall one, and how long its answer takes."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from calling import client_of, once

from pytest_kmsmock import KmsMock

MODES = ["legacy", "standard", "adaptive"]


KINDS = {
    "refused": EndpointConnectionError,
    "read-timeout": ReadTimeoutError,
    "closed": ConnectionClosedError,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_lost_connection_is_botocores_own_exception(kms: KmsMock, kind: Any) -> None:
    """It names the endpoint that the application wanted to reach; the call is on record."""
    kms.disconnect("ListKeys", kind)

    with pytest.raises(KINDS[kind]) as caught:
        once(kms).list_keys()

    assert "https://kms.us-east-1.amazonaws.com/" in str(caught.value)
    error = kms.calls[0].error
    assert error is not None
    assert error.code == KINDS[kind].__name__


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_lost_connection_is_retried(kms: KmsMock, kind: Any, mode: str) -> None:
    kms.disconnect("ListKeys", kind, times=2)

    response = client_of(kms, mode).list_keys()

    assert response["ResponseMetadata"]["RetryAttempts"] == 2
    assert kms.calls[0].retries == 2


def test_a_connection_that_was_lost_changed_nothing(kms: KmsMock) -> None:
    """The service never saw the request."""
    kms.disconnect("CreateKey", "closed")

    with pytest.raises(ConnectionClosedError):
        once(kms).create_key()

    assert kms.keys == []


def test_a_delay_moves_the_services_clock(kms: KmsMock) -> None:
    """Nobody waits; the answer is the same as ever, and later by the service's clock."""
    kms.delay("CreateKey", 30)
    before = kms.clock.now

    metadata = once(kms).create_key()["KeyMetadata"]

    assert kms.clock.offset == 30
    assert (metadata["CreationDate"] - before).total_seconds() == pytest.approx(30, abs=5)


def test_a_delay_beyond_the_read_timeout_is_that_timeout(kms: KmsMock) -> None:
    """After as many seconds as the client waits, not after the whole delay."""
    kms.delay("ListKeys", 100, times=2)
    client = kms.client(read_timeout=7, retries={"total_max_attempts": 1})

    with pytest.raises(ReadTimeoutError):
        client.list_keys()

    assert kms.clock.offset == 7


def test_a_timeout_is_retried(kms: KmsMock) -> None:
    kms.delay("ListKeys", 100)
    client = kms.client(read_timeout=7)

    assert client.list_keys()["ResponseMetadata"]["RetryAttempts"] == 1


def test_a_client_that_waits_for_ever_gets_its_answer(kms: KmsMock) -> None:
    """Botocore takes `read_timeout=None` for no limit."""
    kms.delay("ListKeys", 1000)

    assert kms.client(read_timeout=None).list_keys()["Keys"] == []
    assert kms.clock.offset == 1000


def test_a_real_delay_takes_that_long(kms: KmsMock) -> None:
    """For an application that measures time itself; then the clock is not moved too."""
    kms.delay("ListKeys", 0.05, real=True)
    began = time.perf_counter()

    once(kms).list_keys()

    assert time.perf_counter() - began >= 0.05
    assert kms.clock.offset == 0


def test_a_real_delay_ends_with_the_read_timeout(kms: KmsMock) -> None:
    kms.delay("ListKeys", 60, real=True)
    client = kms.client(read_timeout=0.05, retries={"total_max_attempts": 1})
    began = time.perf_counter()

    with pytest.raises(ReadTimeoutError):
        client.list_keys()

    assert time.perf_counter() - began < 5
