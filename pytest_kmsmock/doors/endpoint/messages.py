"""Messages: one request as it comes in, refused as soon as it can be, and its answer."""

from __future__ import annotations

import asyncio
import json
import uuid
from http import HTTPStatus
from typing import Any, NamedTuple

from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)

from ...faults import Disconnection
from ...service.api.errors import KmsError, UnrecognizedClientException
from ..http import CONTENT_TYPE, date
from . import real_time
from .answering import Answer, Answering, Call, Told, answer_of_error, answer_of_misuse
from .errors import InternalFailure
from .limits import (
    ANSWER_SECONDS,
    BODY_BYTES,
    CONTENT_TYPES,
    LINGER_BYTES,
    LINGER_SECONDS,
    ROUTES,
    Route,
)
from .signatures import Head


class Refusal(NamedTuple):
    """A request that is none of KMS: the status, and headers that go with it."""

    status: HTTPStatus
    headers: tuple[tuple[str, str], ...] = ()


class Messages(HTTPServerConnectionDelegate):  # type: ignore[misc]  # tornado is not looked at
    """
    All requests of one listener.

    Attributes:
        answering: Whose mock answers; None while nobody has opened the endpoint.
        hosts: What requests may call the host.
        told: Is told of each answer.
        has_health: Others than the test may ask whether there is somebody.
        work: Runs what is slow, see `Engine.work`.
        settle: What is waited for before an answer, if anything is.
    """

    def __init__(self, work: Any) -> None:
        self.answering: Answering | None = None
        self.hosts: frozenset[str] = frozenset()
        self.told: Told | None = None
        self.has_health = False
        self.work = work
        self.settle: Any = None

    def start_request(self, server_conn: Any, request_conn: Any) -> HTTPMessageDelegate:
        server_conn.stream.await_next()
        return Message(self, server_conn.stream, request_conn)

    def refusal_of(self, line: RequestStartLine, headers: HTTPHeaders) -> Refusal | None:
        """Return what is wrong with the head of a request, None if nothing is."""
        hosts = headers.get_list("Host")
        if len(hosts) != 1:
            return Refusal(HTTPStatus.BAD_REQUEST)
        # First of all: a page of the web whose name leads here says so by this header alone.
        if hosts[0].strip().lower() not in self.hosts:
            return Refusal(HTTPStatus.FORBIDDEN)
        if len(headers.get_list("Content-Length")) > 1:
            return Refusal(HTTPStatus.BAD_REQUEST)
        if "Transfer-Encoding" in headers:
            if "Content-Length" in headers:
                return Refusal(HTTPStatus.BAD_REQUEST)
            if headers["Transfer-Encoding"].lower() != "chunked":
                return Refusal(HTTPStatus.NOT_IMPLEMENTED)
        route = self.route_of(line)
        if not isinstance(route, Route):
            return route
        if route.action == "call":
            length = headers.get("Content-Length", "0")
            if length.isdecimal() and (len(length) > 18 or int(length) > BODY_BYTES):
                return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if kind not in CONTENT_TYPES:
                return Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        return None

    def route_of(self, line: RequestStartLine) -> Route | Refusal:
        if not line.path.startswith("/"):
            return Refusal(HTTPStatus.BAD_REQUEST)
        path = line.path.partition("?")[0]
        routes = [
            route
            for route in ROUTES
            if route.path == path and (self.has_health or not route.only_when_asked)
        ]
        if not routes:
            return Refusal(HTTPStatus.NOT_FOUND)
        for route in routes:
            if route.method == line.method:
                return route
        allowed = ", ".join(route.method for route in routes)
        return Refusal(HTTPStatus.METHOD_NOT_ALLOWED, (("Allow", allowed),))


