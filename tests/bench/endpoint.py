"""The endpoint beside other servers that speak KMS, one process each."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from .figures import Figure, Form, settled
from .timing import Spread

SECTION: Final = "by HTTP"
_ROUNDS: Final = 8
_SECONDS: Final = 0.4
_PATIENCE: Final = 30.0
_BODY: Final = {"Plaintext": "c2VjcmV0"}


class Served(NamedTuple):
    """A server that runs: where, and with which credentials it is called."""

    port: int
    credentials: Credentials


def measured(form: Form) -> Iterator[Figure]:
    """Yield the time of a call beside that of others; the short form leaves it out."""
    if not form.is_short:
        yield from settled(functools.partial(_measure, _servers()), form)


def _servers() -> Mapping[
    str, tuple[Callable[[], contextlib.AbstractContextManager[Served]], float]
]:
    """Return what starts each of the others that is installed, and the budget beside it."""
    found = {"moto's server": (_moto, 1 / 6)}
    if shutil.which("ministack", path=Path(sys.executable).parent):
        # It opens ports of its own besides, so it is no part of the dependency group.
        found["ministack"] = (_ministack, 1 / 2)
    return found


def _measure(
    others: Mapping[str, tuple[Callable[[], contextlib.AbstractContextManager[Served]], float]],
) -> list[Figure]:
    with contextlib.ExitStack() as stack:
        callers = {"endpoint": Caller(stack.enter_context(_endpoint()))}
        for name, (start, _) in others.items():
            callers[name] = Caller(stack.enter_context(start()))
        taken: dict[str, list[float]] = {name: [] for name in callers}
        order = random.Random(0)
        for _ in range(_ROUNDS):
            names = list(callers)
            order.shuffle(names)
            for name in names:
                taken[name].append(callers[name].microseconds())
    detail = {f"{name} µs": statistics.median(times) for name, times in taken.items()}
    return [
        Figure(
            section=SECTION,
            name="Encrypt",
            of=f"÷ {name}",
            spread=Spread.of(
                [ours / theirs for ours, theirs in zip(taken["endpoint"], taken[name], strict=True)]
            ),
            budget=budget,
            detail=detail,
        )
        for name, (_, budget) in others.items()
    ]


class Caller:
    """One that calls a server as fast as it answers, on one connection if it keeps that."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._connection: socket.socket | None = None
        made = json.loads(self._call(self._signed("CreateKey", {})))
        key = {"KeyId": made["KeyMetadata"]["KeyId"]}
        self._request = self._signed("Encrypt", {**key, **_BODY})
        self.microseconds()  # what is imported for it

    def microseconds(self) -> float:
        """Return how long a call takes."""
        begun, count = time.perf_counter(), 0
        while time.perf_counter() - begun < _SECONDS:
            self._call(self._request)
            count += 1
        return (time.perf_counter() - begun) / count * 1e6

    def _call(self, request: bytes) -> bytes:
        connection = self._connection
        if connection is None:
            connection = socket.create_connection(("127.0.0.1", self._served.port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(request)
        head, _, body = self._received(connection).partition(b"\r\n\r\n")
        if not head.split(b"\r\n")[0].endswith(b"200 OK"):
            raise SystemExit(f"a server answers {head!r} {body!r}")
        is_kept = head.startswith(b"HTTP/1.1") and b"close" not in head.lower()
        if not is_kept:
            connection.close()
        self._connection = connection if is_kept else None
        return body

    @staticmethod
    def _received(connection: socket.socket) -> bytes:
        data = b""
        while True:
            more = connection.recv(65536)
            data += more
            head, end, body = data.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            if not more or (end and length and len(body) >= int(length[1])):
                return data

    def _signed(self, operation: str, members: Mapping[str, str]) -> bytes:
        host, body = f"127.0.0.1:{self._served.port}", json.dumps(members).encode()
        headers = {
            "Host": host,
            "Content-Type": "application/x-amz-json-1.1",
            "Content-Length": str(len(body)),
            "X-Amz-Target": f"TrentService.{operation}",
        }
        request = AWSRequest("POST", f"http://{host}/", headers, body)
        SigV4Auth(self._served.credentials, "kms", "us-east-1").add_auth(request)
        lines = [f"{name}: {value}" for name, value in request.headers.items()]
        return "\r\n".join(["POST / HTTP/1.1", *lines, "", ""]).encode() + body


@contextlib.contextmanager
def _endpoint() -> Iterator[Served]:
    command = [sys.executable, "-m", "pytest_kmsmock", "serve", "--region", "us-east-1"]
    with _running(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        env: dict[str, str] = {}
        while "no_proxy" not in env:
            name, _, value = process.stdout.readline().decode().rstrip().partition("=")
            env[name.removeprefix("export ")] = value
        process.stdout.close()  # nobody reads what is called
        port = int(env["AWS_ENDPOINT_URL_KMS"].rpartition(":")[2])
        yield Served(port, Credentials(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]))


@contextlib.contextmanager
def _moto() -> Iterator[Served]:
    port = _free_port()
    with _running([sys.executable, "-m", "moto.server", "-p", str(port)]):
        yield _awaited(port)


@contextlib.contextmanager
def _ministack() -> Iterator[Served]:
    port = _free_port()
    command = [str(Path(sys.executable).with_name("ministack"))]
    with _running(command, env={**os.environ, "GATEWAY_PORT": str(port)}):
        yield _awaited(port)


@contextlib.contextmanager
def _running(
    command: list[str], *, env: Mapping[str, str] | None = None, stdout: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=env, stdout=stdout, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _awaited(port: int) -> Served:
    """Return a server, once it listens."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return Served(port, Credentials("AKIAKMSMOCK", "not-a-secret"))
        time.sleep(0.05)
    raise SystemExit(f"nobody listens at port {port}")
