"""`KmsMock`: what a test holds, and what it makes of it."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from calling import client
from stepping import between

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms
from pytest_kmsmock.backend import active_backend
from pytest_kmsmock.crypto import forking

# The stack of mocks.


def test_the_innermost_mock_answers_and_leaving_it_restores_the_outer() -> None:
    with mock_kms(keys="alias/outer") as outer:
        with mock_kms(keys="alias/inner") as inner:
            client().describe_key(KeyId="alias/inner")
            with pytest.raises(ClientError):
                client().describe_key(KeyId="alias/outer")
        client().describe_key(KeyId="alias/outer")

    assert inner.calls.operations == ["DescribeKey", "DescribeKey"]
    assert outer.calls.operations == ["DescribeKey"]


def test_a_mock_is_left_when_the_body_fails() -> None:
    with pytest.raises(ZeroDivisionError), mock_kms():
        raise ZeroDivisionError

    assert active_backend() is None


@pytest.mark.parametrize("name", ["alias/aws/app", "alias/not a name"])
def test_a_mock_of_keys_that_cannot_be_does_not_start(name: str) -> None:
    """What AWS refuses as an alias; the next test is not to blame."""
    with pytest.raises(KmsMockError, match=name), mock_kms(keys=name):
        pytest.fail("it must not start")

    assert active_backend() is None


def test_a_mock_that_fails_to_start_does_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(KmsMock, "create_key", fail)

    with pytest.raises(ZeroDivisionError), mock_kms(keys="alias/app"):
        pytest.fail("it must not start")

    assert active_backend() is None


def test_a_mock_that_is_active_cannot_be_entered_again() -> None:
    mock = mock_kms()

    with mock, pytest.raises(KmsMockError, match="active already"), mock:
        pass

    assert active_backend() is None


def test_a_mock_that_is_entered_anew_starts_anew() -> None:
    mock = mock_kms()
    with mock:
        client().create_key()
        mock.clock.advance(days=1)

    with mock as again:
        assert again is mock
        assert (mock.keys, len(mock.calls), mock.clock.offset) == ([], 0, 0)


def test_what_was_called_can_be_asked_after_the_mock_is_over() -> None:
    with mock_kms() as kms:
        arn = client().create_key()["KeyMetadata"]["Arn"]

    kms.calls.assert_called_once("CreateKey")
    assert [key.arn for key in kms.keys] == [arn]
    assert kms.key(arn).arn == arn


def test_a_mock_that_is_not_active_makes_no_keys() -> None:
    """They would be lost when it is entered."""
    mock = mock_kms()

    with pytest.raises(KmsMockError, match="active"):
        mock.create_key()


def test_a_mock_names_its_place_and_its_keys() -> None:
    with mock_kms(account="111111111111", region="eu-west-1", keys="alias/app") as kms:
        assert repr(kms) == "<KmsMock of account 111111111111, eu-west-1: 1 keys>"


def test_there_are_keys_from_the_start() -> None:
    with mock_kms(keys=["alias/app", "alias/backup", "alias/app"]) as kms:
        assert [key.aliases for key in kms.keys] == [["alias/app"], ["alias/backup"]]
        assert not kms.calls


def test_the_account_is_that_of_the_callers() -> None:
    with mock_kms(account="111111111111") as kms:
        metadata = client().create_key()["KeyMetadata"]

    assert metadata["AWSAccountId"] == "111111111111"
    assert kms.calls[0].principal == "arn:aws:iam::111111111111:root"


def test_few_keys_are_enough_for_pages() -> None:
    with mock_kms(page_size=2, keys=["alias/a", "alias/b", "alias/c"]):
        first = client().list_keys()
        rest = client().list_keys(Marker=first["NextMarker"], Limit=100)

    assert (first["Truncated"], len(first["Keys"])) == (True, 2)
    assert (rest["Truncated"], len(rest["Keys"])) == (False, 1)


# Many threads.


def test_threads_share_a_mock(kms: KmsMock) -> None:
    """16 threads make keys, encrypt, decrypt and name keys at once; nothing is lost."""
    shared = kms.client()
    arn = kms.create_key(alias="alias/app").arn
    start = threading.Barrier(16)

    def work(number: int) -> None:
        start.wait()
        for turn in range(10):
            plaintext = f"{number}/{turn}".encode()
            context = {"thread": str(number)}
            blob = shared.encrypt(
                KeyId="alias/app", Plaintext=plaintext, EncryptionContext=context
            )["CiphertextBlob"]
            opened = shared.decrypt(CiphertextBlob=blob, EncryptionContext=context)
            assert (opened["Plaintext"], opened["KeyId"]) == (plaintext, arn)
            made = shared.create_key()["KeyMetadata"]["KeyId"]
            shared.create_alias(AliasName=f"alias/{number}-{turn}", TargetKeyId=made)
            shared.list_aliases()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(16)))

    assert len(kms.keys) == 161
    assert len(kms.calls) == 16 * 10 * 5
    assert len({call.request_id for call in kms.calls}) == len(kms.calls)
    assert len([key for key in kms.keys if key.aliases]) == 161


def test_of_racing_threads_one_gets_the_alias(kms: KmsMock) -> None:
    shared = kms.client()
    key_id = kms.create_key().id

    def take(name: str) -> str:
        start.wait()
        try:
            shared.create_alias(AliasName=name, TargetKeyId=key_id)
        except shared.exceptions.AlreadyExistsException:
            return "refused"
        return "taken"

    with ThreadPoolExecutor(16) as pool:
        for turn in range(20):
            start = threading.Barrier(16)
            outcomes = list(pool.map(take, [f"alias/{turn}"] * 16))

            assert sorted(outcomes) == ["refused"] * 15 + ["taken"]


def test_of_racing_threads_one_schedules_the_deletion(kms: KmsMock) -> None:
    shared = kms.client()
    key = kms.create_key()
    start = threading.Barrier(16)

    def schedule(days: int) -> dt.datetime | None:
        start.wait()
        try:
            due: dt.datetime = shared.schedule_key_deletion(KeyId=key.id, PendingWindowInDays=days)[
                "DeletionDate"
            ]
        except shared.exceptions.KMSInvalidStateException:
            return None
        return due

    with ThreadPoolExecutor(16) as pool:
        dates = [due for due in pool.map(schedule, range(7, 23)) if due]

    assert dates == [key.metadata["DeletionDate"]]


# Interrupted, as by a signal.


class Interruption(BaseException):
    """Comes at any moment."""


def interrupt() -> None:
    raise Interruption


at_any_step = pytest.mark.skipif(
    "KMSMOCK_INTERRUPTED" not in os.environ,
    reason="an error of a trace function within an except clause spoils the thread's state there: "
    "another test runs these in a process of their own",
)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="3.12.1 can crash, and 3.13 is spoilt too")
def test_interruptions_in_a_process_of_their_own() -> None:
    """Both pass there, and leave nothing behind here."""
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "-k", "is_interrupted_on"]
    ran = subprocess.run(
        [*command, __file__],
        env={**os.environ, "KMSMOCK_INTERRUPTED": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "2 passed" in ran.stdout, ran.stdout


@pytest.fixture
def nothing_stays_locked() -> Iterator[None]:
    """A step may lie between a lock and its `with`, where no signal comes: others go on here."""
    yield
    forking._inside.clear()
    for owner in list(forking._renewing):
        if isinstance(owner, forking.Lock):
            owner.renew()


@at_any_step
@pytest.mark.usefixtures("nothing_stays_locked")
def test_a_mock_that_is_interrupted_on_its_way_in_is_not_active(kms: KmsMock) -> None:
    """Wherever it was: the one around it answers."""
    for step in itertools.count():
        mock = mock_kms(keys="alias/app")
        try:
            between(step, interrupt, mock.__enter__, steps="line", within="")
        except Interruption:
            assert active_backend() is kms._backend
        else:
            break

    assert step > 100
    assert active_backend() is mock._backend
    mock.__exit__(None, None, None)
    assert active_backend() is kms._backend


@at_any_step
@pytest.mark.usefixtures("nothing_stays_locked")
def test_a_mock_that_is_interrupted_on_its_way_out_is_over(kms: KmsMock) -> None:
    """As soon as it is on its way; before the first step, nobody has left it."""
    for step in itertools.count(1):
        mock = mock_kms()
        mock.__enter__()
        leave = functools.partial(mock.__exit__, None, None, None)
        try:
            between(step, interrupt, leave, steps="opcode", within="")
        except Interruption:
            assert active_backend() is kms._backend
            assert not mock._backend.is_active
        else:
            break

    assert step > 100
    assert active_backend() is kms._backend
