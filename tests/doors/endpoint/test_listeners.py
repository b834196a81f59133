"""Listeners: one waits from test to test, the others end with their endpoint, and none stays."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from by_http import connect, exchange, port_of, receive, signed

from pytest_kmsmock import Endpoint, KmsMock
from pytest_kmsmock.doors.endpoint import listeners


def test_the_next_test_has_the_same_port(kms: KmsMock) -> None:
    """So that it pays nothing to open it."""
    with kms.serve() as endpoint:
        first = port_of(endpoint)
    with kms.serve() as endpoint:
        assert port_of(endpoint) == first


def test_no_connection_of_one_test_is_open_in_the_next(kms: KmsMock) -> None:
    with kms.serve() as endpoint:
        connection = connect(endpoint)
        connection.sendall(signed(endpoint))
        assert receive(connection).status == 200
        half_sent = connect(endpoint)
        half_sent.sendall(signed(endpoint)[:50])

    assert connection.recv(1) == b""
    assert half_sent.recv(1) == b""
    connection.close()
    half_sent.close()


def test_between_two_tests_nobody_is_known(kms: KmsMock) -> None:
    with kms.serve() as endpoint:
        whole = signed(endpoint)
        port = port_of(endpoint)
        kept = endpoint.url
    with kms.serve() as endpoint:  # only to have one at the port to ask
        assert endpoint.url == kept
        serving = endpoint._open
        serving._listener.messages.answering, before = None, serving._listener.messages.answering
        assert port_of(endpoint) == port
        assert exchange(endpoint, whole).code == "UnrecognizedClientException"
        serving._listener.messages.answering = before


def test_two_that_are_open_at_once_are_two(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    """Also those with TLS, or without signatures, which wait for nobody."""
    with (
        kms.serve() as second,
        kms.serve(tls=True) as third,
        kms.serve(verify_signatures=False) as fourth,
    ):
        ports = {port_of(each) for each in (kms_endpoint, second, third, fourth)}

    assert len(ports) == 4
    with pytest.raises(ConnectionRefusedError):
        connect_to(max(ports - {port_of(kms_endpoint), waiting_port()}))


def connect_to(port: int) -> None:
    import socket

    socket.create_connection(("127.0.0.1", port)).close()


def waiting_port() -> int:
    waiting = listeners._listeners.waiting
    return 0 if waiting is None else waiting.port


def test_a_test_pays_next_to_nothing(kms: KmsMock) -> None:
    begun = time.perf_counter()
    for _ in range(20):
        with kms.serve():
            pass

    assert (time.perf_counter() - begun) / 20 < 0.2  # 1 ms on a quiet computer


WATCHED = """
import os, socket, threading
import pytest

@pytest.fixture(scope="session", autouse=True)
def watched():
    yield

{body}
"""


def test_nothing_is_left_when_the_run_is_over(run: Callable[..., pytest.RunResult]) -> None:
    """Also if it fails: neither a thread nor a descriptor."""
    listeners.end()
    threads, before = threading.enumerate(), [*Path("/dev/fd").iterdir()]

    result = run("""
        def test_it(kms_endpoint):
            assert False

        def test_again(kms, kms_endpoint):
            with kms.serve(tls=True):
                pass
    """)

    result.assert_outcomes(passed=1, failed=1)
    assert threading.enumerate() == threads
    assert len([*Path("/dev/fd").iterdir()]) <= len(before)


OUTSIDE = """
import os, tempfile, threading, time
from pytest_kmsmock import mock_kms
from pytest_kmsmock.doors.endpoint import serving

def left():
    return len(threading.enumerate()), len(os.listdir("/dev/fd")), os.listdir(tempfile.gettempdir())

with mock_kms() as kms:
    with kms.serve(tls=True):
        pass
    before = left()
    for settings in ({}, {"tls": True}, {"verify_signatures": False}):
        begun = time.perf_counter()
        try:
            with kms.serve(**settings) as endpoint:
                endpoint.env
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            pass
        assert left() == before, (settings, left(), before)
"""


@pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="descriptors cannot be counted")  # noqa: PTH112
def test_outside_of_pytest_nothing_is_left_when_the_block_is(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Nor is anything printed."""
    folder = tmp_path_factory.mktemp("temporary")
    env = {**os.environ, "TMPDIR": str(folder), "AWS_PROFILE": "somebody"}

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(OUTSIDE)],
        capture_output=True,
        text=True,
        env=env,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


FORKING = """
import os, socket, sys
from pytest_kmsmock import mock_kms

with mock_kms() as kms, kms.serve() as endpoint:
    port = int(endpoint.url.rpartition(":")[2])
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(b"POST")
    before = len(os.listdir("/dev/fd"))
    go, wait = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(go, 1)
        try:
            socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            os._exit(0 if len(os.listdir("/dev/fd")) < before + 2 else 2)
        os._exit(1)
os.write(wait, b"x")
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="without os.fork, nobody is forked")
def test_a_forked_child_holds_no_port() -> None:
    """It may outlive the endpoint; who connects then is refused, and does not wait."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKING]

    assert subprocess.run(command, timeout=60, check=False).returncode == 0


FORKING_TWICE = """
import gc, os, socket
from pytest_kmsmock import mock_kms

def serve():
    with mock_kms() as kms, kms.serve() as endpoint:
        socket.create_connection(("127.0.0.1", int(endpoint.url.rpartition(":")[2]))).close()

with mock_kms() as kms, kms.serve():
    generation = 0
    while generation < 3 and (child := os.fork()) == 0:
        generation += 1
    gc.collect()
    serve()
    if generation < 3:
        _, status = os.waitpid(child, 0)
        assert status == 0, status
    if generation:
        os._exit(0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="without os.fork, nobody is forked")
def test_a_forked_child_can_fork() -> None:
    """Each is rid of its parent's endpoint, has one of its own, and complains of nothing."""
    command = [sys.executable, "-W", "ignore:This process:DeprecationWarning", "-c", FORKING_TWICE]

    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (0, "")
