"""Answering: the mock's own state and record, faults and all else, for who comes by HTTP."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from by_http import connect, exchange, receive, signed

from pytest_kmsmock import Endpoint, KmsMock

SIGNING = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}


def client_of(endpoint: Endpoint, **config: Any) -> Any:
    """Return a client that goes by HTTP."""
    env = endpoint.env
    return boto3.client(
        "kms",
        endpoint_url=endpoint.url,
        region_name="us-east-1",
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        config=Config(**{"retries": {"mode": "standard"}, **config}),
    )


def test_keys_are_those_of_the_mock(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    """What is encrypted here is decrypted there, and the other way around."""
    key = kms.create_key(alias="alias/app")
    client = client_of(kms_endpoint)

    there = client.encrypt(KeyId="alias/app", Plaintext=b"there")["CiphertextBlob"]

    assert key.decrypt(there) == b"there"
    assert client.decrypt(CiphertextBlob=key.encrypt(b"here"))["Plaintext"] == b"here"
    made = client.create_key(**SIGNING)["KeyMetadata"]["KeyId"]
    assert kms.key(made).spec == "ECC_NIST_P256"
    signature = client.sign(KeyId=made, Message=b"x", SigningAlgorithm="ECDSA_SHA_256")["Signature"]
    assert kms.key(made).verify(b"x", signature)


def test_a_call_is_on_record(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    """Its source is what the client calls itself."""
    client = client_of(kms_endpoint)
    with pytest.raises(client.exceptions.NotFoundException):
        client.describe_key(KeyId="alias/none")

    [call] = kms.calls
    assert (call.operation, call.params) == ("DescribeKey", {"KeyId": "alias/none"})
    assert call.error is not None
    assert call.error.code == "NotFoundException"
    assert call.source.startswith("Boto3/")
    assert call.principal == f"arn:aws:iam::{kms.account}:root"
    assert call.retries == 0


def test_who_acts_is_who_calls(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    reader = kms.principal("arn:aws:iam::123456789012:user/reader")
    client = client_of(kms_endpoint)

    with kms.acting_as(reader), pytest.raises(client.exceptions.ClientError, match="is not auth"):
        client.list_keys()

    assert kms.calls[0].principal == reader.arn


def test_attempts_are_one_call(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    """As they are in process: the SDKs say which belong together."""
    kms.throttle("ListKeys", times=2)
    client = client_of(kms_endpoint)

    response = client.list_keys()

    assert response["ResponseMetadata"]["RetryAttempts"] == 2
    [call] = kms.calls
    assert call.retries == 2
    assert call.error is None
    assert call.request_id == response["ResponseMetadata"]["RequestId"]
    assert kms._backend.record.retried == {call.request_id: ("ThrottlingException",) * 2}


def test_another_operation_is_another_call(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    """Whatever a client calls its attempts."""
    headers: dict[str, str | None] = {"amz-sdk-invocation-id": "1"}
    for target in ("TrentService.ListKeys", "TrentService.ListAliases"):
        exchange(kms_endpoint, signed(kms_endpoint, headers=headers, target=target))

    assert kms.calls.operations == ["ListKeys", "ListAliases"]


def test_a_call_whose_record_was_cleared_is_on_record_again(
    kms: KmsMock, kms_endpoint: Endpoint
) -> None:
    headers: dict[str, str | None] = {"amz-sdk-invocation-id": "1"}
    exchange(kms_endpoint, signed(kms_endpoint, headers=headers))
    kms.calls.clear()

    exchange(kms_endpoint, signed(kms_endpoint, headers=headers))

    assert [call.retries for call in kms.calls] == [1]


@pytest.mark.parametrize("kind", ["refused", "closed"])
def test_a_connection_is_really_lost(kms: KmsMock, kms_endpoint: Endpoint, kind: Any) -> None:
    """And botocore tries again."""
    kms.disconnect("ListKeys", kind)
    client = client_of(kms_endpoint)

    assert client.list_keys()["ResponseMetadata"]["RetryAttempts"] == 1

    kms.disconnect("ListKeys", kind)
    once = client_of(kms_endpoint, retries={"total_max_attempts": 1})
    with pytest.raises(ConnectionClosedError):
        once.list_keys()


@pytest.mark.parametrize("fault", ["read-timeout", "delay"])
def test_an_answer_that_does_not_come(kms: KmsMock, kms_endpoint: Endpoint, fault: str) -> None:
    """The client gives up, and the next call is answered."""
    if fault == "delay":
        kms.delay("ListKeys", 90)
    else:
        kms.disconnect("ListKeys", "read-timeout")
    client = client_of(kms_endpoint, read_timeout=0.2, retries={"total_max_attempts": 1})

    with pytest.raises(ReadTimeoutError):
        client.list_keys()

    assert client.list_keys()["Keys"] == []


def test_a_delay_moves_the_clock_of_kms(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    before = kms.clock.now
    kms.delay("ListKeys", 30)

    client_of(kms_endpoint).list_keys()

    assert (kms.clock.now - before).total_seconds() >= 30


def test_an_error_that_a_test_has_scheduled(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    kms.fail("ListKeys", "KMSInternalException", message="of the test")

    answer = exchange(kms_endpoint, signed(kms_endpoint))

    assert (answer.status, answer.code, answer.message) == (
        500,
        "KMSInternalException",
        "of the test",
    )


def test_a_denial_is_written_as_aws_writes_it(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    kms.fail("ListKeys", "AccessDeniedException", message="no")

    assert json.loads(exchange(kms_endpoint, signed(kms_endpoint)).body) == {
        "__type": "AccessDeniedException",
        "Message": "no",
    }


def test_time_and_quotas_hold(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    key = kms.create_key()
    client = client_of(kms_endpoint)
    key.schedule_deletion(days=7)
    kms.clock.advance(days=8)
    with pytest.raises(client.exceptions.NotFoundException):
        client.describe_key(KeyId=key.id)

    kms.quotas.keys = 0
    with pytest.raises(client.exceptions.LimitExceededException):
        client.create_key()


def test_a_misuse_fails_the_test_and_tells_the_program(run_beside_application: Any) -> None:
    """As one in process, which the application may have caught."""
    result = run_beside_application("""
        from by_http import exchange, signed

        def test_it(kms, kms_endpoint):
            body = b'{"KeyId": "alias/app"}'
            answer = exchange(
                kms_endpoint, signed(kms_endpoint, body, target="TrentService.ListKeyPolicies")
            )
            assert (answer.status, answer.code) == (400, "KmsMockError")
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*does not mock kms:ListKeyPolicies*"])


