"""What comes in by HTTP: ordinary requests are answered, all others get the status they deserve."""

from __future__ import annotations

import socket
import threading
import time

import pytest
from by_http import JSON, connect, exchange, port_of, receive, request, signed

from pytest_kmsmock import Endpoint, KmsMock


def test_a_signed_request_is_answered(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    """With the headers that KMS sends."""
    key = kms.create_key()

    answer = exchange(kms_endpoint, signed(kms_endpoint))

    assert answer.status == 200
    assert key.id.encode() in answer.body
    assert answer.headers["content-type"] == JSON
    assert answer.headers["x-amzn-requestid"] == kms.calls[0].request_id
    assert answer.headers["content-length"] == str(len(answer.body))


def test_a_connection_is_kept_for_the_next_request(kms_endpoint: Endpoint) -> None:
    """Also if several are sent before the first is answered."""
    with connect(kms_endpoint) as connection:
        connection.sendall(signed(kms_endpoint) * 3)

        statuses = [receive(connection).status for _ in range(1)]
        connection.sendall(signed(kms_endpoint))
        statuses.append(receive(connection).status)

    assert statuses == [200, 200]


@pytest.mark.parametrize("host", ["LOCALHOST:{port}", "localhost:{port}", "127.0.0.1:{port}"])
def test_the_host_is_this_computer_in_any_case(kms_endpoint: Endpoint, host: str) -> None:
    """It comes first: this request is refused for another reason."""
    host = host.format(port=port_of(kms_endpoint))

    answer = exchange(kms_endpoint, request(kms_endpoint, headers={"Host": host}))

    assert answer.code == "MissingAuthenticationTokenException"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}", ""],
)
@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
def test_another_host_is_refused_before_anything_else(
    kms_endpoint: Endpoint, host: str, method: str
) -> None:
    """A page of the web whose name leads to this computer gets nothing."""
    host = host.format(port=port_of(kms_endpoint))

    answer = exchange(kms_endpoint, signed(kms_endpoint, headers={"Host": host}, method=method))

    assert answer.status in ((400, 403) if host == "" else (403,))
    assert not any(name.startswith("access-control") for name in answer.headers)


@pytest.mark.parametrize("lines", [b"", b"Host: 127.0.0.1:{port}\r\nHost: evil.example\r\n"])
def test_there_is_one_host(kms_endpoint: Endpoint, lines: bytes) -> None:
    lines = lines.replace(b"{port}", str(port_of(kms_endpoint)).encode())

    answer = exchange(kms_endpoint, b"POST / HTTP/1.1\r\n" + lines + b"Content-Length: 0\r\n\r\n")

    assert answer.status == 400


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"method": "GET"}, 405),
        ({"method": "OPTIONS"}, 405),
        ({"method": "BREW"}, 405),
        ({"path": "/keys"}, 404),
        ({"path": "/_localstack/health", "method": "GET"}, 404),
        ({"path": "http://evil.example/"}, 400),
        ({"headers": {"Content-Type": "application/json"}}, 415),
        ({"headers": {"Content-Type": None}}, 415),
        ({"headers": {"Content-Length": "1048577"}}, 413),
        ({"headers": {"Content-Length": "9" * 30}}, 413),
        ({"headers": {"Content-Length": "-1"}}, 400),
        ({"headers": {"Content-Length": "0x10"}}, 400),
        ({"headers": {"Content-Length": "1_0"}}, 400),
        ({"headers": {"Content-Length": "2\r\nContent-Length: 3"}}, 400),
        ({"headers": {"Content-Length": "2\r\nContent-Length: 2"}}, 400),
        ({"headers": {"Transfer-Encoding": "chunked"}}, 400),
        ({"headers": {"Content-Length": None, "Transfer-Encoding": "gzip, chunked"}}, 501),
        ({"headers": {"A b": "c"}}, 400),
        ({"headers": {"A": "b\x00c"}}, 400),
        ({"headers": {"Large": "x" * 70_000}}, 431),
    ],
)
def test_what_is_no_request_of_kms_gets_the_status_of_http(
    kms_endpoint: Endpoint, changes: dict[str, object], status: int
) -> None:
    answer = exchange(kms_endpoint, request(kms_endpoint, **changes))  # type: ignore[arg-type]

    assert answer.status == status
    assert exchange(kms_endpoint, signed(kms_endpoint)).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Length": "2\r\nContent-Length: 3"},
        {"Content-Length": "9" * 30},
        {"Transfer-Encoding": "chunked"},
        {"Content-Length": None, "Transfer-Encoding": "gzip, chunked"},
    ],
)
def test_a_request_that_is_refused_gets_one_answer(
    kms_endpoint: Endpoint, headers: dict[str, str | None]
) -> None:
    """Whatever else is found to be wrong with it."""
    with connect(kms_endpoint) as connection:
        connection.sendall(request(kms_endpoint, headers=headers))
        answers = b"".join(iter(lambda: connection.recv(65536), b""))

    assert answers.count(b"HTTP/1.1 ") == 1
    assert b"Content-Length: 0\r\n" in answers


@pytest.mark.parametrize(
    "data", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"hello\r\n\r\n", b"\x00" * 100 + b"\r\n\r\n"]
)
def test_what_is_no_http_stops_nobody(kms_endpoint: Endpoint, data: bytes) -> None:
    with connect(kms_endpoint) as connection:
        connection.sendall(data)

        assert exchange(kms_endpoint, signed(kms_endpoint)).status == 200


