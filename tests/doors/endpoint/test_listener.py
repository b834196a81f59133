"""A listener: a port of this computer alone."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from by_http import connect, receive, signed

from pytest_kmsmock import Endpoint, KmsMock
from pytest_kmsmock.doors.endpoint.engine import Engine
from pytest_kmsmock.doors.endpoint.listener import Listener, hosts_of


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = Engine()
    yield made
    made.stop()


def test_it_listens_on_the_loopback_only(engine: Engine) -> None:
    listener = Listener(engine)
    try:
        assert listener._socket.getsockname()[0] == "127.0.0.1"
        assert listener.url == f"http://127.0.0.1:{listener.port}"
        # Else asyncio leaves Nagle's algorithm on.
        assert listener._socket.proto == socket.IPPROTO_TCP
    finally:
        listener.close()


@pytest.mark.parametrize("has_tls", [False, True])
def test_the_port_may_be_missing_with_tls_alone(has_tls: bool) -> None:
    """Libmongocrypt leaves it out."""
    hosts = hosts_of(7, has_tls=has_tls)

    assert {"127.0.0.1:7", "localhost:7"} <= hosts
    assert ("127.0.0.1" in hosts) is has_tls


def test_a_port_that_is_taken_is_nobody_else_s(engine: Engine) -> None:
    listener = Listener(engine)
    try:
        with pytest.raises(OSError, match="in use"):
            Listener(engine, listener.port)
    finally:
        listener.close()
    again = Listener(engine, listener.port)
    again.close()


def test_it_stops_at_once_with_connections_open(kms: KmsMock) -> None:
    import ssl

    endpoint = kms.serve(tls=True)
    with endpoint:
        context = ssl.create_default_context(cafile=endpoint.env["SSL_CERT_FILE"])
        connections = []
        for _ in range(16):
            connection = context.wrap_socket(connect(endpoint), server_hostname="localhost")
            connection.sendall(signed(endpoint))
            assert receive(connection).status == 200
            connections.append(connection)
        begun = time.perf_counter()
    seconds = time.perf_counter() - begun

    assert seconds < 2  # 20 ms on a quiet computer
    for connection in connections:
        connection.close()


def test_connections_can_be_closed_alone(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    with connect(kms_endpoint) as connection:
        connection.sendall(signed(kms_endpoint))
        assert receive(connection).status == 200
        kms_endpoint._open._listener.disconnect()
        assert connection.recv(1) == b""
    with connect(kms_endpoint) as connection:
        connection.sendall(signed(kms_endpoint))
        assert receive(connection).status == 200
