"""Calls that go on to their endpoint, because a test says so."""

from __future__ import annotations

from typing import Any

import pytest
import servers
from botocore.exceptions import EndpointConnectionError
from botocore.session import Session

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms

CREDENTIALS: dict[str, Any] = {
    "region_name": "us-east-1",
    "aws_access_key_id": "AKIAEXAMPLE",
    "aws_secret_access_key": "example",
}


def client_at(url: str) -> Any:
    return Session().create_client("kms", endpoint_url=url, **CREDENTIALS)


@pytest.mark.kms(passthrough=["GenerateRandom"])
def test_a_named_operation_goes_to_the_endpoint(kms: KmsMock) -> None:
    """Of it the mock knows nothing; the others are the mock's."""
    with servers.kms_server() as (url, asked):
        client = client_at(url)
        client.generate_random(NumberOfBytes=8)
        client.create_key()

    assert asked == ["GenerateRandom"]
    assert kms.calls.operations == ["CreateKey"]


def test_nothing_goes_there_unasked(kms: KmsMock) -> None:
    with servers.kms_server() as (url, asked):
        client_at(url).generate_random(NumberOfBytes=8)

    assert asked == []


def test_a_name_that_is_no_operation_is_refused() -> None:
    with pytest.raises(KmsMockError, match="Did you mean 'GenerateRandom'"):
        mock_kms(passthrough=["GenerateRandm"])
    with pytest.raises(KmsMockError, match="is no list of operations"):
        mock_kms(passthrough=7)  # type: ignore[call-overload]
    with pytest.raises(KmsMockError, match="is no name of an operation"):
        mock_kms(passthrough=[7])  # type: ignore[list-item]


def test_a_fault_befalls_no_call_that_is_let_through() -> None:
    with mock_kms(passthrough="ListKeys") as kms, servers.kms_server() as (url, asked):
        kms.throttle("ListKeys", allow_unused=True)

        assert client_at(url).list_keys()["Keys"] == []
        assert asked == ["ListKeys"]


def test_an_endpoint_that_is_not_there_is_the_applications_own_error() -> None:
    with mock_kms(passthrough="ListKeys"):
        client: Any = Session().create_client(
            "kms", endpoint_url="http://127.0.0.1:9", config=_without_retries(), **CREDENTIALS
        )
        with pytest.raises(EndpointConnectionError):
            client.list_keys()


def _without_retries() -> Any:
    from botocore.config import Config

    return Config(retries={"max_attempts": 0})


def test_the_guard_lets_through_what_is_named(pytester: pytest.Pytester) -> None:
    """And nothing else."""
    pytester.makeini("[pytest]\nkms_guard = true\nkms_passthrough = GenerateRandom\n")
    pytester.makepyfile(
        """
        import boto3
        import pytest
        from botocore.config import Config
        from botocore.exceptions import EndpointConnectionError
        from pytest_kmsmock import KmsGuardError

        def client():
            return boto3.client(
                "kms", region_name="us-east-1", endpoint_url="http://127.0.0.1:9",
                aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="example",
                config=Config(retries={"max_attempts": 0}),
            )

        def test_named():
            with pytest.raises(EndpointConnectionError):
                client().generate_random(NumberOfBytes=8)

        def test_another():
            with pytest.raises(KmsGuardError):
                client().list_keys()
        """
    )

    pytester.runpytest("-p", "no:randomly").assert_outcomes(passed=2)
