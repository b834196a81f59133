"""A listener: a port of this computer, and the connections that were made to it."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from typing import Any, Final

from tornado.http1connection import HTTP1ConnectionParameters, HTTP1ServerConnection
from tornado.netutil import add_accept_handler

from ...crypto.forking import renew_in_children
from .engine import Engine, let_go
from .limits import BACKLOG, HEAD_BYTES
from .messages import Messages
from .streams import Encrypted, Plain

_HOSTS: Final = ("127.0.0.1", "localhost")
_PARAMETERS: Final = HTTP1ConnectionParameters(
    max_header_size=HEAD_BYTES,
    # `Message` refuses what is too large, and it knows the status.
    max_body_size=1 << 62,
)


def hosts_of(port: int, *, has_tls: bool) -> frozenset[str]:
    """
    Return what a request to *port* may call the host, in lower case.

    With TLS the port may be left out, as libmongocrypt does. A page of the web could not do
    so: it gets no further than the certificate.
    """
    names = {f"{host}:{port}" for host in _HOSTS}
    return frozenset(names | {*_HOSTS} if has_tls else names)


class Listener:
    """
    One that accepts connections until it is closed.

    Args:
        port: 0 is any that is free.
        context: Of TLS; None is without.

    Raises:
        OSError: The port is not free.
    """

    def __init__(
        self, engine: Engine, port: int = 0, context: ssl.SSLContext | None = None
    ) -> None:
        self.engine = engine
        self.messages = Messages(engine.work)
        self._process = os.getpid()
        self._context = context
        self._connections: dict[Any, HTTP1ServerConnection] = {}
        # With the protocol's number: asyncio asks for it before it switches Nagle's algorithm off.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if os.name == "posix":
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.setblocking(False)
            self._socket.bind(("127.0.0.1", port))
            self._socket.listen(BACKLOG)
        except BaseException:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self.messages.hosts = hosts_of(self.port, has_tls=context is not None)
        renew_in_children(self)
        self._stop_accepting = engine.do(add_accept_handler, self._socket, self._accept)

    @property
    def url(self) -> str:
        return f"{'http' if self._context is None else 'https'}://127.0.0.1:{self.port}"

    def disconnect(self) -> None:
        """Close all connections; new ones can be made."""
        if self._is_here():
            self.engine.run(self._disconnect())

    def close(self) -> None:
        """Close all connections, and the port."""
        if self._is_here():
            self.engine.run(self._close())

    def renew(self) -> None:
        """Let a forked process have no part in it: its port is the parent's alone."""
        # Not by what tornado has for it, which would speak to the other end, and to the poll
        # that both processes share.
        for each in (self._socket, *(stream.socket for stream in self._connections)):
            let_go(each)

    def _is_here(self) -> bool:
        return os.getpid() == self._process

    def _accept(self, connection: socket.socket, address: Any) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            stream: Plain | Encrypted
            if self._context is None:
                stream = Plain(connection, self._forget)
            else:
                wrapped = self._context.wrap_socket(
                    connection, server_side=True, do_handshake_on_connect=False
                )
                stream = Encrypted(wrapped, self._forget, ssl_options=self._context)
        except OSError:  # it is gone already
            connection.close()
            return
        served = self._connections[stream] = HTTP1ServerConnection(stream, _PARAMETERS)
        served.start_serving(self.messages)

    def _forget(self, stream: Any) -> None:
        self._connections.pop(stream, None)

    async def _disconnect(self) -> None:
        # What waits to be accepted is of the same time.
        connections = list(self._connections.values())
        await asyncio.gather(*(connection.close() for connection in connections))

    async def _close(self) -> None:
        self._stop_accepting()
        self._socket.close()
        await self._disconnect()