def test_a_bug_is_told_and_stops_nobody(run_beside_application: Any) -> None:
    """As one in process, which asks for a report."""
    result = run_beside_application("""
        from by_http import exchange, signed
        from pytest_kmsmock.doors.endpoint import answering

        def test_it(kms, kms_endpoint, monkeypatch):
            monkeypatch.setattr(answering, "_operation_of", None)
            assert exchange(kms_endpoint, signed(kms_endpoint)).code == "KmsMockError"
            monkeypatch.undo()
            assert exchange(kms_endpoint, signed(kms_endpoint)).status == 200
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*TypeError*"])


@pytest.mark.kms(unknown_regions=True)
def test_a_region_that_botocore_does_not_list(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    """Where a test wants it to be."""
    assert exchange(kms_endpoint, signed(kms_endpoint, region="xx-nowhere-1")).status == 200


@pytest.mark.kms(auto_create=True)
def test_keys_come_into_being_when_they_are_named(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    client_of(kms_endpoint).encrypt(KeyId="alias/new", Plaintext=b"x")

    assert [key.aliases for key in kms.keys] == [["alias/new"]]


def test_a_mock_that_is_over_knows_nobody(kms: KmsMock) -> None:
    """Its endpoint may be left later."""
    from pytest_kmsmock import mock_kms

    mock = mock_kms()
    with mock:
        endpoint = mock.serve()
        endpoint.__enter__()
        whole = signed(endpoint)
        with connect(endpoint) as connection:
            connection.sendall(whole)
            assert receive(connection).status == 200
    try:
        assert exchange(endpoint, whole).code == "UnrecognizedClientException"
    finally:
        endpoint.__exit__(None, None, None)
