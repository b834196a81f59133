"""
The wire path: a call goes on through botocore and is answered where it would be sent.

What the direct path skips is retries. So where a fault is scheduled for a call,
or a test wants it, the hook declines it at ``before-call``; botocore makes a
request of it, and the same service answers at ``before-send``, each attempt
anew, with a real HTTP response or a real connection error.
"""

from __future__ import annotations

import asyncio
import base64
import contextvars
import datetime as dt
import importlib
import itertools
import json
import math
import sys
import threading
import time
import weakref
from collections.abc import Callable, Generator
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import botocore
from botocore.awsrequest import AWSResponse
from botocore.exceptions import (
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from .. import sources
from ..calls.calls import CallError
from ..service.api.errors import KmsError
from ..service.misuse import KmsMockError
from . import answers, hook

if TYPE_CHECKING:
    from ..backend import Backend
    from ..faults import Fault
    from ..service.serving.request import Request

_MARK: Final = "pytest-kmsmock"
_UNIQUE_ID: Final = "pytest-kmsmock-wire"
_ERRORS: Final[dict[str, Any]] = {
    "refused": EndpointConnectionError,
    "read-timeout": ReadTimeoutError,
    "closed": ConnectionClosedError,
}

_registering = threading.Lock()
_numbers = itertools.count()
# Weak: an exchange is over when botocore lets go of it, also if the call is interrupted.
_exchanges: weakref.WeakValueDictionary[str, Exchange] = weakref.WeakValueDictionary()
# The host of the exchange that is under way.
_under_way: contextvars.ContextVar[str] = contextvars.ContextVar("kmsmock", default="")


class Exchange:
    """
    One call on the wire, with all of its attempts.

    Args:
        make_request: Makes the service's request, anew for each attempt.
        endpoint: The URL that it would be sent to.
        read_timeout: How many seconds the client waits for an answer; None is for ever.
    """

    def __init__(
        self,
        backend: Backend,
        make_request: Callable[[], Request],
        endpoint: str,
        read_timeout: float | None,
    ) -> None:
        self.host = f"{next(_numbers)}.kmsmock.invalid"
        self._backend = backend
        self._make_request = make_request
        self._endpoint = endpoint
        self._read_timeout = math.inf if read_timeout is None else read_timeout
        self._source = sources.caller()
        self._attempts = 0
        # What goes on record, once an attempt has been answered.
        self._noted: tuple[Any, ...] | None = None
        # Of the latest attempt: its request, the keys it concerns, and what befalls it.
        self._request: Request
        self._arns: list[str] = []
        self._fault: Fault | None = None

    def begin(self) -> float:
        """Begin an attempt; return how many seconds are to pass, really, before its answer."""
        self._attempts += 1
        request = self._request = self._make_request()
        self._arns = [key.arn for key in self._backend.keys_of(request)]
        fault = self._fault = self._backend.faults.take(request.operation, self._arns)
        if fault is None:
            return 0.0
        waited = min(fault.delay, self._read_timeout)
        if fault.is_real:
            return waited
        if waited:
            self._backend.clock.advance(seconds=waited)
        return 0.0

    def answer(self) -> AWSResponse:
        """Answer the attempt that has begun, or raise what a lost connection raises."""
        request = self._request
        try:
            self._suffer()
            response = self._backend.handle(request)
        except KmsError as error:
            self._note(None, CallError(error.code, error.message))
            return self._http(error.status, _error_body(error))
        except KmsMockError as error:
            hook.misuse(error)
            raise
        except (ConnectionClosedError, EndpointConnectionError, ReadTimeoutError) as error:
            self._note(None, CallError(type(error).__name__, str(error)))
            raise
        self._note(response, None)
        return self._http(200, _to_json(response))

    def finish(self) -> None:
        """Put the call on record."""
        if self._noted is not None:
            self._backend.calls.add(*self._noted)

    def _suffer(self) -> None:
        """Let the fault that was scheduled for this attempt happen, if there is one."""
        fault = self._fault
        if fault is None:
            return
        if fault.delay > self._read_timeout:
            raise ReadTimeoutError(endpoint_url=self._endpoint, error="scheduled")
        if fault.disconnection is not None:
            raise _ERRORS[fault.disconnection](endpoint_url=self._endpoint, error="scheduled")
        if fault.error is not None:
            arn = self._arns[0] if self._arns else None
            raise fault.as_error(self._request, arn)

    def _note(self, response: dict[str, Any] | None, error: CallError | None) -> None:
        self._noted = self._request, response, error, self._source, self._attempts - 1

    def _http(self, status: int, body: Any) -> AWSResponse:
        content = json.dumps(body).encode() if body else b""
        headers = answers.DirectResponse(status, self._request.id).headers
        return _Response(self._endpoint, status, headers, content)


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


def decline(
    backend: Backend,
    make_request: Callable[[], Request],
    params: dict[str, Any],
    signer: Any,
    context: dict[str, Any],
) -> None:
    """Let botocore go on with a call, and answer it when it would be sent."""
    exchange = Exchange(backend, make_request, params["url"], context["client_config"].read_timeout)
    context[_MARK] = exchange
    _exchanges[exchange.host] = exchange
    _under_way.set(exchange.host)
    _skip_back_off()
    # The client's own emitter; only here is it at hand.
    emitter = signer._event_emitter
    send = _send_async if _is_asynchronous(emitter) else _send
    # botocore notes the ID of a handler before it has registered it, so that without
    # the lock another thread's call could go on before there is one.
    with _registering:
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
        _under_way.set("")
        _exchanges.pop(exchange.host, None)
        exchange.finish()


_HANDLERS: Final[dict[str, Callable[..., Any]]] = {
    "choose-signer": _choose_signer,
    "request-created": _redirect,
    "after-call": _finish,
    "after-call-error": _finish,
}


# Back-off: botocore has no seam for it, so what waits is replaced for as long
# as mocks are active, and waits no longer for calls that are mocked.


class _Without:
    """
    A module for one other module alone, whose `sleep` is another.

    Args:
        module: Everything but `sleep` is its.
        sleep: Wraps its `sleep`.
    """

    def __init__(self, module: ModuleType, sleep: Callable[..., Any]) -> None:
        self._module = module
        # Looked up when called: a test may patch it at any time.
        self.sleep = sleep(lambda *args, **kwargs: module.sleep(*args, **kwargs))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


def _skip_back_off() -> None:
    endpoint = importlib.import_module("botocore.endpoint")
    hook.replace(endpoint, "time", _Without(time, _unless_mocked))
    bucket = importlib.import_module("botocore.retries.bucket").TokenBucket
    hook.replace(bucket, "acquire", _unless_mocked(bucket.acquire))
    if "aiobotocore.endpoint" in sys.modules:
        _skip_back_off_of_aiobotocore(sys.modules["aiobotocore.endpoint"])


def _skip_back_off_of_aiobotocore(endpoint: Any) -> None:
    if hasattr(endpoint.AioEndpoint, "_sleep"):
        sleep = endpoint.AioEndpoint._sleep
        hook.replace(endpoint.AioEndpoint, "_sleep", _unless_mocked_async(sleep))
    else:  # before aiobotocore 3
        hook.replace(endpoint, "asyncio", _Without(endpoint.asyncio, _unless_mocked_async))
    bucket = importlib.import_module("aiobotocore.retries.bucket").AsyncTokenBucket
    hook.replace(bucket, "acquire", _unless_mocked_async(bucket.acquire))


def _is_mocked() -> bool:
    """Tell whether it is for a mocked call that botocore is about to wait."""
    return _under_way.get() in _exchanges


def _unless_mocked(wait: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **kwargs: _is_mocked() or wait(*args, **kwargs)


def _unless_mocked_async(wait: Callable[..., Any]) -> Callable[..., Any]:
    async def wait_unless_mocked(*args: Any, **kwargs: Any) -> Any:
        return _is_mocked() or await wait(*args, **kwargs)

    return wait_unless_mocked


def _error_body(error: KmsError) -> dict[str, str]:
    body = {"__type": error.code}
    if error.message:
        # AWS writes this one error with a capital.
        name = "Message" if error.code == "AccessDeniedException" else "message"
        body[name] = error.message
    return body


def _to_json(value: Any) -> Any:
    """Return *value*, of a response, as its JSON has it: bytes in Base64, times as numbers."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dt.datetime):
        return value.timestamp()
    if isinstance(value, dict):
        return {name: _to_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_to_json(item) for item in value]
    return value
