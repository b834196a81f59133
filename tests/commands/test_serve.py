"""The command `serve`: KMS without a test, whose keys outlive it."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from pytest_kmsmock import mock_kms

pytestmark = [
    pytest.mark.extra("endpoint"),
    pytest.mark.skipif(os.name == "nt", reason="signals are others there"),
]
COMMAND = [sys.executable, "-m", "pytest_kmsmock", "serve"]


class Server:
    """A server, once it has said what a program needs."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.env: dict[str, str] = {}
        assert self.process.stdout is not None
        while "no_proxy" not in self.env:
            line = self.process.stdout.readline()
            assert line.startswith("export "), self.process.communicate()
            name, _, value = line.removeprefix("export ").rstrip("\n").partition("=")
            self.env[name] = value

    @property
    def url(self) -> str:
        return self.env["AWS_ENDPOINT_URL_KMS"]

    def client(self, **settings: Any) -> Any:
        return boto3.client(
            "kms",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=self.env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.env["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}),
            **settings,
        )

    def stop(self, by: int = signal.SIGTERM) -> tuple[int, str, str]:
        """End it; return its exit status and what it has printed since."""
        self.process.send_signal(by)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start a server, which ends with the test."""
    servers: list[Server] = []

    def start(*arguments: str) -> Server:
        servers.append(Server(*arguments))
        return servers[-1]

    yield start
    for server in servers:
        server.process.kill()
        server.process.communicate()


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(serve: Callable[..., Server], by: int) -> None:
    """A line a call, with the error, and nothing that was in it."""
    server = serve()
    client = server.client()
    key_id = client.create_key()["KeyMetadata"]["KeyId"]
    client.encrypt(KeyId=key_id, Plaintext=b"secret")
    with pytest.raises(client.exceptions.NotFoundException):
        client.describe_key(KeyId="alias/none")

    assert server.stop(by) == (0, "CreateKey\nEncrypt\nDescribeKey NotFoundException\n", "")


def test_it_says_that_it_is_there(serve: Callable[..., Server]) -> None:
    """As LocalStack did, at the port that one asks for."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = serve("--port", str(port))

    with urllib.request.urlopen(f"http://localhost:{port}/_localstack/health") as answer:
        assert b'"kms": "running"' in answer.read()

    assert server.url == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("port", ["65536", "-1", "http", "1.5", "٣"])
def test_a_port_that_is_none_is_told(port: str) -> None:
    done = subprocess.run([*COMMAND, f"--port={port}"], capture_output=True, text=True, timeout=60)

    assert done.returncode == 2
    assert f"'{port}' is no port, from 1 to 65535" in done.stderr


def test_a_mock_whose_shadow_it_is_agrees_with_it(serve: Callable[..., Server]) -> None:
    """The same KMS, over a signed connection to another process, with other keys."""
    client = serve().client()
    grantee = "arn:aws:iam::123456789012:role/app"

    with mock_kms(shadow=True) as kms:
        key = client.create_key(Description="d")["KeyMetadata"]["Arn"]
        client.create_alias(AliasName="alias/app", TargetKeyId=key)
        blob = client.encrypt(KeyId="alias/app", Plaintext=b"x")["CiphertextBlob"]
        other = client.create_key()["KeyMetadata"]["KeyId"]
        moved = client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other)["CiphertextBlob"]
        assert client.decrypt(CiphertextBlob=moved)["Plaintext"] == b"x"
        grant = client.create_grant(KeyId=key, GranteePrincipal=grantee, Operations=["Decrypt"])
        client.list_grants(KeyId=key)
        client.retire_grant(GrantToken=grant["GrantToken"])
        pair = client.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
        signed = {"KeyId": pair["KeyId"], "Message": b"m", "SigningAlgorithm": "ECDSA_SHA_256"}
        client.verify(**signed, Signature=client.sign(**signed)["Signature"])
        client.get_public_key(KeyId=pair["KeyId"])
        client.put_key_policy(KeyId=key, Policy=client.get_key_policy(KeyId=key)["Policy"])
        client.enable_key_rotation(KeyId=key)
        client.get_key_rotation_status(KeyId=key)
        client.list_aliases(KeyId=key)
        client.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
        for refused in (
            functools.partial(client.encrypt, KeyId="alias/app", Plaintext=b"x"),
            functools.partial(client.decrypt, CiphertextBlob=b"of neither"),
            functools.partial(client.describe_key, KeyId="alias/nobody"),
            functools.partial(client.create_alias, AliasName="alias/app", TargetKeyId=other),
            functools.partial(client.verify, **signed, Signature=b"of neither"),
        ):
            with pytest.raises(ClientError):
                refused()
        client.cancel_key_deletion(KeyId=key)

    assert len(kms.calls) == 25
    assert kms._backend.notes == []


