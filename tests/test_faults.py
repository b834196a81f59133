"""Scheduled faults: what the application gets, and what its author is told."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import (
    ClientError,
)
from calling import client_of, code_of, once

from pytest_kmsmock import Key, KmsMock, mock_kms
from pytest_kmsmock.faults import possible_errors
from pytest_kmsmock.names import OperationName

# Any, as botocore makes the methods of its clients while the program runs.
SESSION: Any = botocore.session.Session()
MODES = ["legacy", "standard", "adaptive"]


def codes_of(number: int, method: Callable[..., Any]) -> list[str]:
    """Call *method* so often; return the error's code each time, or nothing if it went well."""
    codes = []
    for _ in range(number):
        try:
            method()
            codes.append("")
        except ClientError as error:
            codes.append(error.response["Error"]["Code"])
    return codes


# Retries.


@pytest.mark.parametrize("mode", MODES)
def test_botocore_retries_until_the_fault_is_over(kms: KmsMock, mode: str) -> None:
    """Its own retries, in each of its modes; the response and the record count them."""
    key = kms.create_key(alias="alias/app")
    kms.throttle("Encrypt", times=2)

    response = client_of(kms, mode).encrypt(KeyId="alias/app", Plaintext=b"secret")

    assert key.decrypt(response["CiphertextBlob"]) == b"secret"
    assert response["ResponseMetadata"]["RetryAttempts"] == 2
    assert kms.calls.operations == ["Encrypt"]
    assert kms.calls[0].retries == 2
    assert kms.calls[0].error is None
    assert kms.calls[0].key == key


@pytest.mark.parametrize("mode", MODES)
def test_botocore_gives_up_after_its_attempts(kms: KmsMock, mode: str) -> None:
    """The error is the last attempt's; one call is on record, with all its retries."""
    fault = kms.throttle("ListKeys", times=None)

    with pytest.raises(ClientError) as caught:
        client_of(kms, mode).list_keys()

    response: Any = caught.value.response
    assert response["Error"]["Code"] == "ThrottlingException"
    assert response["ResponseMetadata"]["RetryAttempts"] == 2
    assert response["ResponseMetadata"]["MaxAttemptsReached"] is True
    assert fault.fired == 3
    assert [(call.operation, call.retries) for call in kms.calls] == [("ListKeys", 2)]
    assert str(kms.calls[0].error).startswith("ThrottlingException: ")


def test_a_client_without_configuration_retries_as_it_would_against_aws(kms: KmsMock) -> None:
    """As the application makes it, with botocore's defaults."""
    kms.throttle("ListKeys", times=1)

    response = SESSION.create_client("kms").list_keys()

    assert response["ResponseMetadata"]["RetryAttempts"] == 1


