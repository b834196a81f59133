"""Certificates: clients trust the endpoint by a file that is there while it is open."""

from __future__ import annotations

import ssl
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import SSLError

from pytest_kmsmock import KmsMock
from pytest_kmsmock.doors.endpoint.certificates import Trust

NAMES = ("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


def test_a_client_that_has_the_file_trusts_it(
    kms: KmsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with kms.serve(tls=True) as endpoint:
        env = endpoint.env
        assert endpoint.url.startswith("https://127.0.0.1:")
        settings = {
            "endpoint_url": endpoint.url,
            "region_name": "us-east-1",
            "aws_access_key_id": env["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": env["AWS_SECRET_ACCESS_KEY"],
        }
        with pytest.raises(SSLError):
            boto3.client("kms", **settings).list_keys()
        monkeypatch.setenv("AWS_CA_BUNDLE", env["AWS_CA_BUNDLE"])

        assert boto3.client("kms", **settings).list_keys()["Keys"] == []

    assert kms.calls.operations == ["ListKeys"]


def test_the_file_is_there_while_the_endpoint_is_open(kms: KmsMock) -> None:
    with kms.serve(tls=True) as endpoint:
        files = {Path(endpoint.env[name]) for name in NAMES}
        [file] = files
        assert file.read_text().count("BEGIN CERTIFICATE") == 1
        # The key is nowhere to be read.
        assert [each.name for each in file.parent.iterdir()] == [file.name]
        assert file.parent.stat().st_mode & 0o77 == 0

    assert not file.parent.exists()


def test_nothing_is_left_of_one_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    remove = Trust.remove

    def note(trust: Trust) -> None:
        made.append(trust._folder)
        remove(trust)

    monkeypatch.setattr(Trust, "remove", note)
    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", None)

    with pytest.raises(TypeError):
        Trust()

    assert not made[0].exists()
