"""Back-off: skipped for the calls of a mock, and as always for all others."""

from __future__ import annotations

import time
import unittest.mock
from typing import Any

import botocore.endpoint
import botocore.retries.bucket
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from pytest_kmsmock import KmsMock, mock_kms
from pytest_kmsmock.doors import wire

# Any, as its stubs do not tell what it imports.
ENDPOINT: Any = botocore.endpoint
# Any, as botocore makes the methods of its clients while the program runs.
SESSION: Any = botocore.session.Session()


@pytest.fixture
def exchanges() -> frozenset[str]:
    """Those of before: a traceback that Python keeps as the last one can hold some."""
    return frozenset(wire._exchanges)


def test_what_the_wire_replaces_is_as_before_when_the_mock_ends(exchanges: frozenset[str]) -> None:
    """The application's `time.sleep` is never touched."""
    sleep, clock = time.sleep, ENDPOINT.time
    acquire = botocore.retries.bucket.TokenBucket.acquire

    with mock_kms() as kms:
        kms.throttle("ListKeys")
        kms.client().list_keys()
        assert time.sleep is sleep
        assert ENDPOINT.time is not clock

    assert time.sleep is sleep
    assert ENDPOINT.time is clock
    assert botocore.retries.bucket.TokenBucket.acquire is acquire
    assert not {*wire._exchanges} - exchanges


def test_all_is_restored_too_when_the_call_or_the_test_fails(exchanges: frozenset[str]) -> None:
    """Also within nested mocks, which are restored with the outermost one."""
    clock = ENDPOINT.time

    def fail() -> None:
        with mock_kms(), mock_kms() as kms:
            kms.throttle("ListKeys", times=None)
            kms.client(retries={"total_max_attempts": 2}).list_keys()

    with pytest.raises(ClientError, match="ThrottlingException"):
        fail()

    assert ENDPOINT.time is clock
    assert not {*wire._exchanges} - exchanges


def call_another_service() -> None:
    """Call STS where nobody listens: it is tried twice, and waits once in between."""
    sts = SESSION.create_client(
        "sts",
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:9",
        config=Config(retries={"mode": "standard", "total_max_attempts": 2}),
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="example",
    )
    with pytest.raises(EndpointConnectionError):
        sts.get_caller_identity()


@pytest.fixture
def sleeps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What anybody has slept."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


def test_other_services_back_off_as_always(sleeps: list[float], kms: KmsMock) -> None:
    """Only calls that are mocked skip it; the application may test its own waiting."""
    kms.throttle("ListKeys")

    kms.client().list_keys()
    assert sleeps == []

    call_another_service()
    assert len(sleeps) == 1


def test_a_later_patch_of_sleep_holds_for_other_services(kms: KmsMock) -> None:
    """A test may patch `time.sleep` after it has scheduled a fault, as before."""
    kms.throttle("ListKeys")
    kms.client().list_keys()

    with unittest.mock.patch("time.sleep") as sleep:
        call_another_service()

    sleep.assert_called_once()


def test_a_patch_of_botocores_clock_by_the_test_is_undone() -> None:
    """A patch that begins before the first fault, and ends before the mock does."""
    clock = ENDPOINT.time

    with mock_kms() as kms, unittest.mock.patch("botocore.endpoint.time"):
        kms.throttle("ListKeys")
        kms.client().list_keys()

    try:
        assert ENDPOINT.time is clock
    finally:
        ENDPOINT.time = clock


def test_other_services_back_off_after_an_interrupted_call(
    sleeps: list[float], kms: KmsMock, exchanges: frozenset[str]
) -> None:
    """Ctrl-C, or a timeout that raises in the test's thread, ends a call without after-call."""

    def interrupt(**_: Any) -> None:
        raise KeyboardInterrupt

    client = kms.client()
    client.meta.events.register("before-send.kms", interrupt)
    with mock_kms(transport="wire"), pytest.raises(KeyboardInterrupt):
        client.list_keys()

    kms.throttle("ListAliases")
    kms.client().list_aliases()
    call_another_service()

    assert len(sleeps) == 1
    assert not {*wire._exchanges} - exchanges


def test_other_services_back_off_after_a_call_that_never_was_a_request(
    sleeps: list[float], kms: KmsMock, exchanges: frozenset[str]
) -> None:
    """A handler of the application that follows ours may raise, before there is a request."""

    def refuse(**_: Any) -> None:
        raise LookupError

    client = kms.client()
    client.meta.events.register_last("before-call.kms", refuse)
    kms.throttle("ListKeys", allow_unused=True)
    with pytest.raises(LookupError):
        client.list_keys()

    call_another_service()

    assert len(sleeps) == 1
    assert not {*wire._exchanges} - exchanges
