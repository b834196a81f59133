"""HTTP by hand: signed requests as bytes, and what a raw socket gets for some bytes."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import socket
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from pytest_kmsmock import Endpoint

JSON = "application/x-amz-json-1.1"


class Response(NamedTuple):
    """An answer by HTTP; *status* is 0 if there was none."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """The error's code."""
        return str(json.loads(self.body)["__type"])

    @property
    def message(self) -> str:
        told = json.loads(self.body)
        return str(told.get("message", told.get("Message")))


def port_of(endpoint: Endpoint) -> int:
    port = urlsplit(endpoint.url).port
    assert port is not None
    return port


def connect(endpoint: Endpoint) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port_of(endpoint)), timeout=30)


def exchange(endpoint: Endpoint, data: bytes) -> Response:
    """Send *data* on a connection of its own; return the first answer."""
    with connect(endpoint) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(data)
        return receive(connection)


def receive(connection: socket.socket) -> Response:
    """Return the next answer on *connection*."""
    data = b""
    with contextlib.suppress(ConnectionError):
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                break
            data += more
    head, _, body = data.partition(b"\r\n\r\n")
    if not head:
        return Response(0, {}, b"")
    if head.startswith(b"HTTP/1.1 100"):
        return Response(100, {}, body)
    line, *lines = head.decode("latin1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (e.partition(":") for e in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    return Response(int(line.split(" ")[1]), headers, body)


def request(
    endpoint: Endpoint,
    body: bytes = b"{}",
    *,
    target: str = "TrentService.ListKeys",
    method: str = "POST",
    path: str = "/",
    headers: Mapping[str, str | None] | None = None,
    sent: bytes | None = None,
) -> bytes:
    """
    Return an unsigned request.

    Args:
        headers: Instead of those that there would be; None leaves one out.
        sent: What goes in the place of the body.
    """
    made: dict[str, str | None] = {
        "Host": f"127.0.0.1:{port_of(endpoint)}",
        "Content-Type": JSON,
        "X-Amz-Target": target,
        "Content-Length": str(len(body)),
    }
    made |= headers or {}
    lines = [f"{method} {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in made.items() if value is not None]
    return "\r\n".join([*lines, "", ""]).encode() + (body if sent is None else sent)


def signed(
    endpoint: Endpoint,
    body: bytes = b"{}",
    *,
    service: str = "kms",
    region: str = "us-east-1",
    credentials: tuple[str, str, str | None] | None = None,
    now: dt.datetime | None = None,
    headers: Mapping[str, str | None] | None = None,
    **rest: Any,
) -> bytes:
    """Return a signed request; *headers* change it afterwards."""
    env = endpoint.env
    own = (env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], None)
    found = signature_headers(
        endpoint,
        body,
        rest.get("target", "TrentService.ListKeys"),
        credentials or own,
        service,
        region,
        now,
    )
    return request(endpoint, body, headers={**found, **(headers or {})}, **rest)


def signature_headers(
    endpoint: Endpoint,
    body: bytes,
    target: str,
    credentials: tuple[str, str, str | None],
    service: str = "kms",
    region: str = "us-east-1",
    now: dt.datetime | None = None,
) -> dict[str, str]:
    host = f"127.0.0.1:{port_of(endpoint)}"
    made = AWSRequest(
        method="POST",
        url=f"http://{host}/",
        data=body,
        headers={"Host": host, "Content-Type": JSON, "X-Amz-Target": target},
    )
    signer: Any = SigV4Auth(Credentials(*credentials), service, region)
    date = (now or dt.datetime.now(dt.UTC)).strftime("%Y%m%dT%H%M%SZ")
    made.context["timestamp"] = date
    made.headers["X-Amz-Date"] = date
    if credentials[2] is not None:
        made.headers["X-Amz-Security-Token"] = credentials[2]
    text = signer.string_to_sign(made, signer.canonical_request(made))
    signer._inject_signature_to_request(made, signer.signature(text, made))
    return {
        name: made.headers[name]
        for name in ("X-Amz-Date", "X-Amz-Security-Token", "Authorization")
        if name in made.headers
    }
