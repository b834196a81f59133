"""Streams: no request takes for ever, however it trickles, and none is cut off that does not."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator

import pytest
from by_http import connect, exchange, port_of, receive, signed

from pytest_kmsmock import Endpoint, KmsMock
from pytest_kmsmock.doors.endpoint import limits, streams


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests have to be complete within the half of a second."""
    monkeypatch.setattr(streams, "RECEIVE_SECONDS", 0.5)


def test_the_deadline_is_well_within_half_a_minute() -> None:
    assert limits.RECEIVE_SECONDS + limits.LINGER_SECONDS < 30
    assert limits.ANSWER_SECONDS < 10


def trickle(connection: socket.socket, data: bytes) -> float:
    """Send *data* byte by byte until the other end has enough; return how long that took."""
    begun = time.perf_counter()
    connection.settimeout(0.05)
    for number in range(len(data)):
        connection.sendall(data[number : number + 1])
        try:
            if connection.recv(1, socket.MSG_PEEK) is not None:
                break
        except TimeoutError:
            continue
        except ConnectionError:
            break
    connection.settimeout(30)
    return time.perf_counter() - begun


@pytest.mark.parametrize("sent", [1, -3], ids=["the head", "the body"])
@pytest.mark.usefixtures("hurried")
def test_a_request_that_trickles_comes_to_its_end(kms_endpoint: Endpoint, sent: int) -> None:
    whole = signed(kms_endpoint, b'{"Limit": 7' + b" " * 100 + b"}")
    at = sent if sent > 0 else whole.index(b'{"')
    with connect(kms_endpoint) as connection:
        connection.sendall(whole[:at])

        seconds = trickle(connection, whole[at:])

        assert receive(connection).status == 408
    assert 0.4 < seconds < 10


@pytest.mark.usefixtures("hurried")
def test_a_connection_may_be_idle(kms_endpoint: Endpoint) -> None:
    """Before its first request, and between two."""
    with connect(kms_endpoint) as connection:
        time.sleep(0.8)
        connection.sendall(signed(kms_endpoint))
        assert receive(connection).status == 200
        time.sleep(0.8)

        connection.sendall(signed(kms_endpoint))

        assert receive(connection).status == 200


@pytest.mark.usefixtures("hurried")
def test_a_slow_answer_is_no_slow_request(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    kms.delay("ListKeys", 0.8, real=True)

    assert exchange(kms_endpoint, signed(kms_endpoint)).status == 200


@pytest.fixture
def trusting(kms: KmsMock) -> Iterator[tuple[Endpoint, ssl.SSLContext]]:
    """An endpoint with TLS, and a client's settings that trust it."""
    with kms.serve(tls=True) as endpoint:
        yield endpoint, ssl.create_default_context(cafile=endpoint.env["SSL_CERT_FILE"])


@pytest.mark.usefixtures("hurried")
def test_a_handshake_that_does_not_begin_comes_to_its_end(
    trusting: tuple[Endpoint, ssl.SSLContext],
) -> None:
    endpoint, _ = trusting
    with connect(endpoint) as connection:
        connection.sendall(b"\x16\x03\x01")

        assert connection.recv(10) == b""


@pytest.mark.usefixtures("hurried")
def test_a_connection_with_tls_may_be_idle_after_its_handshake(
    trusting: tuple[Endpoint, ssl.SSLContext],
) -> None:
    endpoint, context = trusting
    with connect(endpoint) as plain, context.wrap_socket(plain, server_hostname="localhost") as own:
        time.sleep(0.8)
        own.sendall(signed(endpoint))

        assert receive(own).status == 200


def test_who_speaks_no_tls_to_it_stops_nobody(
    trusting: tuple[Endpoint, ssl.SSLContext], capfd: pytest.CaptureFixture[str]
) -> None:
    """And nothing is printed."""
    endpoint, context = trusting
    assert exchange(endpoint, signed(endpoint)).status == 0

    with connect(endpoint) as plain, context.wrap_socket(plain, server_hostname="127.0.0.1") as own:
        own.sendall(signed(endpoint))
        assert receive(own).status == 200

    assert port_of(endpoint) > 0
    assert capfd.readouterr() == ("", "")