class Message(HTTPMessageDelegate):  # type: ignore[misc]  # likewise
    """One request and its answer."""

    def __init__(self, messages: Messages, stream: Any, connection: Any) -> None:
        self._messages = messages
        self._stream = stream
        self._connection = connection
        self._body: list[bytes] = []
        self._size = 0
        self._refused = False
        self._linger: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._line: RequestStartLine
        self._headers: HTTPHeaders

    def headers_received(self, start_line: Any, headers: HTTPHeaders) -> None:
        self._stream.is_in_head = False
        self._line, self._headers = start_line, headers
        refusal = self._messages.refusal_of(start_line, headers)
        expected = headers.get("Expect")
        if refusal is not None:
            headers.pop("Expect", None)
            self._refuse(refusal)
            if expected:  # and so the body is not on its way
                self._end_refusal()
        elif expected is not None:
            # In the one form that tornado knows.
            headers["Expect"] = expected.strip().lower()

    def data_received(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._refused:
            if self._size > LINGER_BYTES:
                self._end_refusal()
        elif self._size > BODY_BYTES:
            self._body.clear()
            self._refuse(Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
        else:
            self._body.append(chunk)

    def finish(self) -> None:
        self._stream.complete()
        if self._refused:
            self._end_refusal()
            return
        path, _, query = self._line.path.partition("?")
        if path != "/":
            self._answer_health()
            return
        headers: dict[str, list[str]] = {}
        for name, value in self._headers.get_all():
            headers.setdefault(name.lower(), []).append(value)
        self._answer_call(Head(self._line.method, path, query, headers), b"".join(self._body))

    def on_connection_close(self) -> None:
        self._forget()

    def _answer_call(self, head: Head, body: bytes) -> None:
        answering = self._messages.answering
        if answering is None or not answering.backend.is_active:
            # Between two tests, nobody's credentials are known.
            error = UnrecognizedClientException()
            self._send(answer_of_error(error, str(uuid.uuid4())))
            return
        try:
            call = answering.take(head, body)
        except KmsError as error:
            request_id = answering.backend.registry.request_ids.take()
            self._send(answer_of_error(error, request_id))
            return
        except Exception as error:  # a bug of ours, which the test hears of
            self._send(answer_of_misuse(error, str(uuid.uuid4()), "a call"))
            return
        if call.is_quick and self._messages.settle is None:
            self._send(call.answer())
        else:
            self._task = asyncio.get_running_loop().create_task(self._answer_later(call))
            self._connection.set_close_callback(self._forget)

    async def _answer_later(self, call: Call) -> None:
        if call.seconds:
            await asyncio.sleep(call.seconds)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                if call.is_quick:
                    answer = call.answer()
                else:
                    answer = await self._messages.work(call.answer)
                if self._messages.settle is not None:
                    await self._messages.settle(self._messages.work)
        except (TimeoutError, OSError):  # too late, or what is to be kept cannot be written
            answer = answer_of_error(InternalFailure(), call.request_id, call.incoming.operation)
        self._task = None
        self._send(answer)

    def _send(self, answer: Answer | Disconnection) -> None:
        if isinstance(answer, Answer):
            if self._messages.told is not None:
                self._messages.told(answer)
            headers = [
                ("x-amzn-RequestId", answer.request_id),
                ("Content-Type", CONTENT_TYPE),
                ("Content-Length", str(len(answer.body))),
            ]
            self._write(answer.status, headers, answer.body)
            self._end()
        elif answer == "closed":
            self._stream.close()
        elif answer == "refused":
            self._stream.reset()
        else:
            # No answer, however long the client waits; it is there to be closed at the end.
            self._connection.set_close_callback(self._forget)

    def _answer_health(self) -> None:
        body = json.dumps({"services": {"kms": "running"}}).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        self._write(200, headers, body)
        self._end()

    def _refuse(self, refusal: Refusal) -> None:
        """Answer now, and read on what is still to come: who sends would not see it otherwise."""
        self._refused = True
        headers = [*refusal.headers, ("Content-Length", "0"), ("Connection", "close")]
        self._write(refusal.status, headers, b"")
        self._stream.has_refused = True
        self._linger = asyncio.get_running_loop().call_later(LINGER_SECONDS, self._end_refusal)

    def _end_refusal(self) -> None:
        if self._linger is not None:
            self._linger.cancel()
            self._linger = None
            self._end()

    def _write(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        if self._stream.closed():
            return
        made = HTTPHeaders()
        for name, value in headers:
            made.add(name, value)
        # Real, as clients correct their clocks by it.
        made.add("Date", date(int(real_time.wall())))
        line = ResponseStartLine("", status, HTTPStatus(status).phrase)
        self._connection.write_headers(line, made, body)

    def _end(self) -> None:
        if not self._stream.closed():
            self._connection.finish()

    def _forget(self) -> None:
        """Do no more for a client that is gone."""
        if self._linger is not None:
            self._linger.cancel()
            self._linger = None
        if self._task is not None:
            self._task.cancel()
            self._task = None
