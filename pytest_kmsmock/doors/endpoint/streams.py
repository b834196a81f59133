"""
Streams of connections, with what tornado's leave to its users: ends and deadlines.

A request that does not come to its end in time, or whose head has none, gets the
status that says so, and its connection is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from tornado.iostream import IOStream, SSLIOStream, UnsatisfiableReadError

from .limits import BODY_BYTES, HEAD_BYTES, RECEIVE_SECONDS

# tornado closes a connection whose reader does not keep up.
_BUFFER_BYTES: Final = 4 * (HEAD_BYTES + BODY_BYTES)


def bare_answer(status: HTTPStatus) -> bytes:
    """Return an answer without a body, after which the connection is closed."""
    line = f"HTTP/1.1 {status.value} {status.phrase}"
    return f"{line}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


class _Timed:
    """
    A stream that knows where in a request it is.

    Attributes:
        is_in_head: The head of the next request is on its way, or not even that.
        has_refused: The last answer has been written, whatever is still read.
    """

    # Of tornado's stream, beside which it stands.
    socket: Any
    closed: Callable[[], bool]
    write_to_fd: Callable[[memoryview], int]
    _read_buffer_size: int

    def __init__(
        self, connection: socket.socket, closed: Callable[[Any], None], **settings: Any
    ) -> None:
        self.is_in_head = True
        self.has_refused = False
        self._on_close = closed
        self._timer: asyncio.TimerHandle | None = None
        super().__init__(connection, max_buffer_size=_BUFFER_BYTES, **settings)  # type: ignore[call-arg]

    def read_from_fd(self, buf: Any) -> int | None:
        count: int | None = super().read_from_fd(buf)  # type: ignore[misc]
        if count and self._timer is None and self.is_in_head:
            self.begin()
        return count

    def begin(self) -> None:
        """Begin to wait for the end of a request, of which something has come."""
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(RECEIVE_SECONDS, self._end_late)

    def complete(self) -> None:
        """Note that a request is there to its end, or that no more of it is awaited."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def await_next(self) -> None:
        """Note that the next request may come."""
        self.complete()
        self.is_in_head = True
        if self._read_buffer_size:  # it has begun to
            self.begin()

    def write(self, data: Any) -> Any:
        if not self.has_refused:
            return super().write(data)  # type: ignore[misc]
        # tornado's own word on a body that makes no sense.
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def set_nodelay(self, value: bool) -> None:
        """Leave the connection as it is: an answer is written at once, and nothing is to wait."""

    def close(self, exc_info: Any = False) -> None:
        self.complete()
        if isinstance(exc_info, UnsatisfiableReadError):
            too_large = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            self._say(too_large if self.is_in_head else HTTPStatus.BAD_REQUEST)
        super().close(exc_info)  # type: ignore[misc]
        self._on_close(self)

    def reset(self) -> None:
        """Close the connection as if its other end had gone: nothing that was sent matters."""
        with contextlib.suppress(OSError):
            linger = struct.pack("ii", 1, 0)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close()

    def _end_late(self) -> None:
        self._timer = None
        if not self.closed():
            self._say(HTTPStatus.REQUEST_TIMEOUT)
            self.close()

    def _say(self, status: HTTPStatus) -> None:
        """Send *status*, if the connection takes it at once."""
        with contextlib.suppress(OSError):
            self.write_to_fd(memoryview(bare_answer(status)))
            # What has come, unread, would let the answer be lost when the socket is closed.
            self.socket.setblocking(False)
            for _ in range(64):
                if not self.socket.recv(65536):
                    break


class Plain(_Timed, IOStream):  # type: ignore[misc]  # tornado is not looked at
    """A stream of a connection without TLS."""


class Encrypted(_Timed, SSLIOStream):  # type: ignore[misc]  # likewise
    """A stream of a connection with TLS, whose handshake is a part of the first request."""

    def __init__(
        self, connection: socket.socket, closed: Callable[[Any], None], **settings: Any
    ) -> None:
        super().__init__(connection, closed, **settings)
        self.begin()
        self.wait_for_handshake().add_done_callback(self._after_handshake)

    def await_next(self) -> None:
        if not self._ssl_accepting:
            super().await_next()

    def _after_handshake(self, future: Any) -> None:
        if not future.cancelled() and future.exception() is None and not self._read_buffer_size:
            self.complete()
