"""The desk that all doors lead to: a call is decoded, served and put on record."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from json import scanner
from typing import Any, Final, NamedTuple, NoReturn

from .. import observed
from ..backend import Backend
from ..record import CallError, Row, row_of
from ..service.api.errors import KmsError
from ..service.misuse import KmsMockError
from ..service.serving.request import Request, Response
from ..service.values.caller import Caller
from ..sources import Source


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


# NaN and the infinities, which Python reads and writes, are no JSON.
_decoder: Final = json.JSONDecoder(parse_constant=_refuse)
# (text, where to begin) -> the value and where it ends. Takes half as long as `decode`,
# which looks for white space.
_scan_json: Final = scanner.make_scanner(_decoder)  # type: ignore[arg-type]  # typeshed errs


# On the error of a connection that a mock let be lost.
LOST: Final = "kmsmock_lost"


def is_request_id(text: object) -> bool:
    """Tell whether *text* is a request ID of a mock's that the running test has used."""
    return any(backend.registry.request_ids.has_taken(text) for backend in observed.backends())


class Incoming(NamedTuple):
    """
    A call as a door takes it in.

    Attributes:
        body: The request's JSON.
        source: The line of the application that made it.
        headers: Of the request by HTTP.
    """

    operation: str
    body: bytes
    region: str
    caller: Caller
    source: Source | None
    headers: Mapping[str, str]

    # What is in the body may be secret.
    def __repr__(self) -> str:
        return f"<call of {self.operation} in {self.region}>"


class LostConnectionError(Exception):
    """
    The caller gets no answer: a scheduled fault, or nothing is where the call goes.

    Attributes:
        error: What the client will make of it.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def request_of(backend: Backend, incoming: Incoming) -> Request:
    """Return the service's request, anew for each attempt."""
    body = _read(incoming.body)
    request_id = backend.registry.request_ids.take()
    request = Request(incoming.operation, body, incoming.region, incoming.caller, request_id)
    request.headers = incoming.headers
    return request


def _read(body: Any) -> Any:
    """
    Return what *body* says in JSON; None if it is none.

    botocore writes it, but a handler of the application's can have changed it.
    """
    try:
        text = body if isinstance(body, str) else body.decode()
        try:
            value, end = _scan_json(text, 0)
        except StopIteration:  # white space comes first, or nothing does
            return _decoder.decode(text)
        return value if end == len(text) else _decoder.decode(text)
    # Not UTF-8, no JSON, integers of more digits than Python reads; nested too deep; no text.
    except (ValueError, RecursionError, AttributeError):
        return None


def serve(
    backend: Backend,
    request: Request,
    source: Source | None,
    keep: Callable[[Row], None],
    *,
    suffer: Callable[[Request], None] | None = None,
) -> Response:
    """
    Serve *request*, and give the row of it to *keep*.

    Args:
        keep: Puts a row on record, now or when the last attempt is over.
        suffer: Lets a scheduled fault happen: raises what it makes of the call.

    Raises:
        KmsError: AWS would refuse it.
        LostConnectionError: From *suffer*.
        KmsMockError: The author of the test has to know; noted, since the
            application may catch it.
    """
    try:
        if suffer is not None:
            suffer(request)
        response = backend.service.handle(request)
    except KmsError as error:
        keep(row_of(request, None, CallError(error.code, error.message), source))
        raise
    except LostConnectionError as lost:
        keep(row_of(request, None, CallError(type(lost.error).__name__, str(lost.error)), source))
        raise
    except KmsMockError as error:
        observed.misuse(error)
        raise
    keep(row_of(request, response, None, source))
    return response


def keys_of(backend: Backend, request: Request) -> list[str]:
    """Return the ARNs of the keys that *request* concerns, as far as it is sound."""
    return [key.arn for key in backend.service.keys_of(request)]
