"""Serving: an endpoint from its opening to its end, however it is opened."""

from __future__ import annotations

import socket

import pytest

from pytest_kmsmock import KmsMock
from pytest_kmsmock.doors.endpoint.answering import Answer
from pytest_kmsmock.doors.endpoint.serving import Serving


def test_it_has_the_port_that_is_asked_for(kms: KmsMock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    serving = Serving(kms._backend, port=port)
    try:
        assert serving.url == f"http://127.0.0.1:{port}"
        with pytest.raises(OSError, match="in use"):
            Serving(kms._backend, port=port)
    finally:
        serving.close()
        serving.close()  # is done


def test_who_asks_whether_there_is_somebody(kms: KmsMock) -> None:
    """Where it is asked for, as tools do that have waited for LocalStack."""
    serving = Serving(kms._backend, has_health=True)
    try:
        port = int(serving.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(
                f"GET /_localstack/health HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode()
            )
            answer = connection.recv(65536)
    finally:
        serving.close()

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b'{"services": {"kms": "running"}}')


def test_it_tells_of_each_answer(kms: KmsMock) -> None:
    told: list[Answer] = []
    serving = Serving(kms._backend, verifies=False, told=told.append)
    try:
        port = int(serving.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(
                f"POST / HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 2\r\n"
                "Content-Type: application/x-amz-json-1.1\r\n"
                "X-Amz-Target: TrentService.ListKeys\r\n\r\n{}".encode()
            )
            connection.recv(65536)
    finally:
        serving.close()

    assert [(each.operation, each.error) for each in told] == [("ListKeys", None)]
