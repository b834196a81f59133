"""Which clients the mock answers: all of them, wherever and whenever they were made."""

from __future__ import annotations

import concurrent.futures
import threading
from typing import Any

import botocore
import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from calling import fresh_client as client

from pytest_kmsmock import KmsMock, mock_kms

# For botocore-stubs it is True or False.
AUTO: Any = "auto"
_NO_RETRIES = Config(retries={"total_max_attempts": 1})


@pytest.mark.parametrize(
    "options",
    [
        {"endpoint_url": "http://localhost:4566"},
        {"endpoint_url": "https://vpce-1.kms.us-east-1.vpce.amazonaws.com"},
        {"use_ssl": False, "verify": False},
        {"config": Config(use_dualstack_endpoint=True)},
        {"config": Config(use_fips_endpoint=True)},
        {"config": Config(use_dualstack_endpoint=True, use_fips_endpoint=True)},
        {"config": Config(signature_version=UNSIGNED)},
        {"config": Config(defaults_mode=AUTO)},
        {"config": Config(retries={"mode": "adaptive", "max_attempts": 9})},
        {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "example"},
    ],
    ids=[
        "local-endpoint",
        "vpc-endpoint",
        "no-ssl",
        "dualstack",
        "fips",
        "dualstack-fips",
        "unsigned",
        "auto-defaults",
        "adaptive-retries",
        "credentials",
    ],
)
def test_a_client_is_answered_however_it_is_configured(
    kms: KmsMock, connections: list[Any], options: dict[str, Any]
) -> None:
    """Endpoints, FIPS, dual stack, retries and signing make no difference."""
    kms.create_key(alias="alias/app")

    response = client(**options).encrypt(KeyId="alias/app", Plaintext=b"x")

    assert len(response["CiphertextBlob"]) == 153
    assert kms.calls[0].region == "us-east-1"


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("eu-west-1", "eu-west-1"),
        ("us-gov-west-1", "us-gov-west-1"),
        ("cn-north-1", "cn-north-1"),
        ("eu-isoe-west-1", "eu-isoe-west-1"),
    ],
)
def test_the_clients_region_decides_where_it_looks(kms: KmsMock, name: str, region: str) -> None:
    """One of another partition is one like any other."""
    here = client(region_name=name).create_key()["KeyMetadata"]["Arn"]

    assert here.split(":")[3] == kms.calls[0].region == region
    assert client(region_name="us-east-1").list_keys()["Keys"] == []


def test_the_fips_name_of_a_region_is_that_region(kms: KmsMock) -> None:
    client(region_name="fips-us-west-2").create_key()

    assert kms.calls[0].region == "us-west-2"


def test_threads_are_answered(kms: KmsMock, connections: list[Any]) -> None:
    """One client shared by threads, and a client made in a thread."""
    kms.create_key(alias="alias/app")
    shared = client()
    blobs = []

    def work() -> None:
        blobs.append(shared.encrypt(KeyId="alias/app", Plaintext=b"x")["CiphertextBlob"])
        blobs.append(client().encrypt(KeyId="alias/app", Plaintext=b"x")["CiphertextBlob"])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {shared.decrypt(CiphertextBlob=blob)["Plaintext"] for blob in blobs} == {b"x"}
    assert len(blobs) == 8


def test_a_thread_that_calls_while_mocks_come_and_go_meets_no_error_of_ours() -> None:
    """It may reach no mock, and then botocore's own errors, but never one out of the hook."""
    calling = client(region_name="us-east-1", endpoint_url="http://127.0.0.1:9", config=_NO_RETRIES)
    over = threading.Event()

    def call() -> list[BaseException]:
        errors: list[BaseException] = []
        while not over.is_set():
            try:
                calling.list_keys()
            except Exception as error:
                errors.append(error)
        return errors

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        running = [pool.submit(call) for _ in range(2)]
        for _ in range(300):
            with mock_kms():
                pass
        over.set()
        kinds = {type(error).__module__ for found in running for error in found.result()}

    assert kinds <= {"botocore.exceptions"}


def test_a_stubber_of_the_test_wins(kms: KmsMock) -> None:
    """Who stubs one answer of one client means it so."""
    stubbed = client()
    with Stubber(stubbed) as stubber:
        stubber.add_response("list_keys", {"Keys": [], "Truncated": True, "NextMarker": "x"})

        response = stubbed.list_keys()

    assert response["NextMarker"] == "x"
    assert not kms.calls


def test_other_services_are_left_alone(kms: KmsMock) -> None:
    """The mock answers KMS; a call of STS goes where it always went: no credentials, no call."""
    sts: Any = botocore.session.Session().create_client("sts", region_name="us-east-1")

    with pytest.raises(botocore.exceptions.NoCredentialsError):
        sts.get_caller_identity()


def test_handlers_of_the_application_see_the_response(kms: KmsMock) -> None:
    """`after-call` fires as always, and with what botocore's parser would have made of it."""
    seen = []
    listening = client()
    listening.meta.events.register(
        "after-call.kms.ListKeys", lambda parsed, **_: seen.append(parsed)
    )

    response = listening.list_keys()

    assert seen[0]["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert response["ResponseMetadata"]["RequestId"] == kms.calls[0].request_id


def test_paginators_and_waiters_work(kms: KmsMock) -> None:
    for _ in range(3):
        kms.create_key()

    pages = client().get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 2})

    assert [len(page["Keys"]) for page in pages] == [2, 1]


def test_botocore_still_checks_parameters_first(kms: KmsMock) -> None:
    """What botocore refuses never was a call."""
    with pytest.raises(botocore.exceptions.ParamValidationError):
        client().encrypt(KeyId="alias/app")

    assert not kms.calls


def test_errors_are_botocores_own(kms: KmsMock) -> None:
    """Caught by the client's class, by `ClientError`, and with the response of both."""
    made = client()

    with pytest.raises(made.exceptions.NotFoundException) as caught:
        made.describe_key(KeyId="alias/none")

    assert isinstance(caught.value, ClientError)
    response: Any = caught.value.response
    assert response["Error"]["Code"] == "NotFoundException"
    assert response["message"] == response["Error"]["Message"]
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert response["ResponseMetadata"]["RequestId"] == kms.calls[0].request_id
    assert caught.value.operation_name == "DescribeKey"


def test_without_a_mock_the_hook_stays_out_of_the_way() -> None:
    """The call goes to its endpoint, here a port where nobody listens."""
    calling = client(
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="example",
        config=_NO_RETRIES,
    )

    with pytest.raises(botocore.exceptions.EndpointConnectionError):
        calling.list_keys()


def test_moto_beside_us_does_not_get_the_call(kms: KmsMock) -> None:
    """Who mocks the rest of AWS with moto has one KMS all the same: ours."""
    moto = pytest.importorskip("moto")

    with moto.mock_aws():
        made = client(region_name="us-east-1")
        arn = made.create_key()["KeyMetadata"]["Arn"]
        blob = made.encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"]

    assert kms.key(arn).decrypt(blob) == b"x"
