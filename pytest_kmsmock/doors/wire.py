"""
The wire door: a call goes on through botocore and is answered where it would be sent.

What the direct path skips is retries. So where a fault is scheduled for a call,
or a test wants it, the hook declines it at ``before-call``; botocore makes a
request of it, and the same service answers at ``before-send``, each attempt
anew, with a real HTTP response or a real connection error.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import sys
import time
import weakref
from collections.abc import Callable, Generator, Mapping
from typing import Any, Final

import botocore
from botocore.awsrequest import AWSResponse
from botocore.exceptions import (
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from ..backend import Backend
from ..crypto.forking import Lock
from ..faults import Disconnection
from ..record import Row
from ..service.api.errors import KmsError
from . import backoff
from .attempts import Attempt
from .desk import LOST, Incoming, LostConnectionError, request_of
from .http import body_of_error, body_of_response, headers

_MARK: Final = "pytest-kmsmock"
_UNIQUE_ID: Final = "pytest-kmsmock-wire"
_ERRORS: Final[Mapping[Disconnection, Any]] = {
    "refused": EndpointConnectionError,
    "read-timeout": ReadTimeoutError,
    "closed": ConnectionClosedError,
}

_registering = Lock()
_numbers = itertools.count()
# Weak: an exchange is over when botocore lets go of it, also if the call is interrupted.
_exchanges: weakref.WeakValueDictionary[str, Exchange] = weakref.WeakValueDictionary()


class Exchange:
    """
    One call on the wire, with all of its attempts.

    Args:
        endpoint: The URL that it would be sent to.
        read_timeout: How many seconds the client waits for an answer; None is for ever.
        is_lost: There is nothing at that URL.
    """

    def __init__(
        self,
        backend: Backend,
        incoming: Incoming,
        endpoint: str,
        read_timeout: float | None,
        *,
        is_lost: bool,
    ) -> None:
        self.host = f"{next(_numbers)}.kmsmock.invalid"
        self._backend = backend
        self._incoming = incoming
        self._endpoint = endpoint
        self._patience = math.inf if read_timeout is None else read_timeout
        self._is_lost = is_lost
        self._attempts = 0
        self._attempt: Attempt
        # The codes of those that were answered with an error and tried again.
        self._retried: list[str] = []
        # What goes on record, once an attempt has been answered.
        self._row: Row | None = None

    def begin(self) -> float:
        """Begin an attempt; return how many seconds are to pass, really, before its answer."""
        self._attempts += 1
        if self._row is not None and self._row.error is not None:
            self._retried.append(self._row.error.code)
        request = request_of(self._backend, self._incoming)
        self._attempt = Attempt(
            self._backend, request, self._patience, self._lost, is_lost=self._is_lost
        )
        return self._attempt.seconds

    def answer(self) -> AWSResponse:
        """Answer the attempt that has begun, or raise what a lost connection raises."""
        try:
            response = self._attempt.answer(self._incoming.source, self._note)
        except KmsError as error:
            return self._http(error.status, body_of_error(error))
        except LostConnectionError as lost:
            raise lost.error from None
        return self._http(200, body_of_response(response))

    def finish(self) -> None:
        """Put the call on record."""
        if self._row is not None:
            row = self._row._replace(retries=self._attempts - 1)
            self._backend.record.add_retried(row, self._retried)

    def _note(self, row: Row) -> None:
        self._row = row

    def _lost(self, kind: Disconnection) -> Exception:
        error: Exception = _ERRORS[kind](endpoint_url=self._endpoint, error="scheduled")
        setattr(error, LOST, True)
        return error

    def _http(self, status: int, content: bytes) -> AWSResponse:
        of_answer = headers(self._attempt.request.id, self._backend.clock())
        return _Response(self._endpoint, status, of_answer, content)


class _Response(AWSResponse):
    """An HTTP response whose content is at hand, also for a client that awaits it."""

    def __init__(self, url: str, status: int, headers: Any, content: bytes) -> None:
        super().__init__(url, status, headers, None)
        self._content = _Awaitable(content)


class _Awaitable(bytes):
    """Bytes that aiobotocore can await."""

    def __await__(self) -> Generator[None, None, bytes]:
        return self
        yield


def response(url: str, status: int, headers: Mapping[str, str], content: bytes) -> AWSResponse:
    """Return a response of HTTP, whose content is at hand, also for a client that awaits it."""
    return _Response(url, status, headers, content)


def decline(
    backend: Backend,
    incoming: Incoming,
    url: str,
    signer: Any,
    context: dict[str, Any],
    *,
    is_lost: bool = False,
    kind: type[Exchange] = Exchange,
) -> None:
    """
    Let botocore go on with a call, and answer it when it would be sent.

    Args:
        kind: Who answers.
        url: Where it would be sent.
        signer: The client's.
        context: The call's own.
        is_lost: There is nothing at *url*, and no answer.
    """
    patience = context["client_config"].read_timeout
    exchange = kind(backend, incoming, url, patience, is_lost=is_lost)
    context[_MARK] = exchange
    _exchanges[exchange.host] = exchange
    backoff.begin(exchange.host, _exchanges)
    # The client's own emitter; only here is it at hand.
    emitter = signer._event_emitter
    send = _send_async if _is_asynchronous(emitter) else _send
    # botocore notes the ID of a handler before it has registered it, so that without
    # the lock another thread's call could go on before there is one.
    with _registering.current:
        for event, handler in {**_HANDLERS, "before-send": send}.items():
            emitter.register(f"{event}.kms", handler, unique_id=f"{_UNIQUE_ID}-{event}")


def _choose_signer(context: dict[str, Any], **_: Any) -> Any:
    # No credentials are needed for what is not sent.
    return botocore.UNSIGNED if _MARK in context else None


def _redirect(request: Any, **_: Any) -> None:
    exchange = request.context.get(_MARK)
    if exchange is not None:
        # Nowhere: another mock that knows the endpoint must not answer too.
        request.url = f"https://{exchange.host}/"


def _send(request: Any, **_: Any) -> AWSResponse | None:
    exchange = _exchange_at(request.url)
    if exchange is None:
        return None
    seconds = exchange.begin()
    if seconds:
        time.sleep(seconds)
    return exchange.answer()


async def _send_async(request: Any, **_: Any) -> AWSResponse | None:
    exchange = _exchange_at(request.url)
    if exchange is None:
        return None
    seconds = exchange.begin()
    if seconds:
        # Other tasks go on, as they would while a request is under way.
        await asyncio.sleep(seconds)
    return exchange.answer()


def _is_asynchronous(emitter: Any) -> bool:
    """Tell whether what handlers of *emitter* return is awaited."""
    hooks = sys.modules.get("aiobotocore.hooks")
    inner = getattr(emitter, "_emitter", emitter)  # within botocore's EventAliaser
    return hooks is not None and isinstance(inner, hooks.AioHierarchicalEmitter)


def _exchange_at(url: str) -> Exchange | None:
    return _exchanges.get(url.removeprefix("https://").removesuffix("/"))


def _finish(context: dict[str, Any], **_: Any) -> None:
    exchange = context.pop(_MARK, None)
    if exchange is not None:
        backoff.end()
        _exchanges.pop(exchange.host, None)
        exchange.finish()


_HANDLERS: Final[dict[str, Callable[..., Any]]] = {
    "choose-signer": _choose_signer,
    "request-created": _redirect,
    "after-call": _finish,
    "after-call-error": _finish,
}