def test_keys_come_from_a_file(serve: Callable[..., Server], tmp_path: Path) -> None:
    keys = tmp_path / "keys.toml"
    keys.write_text('[[keys]]\nalias = "alias/app"\n')
    server = serve("--keys", str(keys), "--tls", "--region", "us-east-1")

    client = server.client(verify=server.env["AWS_CA_BUNDLE"])

    assert client.describe_key(KeyId="alias/app")["KeyMetadata"]["Enabled"]
    file = Path(server.env["AWS_CA_BUNDLE"])
    server.stop()
    assert not file.exists()


def test_who_cannot_sign_need_not(serve: Callable[..., Server]) -> None:
    server = serve("--unsigned")
    server.env |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

    assert server.client().list_keys()["Keys"] == []


def test_the_state_outlives_the_server(serve: Callable[..., Server], tmp_path: Path) -> None:
    """All of it: what was encrypted opens. It wins over a file of keys."""
    state, keys = tmp_path / "state", tmp_path / "keys.toml"
    keys.write_text('[[keys]]\nalias = "alias/app"\n')
    server = serve("--state", str(state), "--keys", str(keys))
    client = server.client()
    key_id = client.describe_key(KeyId="alias/app")["KeyMetadata"]["KeyId"]
    blob = client.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    client.tag_resource(KeyId=key_id, Tags=[{"TagKey": "team", "TagValue": "red"}])
    server.stop()

    client = serve("--state", str(state), "--keys", str(keys)).client()

    assert client.decrypt(CiphertextBlob=blob)["KeyId"].endswith(key_id)
    assert client.list_resource_tags(KeyId=key_id)["Tags"][0]["TagValue"] == "red"
    assert len(client.list_keys()["Keys"]) == 1
    assert state.stat().st_mode & 0o777 == 0o600


def test_a_server_that_is_killed_loses_nothing_that_it_has_answered(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    """Whatever it was doing; nor is there half of anything."""
    state = tmp_path / "state"
    answered: list[str] = []
    for _ in range(3):
        server = serve("--state", str(state))
        assert keys_of(server) >= set(answered)
        enough = len(answered) + 20
        writers = [threading.Thread(target=write, args=[server, answered]) for _ in range(4)]
        for writer in writers:
            writer.start()
        while len(answered) < enough and all(writer.is_alive() for writer in writers):
            time.sleep(0.001)
        server.process.kill()
        for writer in writers:
            writer.join()

    assert keys_of(serve("--state", str(state))) >= set(answered)
    assert len(answered) >= 60


def keys_of(server: Server) -> set[str]:
    pages = server.client().get_paginator("list_keys").paginate()
    return {key["KeyId"] for page in pages for key in page["Keys"]}


def write(server: Server, answered: list[str]) -> None:
    with contextlib.suppress(Exception):
        client = server.client()
        while True:
            answered.append(client.create_key()["KeyMetadata"]["KeyId"])


def test_one_server_has_a_file(serve: Callable[..., Server], tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    serve("--state", state)

    assert refused("--state", state) == f"another server has '{state}'."


def test_a_damaged_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.write_text("garbage")

    assert "is no state of a server, or is damaged" in refused("--state", str(state))

    assert state.read_text() == "garbage"
    assert [each.name for each in tmp_path.iterdir()] == ["state"]


def test_mistakes_are_told_in_one_message(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert refused("--port", port).startswith(f"port {port} of 127.0.0.1 cannot be had: ")
    assert "cannot be read" in refused("--keys", str(tmp_path / "none.toml"))
    assert "is no AWS Region" in refused("--region", "nowhere")


def refused(*arguments: str) -> str:
    """Return what the server says that does not start."""
    done = subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=30, check=False
    )
    begin = "python -m pytest_kmsmock serve: "
    assert done.returncode > 0
    assert done.stdout == ""
    assert done.stderr.startswith(begin)
    assert done.stderr.count("\n") == 1
    return done.stderr.removeprefix(begin).rstrip("\n")


@pytest.mark.parametrize("arguments", [["--port", "x"], ["--port", "70000"], ["--nothing"]])
def test_arguments_that_there_are_not(arguments: list[str]) -> None:
    done = subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=30, check=False
    )

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