@pytest.mark.parametrize("mode", MODES)
def test_back_off_costs_no_time(kms: KmsMock, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    """Nine retries would take some minutes; `time.sleep` is the application's own all the same."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    kms.throttle("ListKeys", times=9)
    began = time.perf_counter()

    response = client_of(kms, mode, attempts=10).list_keys()

    assert response["ResponseMetadata"]["RetryAttempts"] == 9
    assert time.perf_counter() - began < 2
    assert slept == []
    time.sleep(0.5)
    assert slept == [0.5]


def test_adaptive_retries_work_while_the_clock_stands_still(kms: KmsMock) -> None:
    """That mode waits for tokens that time brings; under a frozen clock it would wait for ever."""
    freezegun = pytest.importorskip("freezegun")
    kms.throttle("ListKeys", times=2)
    client = client_of(kms, "adaptive")

    with freezegun.freeze_time("2030-01-01"):
        responses = [client.list_keys() for _ in range(20)]

    assert [each["ResponseMetadata"]["RetryAttempts"] for each in responses] == [2] + [0] * 19


def test_adaptive_retries_work_under_time_machine(kms: KmsMock) -> None:
    time_machine = pytest.importorskip("time_machine")
    kms.throttle("ListKeys", times=2)
    client = client_of(kms, "adaptive")

    with time_machine.travel(0, tick=False):
        responses = [client.list_keys() for _ in range(20)]

    assert [each["ResponseMetadata"]["RetryAttempts"] for each in responses] == [2] + [0] * 19


def test_a_call_whose_error_is_not_to_be_retried_is_not(kms: KmsMock) -> None:
    """Botocore decides by the error, as against AWS."""
    kms.create_key(alias="alias/app")
    kms.fail("DescribeKey", "InvalidArnException")

    client = client_of(kms)

    assert code_of(client.describe_key, KeyId="alias/app") == "InvalidArnException"
    assert kms.calls[0].retries == 0


@pytest.mark.parametrize(
    ("code", "status"),
    [("KMSInternalException", 500), ("DependencyTimeoutException", 503), ("InternalFailure", 500)],
)
def test_the_services_own_failures_are_retried(kms: KmsMock, code: str, status: int) -> None:
    """They come with AWS's HTTP status, by which botocore tells them."""
    kms.fail("ListKeys", code, times=3)
    client = client_of(kms)

    with pytest.raises(ClientError) as caught:
        client.list_keys()

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 2


# Which attempts.


def test_a_fault_befalls_one_attempt_unless_told(kms: KmsMock) -> None:
    kms.fail("ListKeys", "KMSInternalException")

    assert codes_of(3, once(kms).list_keys) == ["KMSInternalException", "", ""]


def test_after_lets_attempts_go_well_first(kms: KmsMock) -> None:
    """`after` counts attempts, as `times` does."""
    kms.fail("ListKeys", "KMSInternalException", after=2, times=2)

    codes = codes_of(5, once(kms).list_keys)

    assert codes == ["", "", "KMSInternalException", "KMSInternalException", ""]


def test_faults_befall_attempts_in_the_order_in_which_they_were_scheduled(kms: KmsMock) -> None:
    """One attempt meets one fault: the first that is not over."""
    kms.throttle("ListKeys", times=2)
    kms.fail("ListKeys", "KMSInternalException")

    codes = codes_of(4, once(kms).list_keys)

    assert codes == ["ThrottlingException"] * 2 + ["KMSInternalException", ""]


@pytest.mark.parametrize("by", ["handle", "id", "arn", "alias"])
def test_a_fault_of_one_key_spares_the_others(kms: KmsMock, by: str) -> None:
    """By whatever the test calls it, and by whatever the application does."""
    key = kms.create_key(alias="alias/broken")
    kms.create_key(alias="alias/sound")
    names: dict[str, Key | str] = {
        "handle": key,
        "id": key.id,
        "arn": key.arn,
        "alias": "alias/broken",
    }
    kms.fail("Encrypt", "KeyUnavailableException", key=names[by], times=3)
    client = once(kms)

    client.encrypt(KeyId="alias/sound", Plaintext=b"x")

    for identifier in ("alias/broken", key.id, key.arn):
        code = code_of(client.encrypt, KeyId=identifier, Plaintext=b"x")
        assert code == "KeyUnavailableException"


def test_a_fault_of_a_key_befalls_decrypt_which_names_none(kms: KmsMock) -> None:
    """The ciphertext tells which key it needs."""
    broken, sound = kms.create_key(), kms.create_key()
    kms.fail("Decrypt", "KeyUnavailableException", key=broken)
    client = once(kms)

    assert client.decrypt(CiphertextBlob=sound.encrypt(b"x"))["Plaintext"] == b"x"
    code = code_of(client.decrypt, CiphertextBlob=broken.encrypt(b"x"))

    assert code == "KeyUnavailableException"
    assert kms.calls[-1].key == broken


def test_a_fault_of_a_key_befalls_reencrypt_to_it(kms: KmsMock) -> None:
    """Both keys of ReEncrypt are concerned."""
    source, destination = kms.create_key(), kms.create_key()
    kms.fail("ReEncrypt", "KeyUnavailableException", key=destination)

    code = code_of(
        once(kms).re_encrypt,
        CiphertextBlob=source.encrypt(b"x"),
        DestinationKeyId=destination.id,
    )

    assert code == "KeyUnavailableException"
    assert kms.calls[0].keys == (source, destination)


def test_after_of_one_key_counts_attempts_of_that_key(kms: KmsMock) -> None:
    key, other = kms.create_key(), kms.create_key()
    kms.throttle("DescribeKey", after=1, key=key)
    client = once(kms)

    for _ in range(3):
        client.describe_key(KeyId=other.id)
    client.describe_key(KeyId=key.id)

    assert code_of(client.describe_key, KeyId=key.id) == "ThrottlingException"


def test_what_fails_has_no_effect(kms: KmsMock) -> None:
    """A throttled CreateKey creates no key, and a retry of it one."""
    kms.throttle("CreateKey", times=2)

    client_of(kms).create_key()

    assert len(kms.keys) == 1


def test_the_clients_exceptions_catch_what_the_model_declares(kms: KmsMock) -> None:
    key = kms.create_key(alias="alias/app")
    kms.fail("Encrypt", "DisabledException")
    client = client_of(kms)

    with pytest.raises(client.exceptions.DisabledException) as caught:
        client.encrypt(KeyId="alias/app", Plaintext=b"x")

    assert caught.value.response["Error"]["Message"] == f"{key.arn} is disabled."
    assert caught.value.response["message"] == f"{key.arn} is disabled."


def test_access_denied_names_caller_action_and_key(kms: KmsMock) -> None:
    """In AWS's words, which applications and people read."""
    key = kms.create_key(alias="alias/app")
    kms.fail("Encrypt", "AccessDeniedException")
    role = "arn:aws:iam::123456789012:role/app"
    session = "arn:aws:sts::123456789012:assumed-role/app/kmsmock"

    with pytest.raises(ClientError) as caught:
        kms.client(principal=role).encrypt(KeyId="alias/app", Plaintext=b"x")

    message = caught.value.response["Error"]["Message"]
    assert message.startswith(
        f"User: {session} is not authorized to perform: kms:Encrypt on resource"
    )
    assert key.arn in message


@pytest.mark.parametrize("operation", ["Decrypt", "CreateKey", "ListKeys"])
def test_every_error_that_an_operation_has_can_be_scheduled(
    kms: KmsMock, operation: OperationName
) -> None:
    client = once(kms)
    method = getattr(client, botocore.xform_name(operation))
    params = {"CiphertextBlob": b"x"} if operation == "Decrypt" else {}

    for code in possible_errors(operation):
        kms.fail(operation, code)
        assert code_of(method, **params) == code


def test_faults_do_not_outlive_their_mock(kms: KmsMock) -> None:
    """Neither into the next mock nor into one within."""
    kms.throttle("ListKeys", times=None, allow_unused=True)

    with mock_kms() as inner:
        inner.client().list_keys()

    with mock_kms() as next_one:
        next_one.client().list_keys()


def test_a_fault_of_the_mock_around_awaits_its_turn(kms: KmsMock) -> None:
    """The innermost mock answers, with its own faults alone."""
    client = once(kms)
    kms.throttle("ListKeys")

    with mock_kms():
        client.list_keys()

    assert code_of(client.list_keys) == "ThrottlingException"
