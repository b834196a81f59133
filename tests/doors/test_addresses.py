"""Addresses of the run's own: clients of this process find them only if they are given them."""

from __future__ import annotations

import os
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.config import Config

from pytest_kmsmock import KmsMock
from pytest_kmsmock.doors import addresses

URL = "http://127.0.0.1:9"


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "_urls", [URL])


def test_an_address_is_the_run_s_own_as_long_as_it_was_added() -> None:
    addresses.add(URL)
    addresses.add(URL)
    addresses.remove(URL)
    assert addresses.are_own()
    assert addresses.is_own(f"{URL}/")
    addresses.remove(URL)

    assert not addresses.is_own(URL)
    assert not addresses.is_own(None)


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL"])
def test_a_client_that_has_it_from_the_environment_stays_on_the_direct_path(
    kms: KmsMock, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The environment is for other processes."""
    monkeypatch.setenv(name, URL)

    client = boto3.client("kms", region_name="us-east-1")
    client.list_keys()

    assert client.meta.endpoint_url == "https://kms.us-east-1.amazonaws.com"
    assert kms.calls[0].source.startswith("tests/doors/test_addresses.py:")


@pytest.mark.usefixtures("own")
def test_a_client_that_is_given_it_goes_there(kms: KmsMock) -> None:
    """Where in this case nobody listens."""
    client: Any = botocore.session.Session().create_client(
        "kms",
        region_name="us-east-1",
        endpoint_url=URL,
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=Config(retries={"total_max_attempts": 1}),
    )

    with pytest.raises(botocore.exceptions.EndpointConnectionError):
        client.list_keys()


@pytest.mark.usefixtures("own")
def test_other_addresses_in_the_environment_stay(
    kms: KmsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", "http://localhost:4566")

    assert boto3.client("kms", "us-east-1").meta.endpoint_url == "http://localhost:4566"


def guarded(source: str) -> str:
    return f"""
        import os, subprocess, sys
        PROGRAM = "import boto3; print(boto3.client('kms', 'us-east-1').meta.endpoint_url)"
        URL = "AWS_ENDPOINT_URL_KMS"

        def found():
            return subprocess.check_output([sys.executable, "-c", PROGRAM], text=True).strip()
        {source}
    """


def test_with_the_guard_children_do_not_reach_aws(run: Any) -> None:
    """They find a port that is closed; clients of the process itself do not, nor a mock."""
    result = run(
        guarded("""
        import boto3, socket

        def test_it(kms):
            url = found()
            assert url == os.environ[URL]
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))
            client = boto3.client("kms", "us-east-1")
            assert client.meta.endpoint_url == "https://kms.us-east-1.amazonaws.com"
            client.list_keys()

        @pytest.mark.kms(guard=False)
        def test_let_through(kms):
            assert URL not in os.environ

        def test_again(kms):
            assert URL in os.environ
        """),
        ini="kms_guard = true",
    )

    result.assert_outcomes(passed=3)
    assert "AWS_ENDPOINT_URL_KMS" not in os.environ
    assert not addresses.are_own()


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL"])
def test_an_endpoint_that_there_is_stays(
    run: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "http://localhost:4566")

    result = run(
        guarded("""
        def test_it():
            assert found() == "http://localhost:4566"
        """),
        ini="kms_guard = true",
    )

    result.assert_outcomes(passed=1)


def test_a_worker_of_a_guarded_run_knows_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has the environment of the run, which is not its to change."""
    restore = addresses.close_off()
    try:
        url = os.environ["AWS_ENDPOINT_URL_KMS"]
        of_worker = addresses.close_off()
        assert addresses.is_own(url)
        of_worker()
        assert os.environ["AWS_ENDPOINT_URL_KMS"] == url
    finally:
        restore()

    assert not addresses.is_own(url)