def test_a_head_without_end_is_refused(kms_endpoint: Endpoint) -> None:
    endless = request(kms_endpoint)[:-6] + b"".join(b"\r\nX-%d: y" % n for n in range(20_000))

    assert exchange(kms_endpoint, endless).status == 431


def test_a_body_that_is_too_large_is_refused_although_it_is_sent(kms_endpoint: Endpoint) -> None:
    """Also in chunks, of which nobody has said how many there are."""
    body = b"x" * 3_000_000

    assert exchange(kms_endpoint, request(kms_endpoint, body)).status == 413
    chunks = (b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n") * 40
    lengthless: dict[str, str | None] = {"Content-Length": None, "Transfer-Encoding": "chunked"}
    answer = exchange(kms_endpoint, request(kms_endpoint, headers=lengthless, sent=chunks))
    assert answer.status == 413


def test_a_body_of_the_most_that_may_be_is_read(kms_endpoint: Endpoint) -> None:
    answer = exchange(kms_endpoint, signed(kms_endpoint, b"x" * 1024 * 1024))

    assert answer.code == "SerializationException"


def test_chunks_are_understood(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    chunked: dict[str, str | None] = {"Content-Length": None, "Transfer-Encoding": "chunked"}
    chunks = b"1;x=y\r\n{\r\n1\r\n}\r\n0\r\n\r\n"

    answer = exchange(kms_endpoint, signed(kms_endpoint, headers=chunked, sent=chunks))

    assert answer.status in (200, 400)  # tornado knows no extensions of chunks
    chunks = b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
    assert exchange(kms_endpoint, signed(kms_endpoint, headers=chunked, sent=chunks)).status == 200


@pytest.mark.parametrize("chunks", [b"zz\r\n{}\r\n0\r\n\r\n", b"2\r\n{}xx0\r\n\r\n", b"9" * 100])
def test_broken_chunks_are_refused(kms_endpoint: Endpoint, chunks: bytes) -> None:
    chunked: dict[str, str | None] = {"Content-Length": None, "Transfer-Encoding": "chunked"}

    answer = exchange(kms_endpoint, signed(kms_endpoint, headers=chunked, sent=chunks))

    assert answer.status == 400


@pytest.mark.parametrize("expected", ["100-continue", "100-Continue"])
def test_who_asks_whether_to_go_on_is_answered_before_the_body(
    kms_endpoint: Endpoint, expected: str
) -> None:
    whole = signed(kms_endpoint, headers={"Expect": expected})
    with connect(kms_endpoint) as connection:
        connection.sendall(whole[:-2])
        assert receive(connection).status == 100

        connection.sendall(whole[-2:])

        assert receive(connection).status == 200


def test_who_asks_whether_to_go_on_with_too_much_is_told_no(kms_endpoint: Endpoint) -> None:
    headers: dict[str, str | None] = {"Expect": "100-continue", "Content-Length": "2000000"}

    answer = exchange(kms_endpoint, request(kms_endpoint, headers=headers, sent=b""))

    assert answer.status == 413


@pytest.mark.parametrize("target", ["TrentService.Nothing", "Other.ListKeys", "", "TrentService."])
def test_an_operation_that_kms_lacks(kms: KmsMock, kms_endpoint: Endpoint, target: str) -> None:
    """It is AWS's answer, and no mistake of the test's."""
    answer = exchange(kms_endpoint, signed(kms_endpoint, target=target))

    assert (answer.status, answer.code) == (400, "UnknownOperationException")
    assert kms.calls.operations == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b'{"Limit": "x"}', b"\xff", b"[" * 9999]
)
def test_a_body_that_is_no_json_of_the_operation(kms_endpoint: Endpoint, body: bytes) -> None:
    answer = exchange(kms_endpoint, signed(kms_endpoint, body))

    assert (answer.status, answer.code) == (400, "SerializationException")


def test_half_sent_requests_hinder_nobody(kms_endpoint: Endpoint) -> None:
    whole = signed(kms_endpoint)
    connections = [connect(kms_endpoint) for _ in range(64)]
    for number, connection in enumerate(connections):
        connection.sendall(whole[: number * len(whole) // 64])

    begun = time.perf_counter()
    answer = exchange(kms_endpoint, whole)

    assert answer.status == 200
    assert time.perf_counter() - begun < 5  # 50 ms on a quiet computer
    for connection in connections:
        connection.close()


def test_who_says_no_more_after_the_request_is_answered(kms_endpoint: Endpoint) -> None:
    with connect(kms_endpoint) as connection:
        connection.sendall(signed(kms_endpoint))
        connection.shutdown(socket.SHUT_WR)

        assert receive(connection).status == 200


def test_many_connections_are_served_at_once(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    whole = signed(kms_endpoint)
    statuses = []

    def call() -> None:
        with connect(kms_endpoint) as connection:
            for _ in range(5):
                connection.sendall(whole)
                statuses.append(receive(connection).status)

    threads = [threading.Thread(target=call) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 320
    assert len(kms.calls) == 320


def test_a_slow_operation_hinders_nobody(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    kms.delay("DescribeKey", 1.5, real=True)
    slow = signed(kms_endpoint, b'{"KeyId": "alias/a"}', target="TrentService.DescribeKey")
    with connect(kms_endpoint) as connection:
        begun = time.perf_counter()
        connection.sendall(slow)

        assert exchange(kms_endpoint, signed(kms_endpoint)).status == 200

        assert time.perf_counter() - begun < 1.5
        assert receive(connection).code == "NotFoundException"
        assert time.perf_counter() - begun >= 1.5
