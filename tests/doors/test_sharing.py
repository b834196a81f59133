"""Sharing: the environment names the test's endpoint while its mock is active."""

from __future__ import annotations

import multiprocessing
import os

import pytest

from pytest_kmsmock import mock_kms

pytestmark = pytest.mark.extra("endpoint")


def test_the_environment_is_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if mocks nest, and with what the machine has."""
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    before = dict(os.environ)

    with mock_kms(children="share") as outer:
        first = os.environ["AWS_ENDPOINT_URL_KMS"]
        assert outer._backend.sharing is not None
        assert first == outer._backend.sharing.url
        assert "AWS_PROFILE" not in os.environ
        assert os.environ["AWS_REGION"] == "us-east-1"
        with mock_kms(children="share"):
            assert os.environ["AWS_ENDPOINT_URL_KMS"] != first
        assert os.environ["AWS_ENDPOINT_URL_KMS"] == first

    assert dict(os.environ) == before


def test_clients_of_the_process_stay_on_the_direct_path() -> None:
    import boto3

    with mock_kms(children="share") as kms:
        client = boto3.client("kms")
        client.list_keys()

        assert client.meta.endpoint_url == "https://kms.us-east-1.amazonaws.com"
        assert kms.calls[0].source.startswith("tests/doors/test_sharing.py:")


@pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="there is none"
)
def test_the_fork_server_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would keep the environment of the test that has started it."""
    from multiprocessing import forkserver

    stopped = []

    class Server:
        _forkserver_pid: int | None = 7

        def _stop(self) -> None:
            stopped.append(self._forkserver_pid)

    monkeypatch.setattr(forkserver, "_forkserver", Server())

    with mock_kms(children="share"):
        assert stopped == [7]

    assert stopped == [7, 7]
