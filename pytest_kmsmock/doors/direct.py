"""
The direct door: a call is answered before botocore makes a request of it.

botocore takes what is returned at ``before-call`` for the parsed response.
"""

from __future__ import annotations

import itertools
from typing import Any, Final

from ..backend import Backend
from ..service.api.errors import KmsError
from ..service.api.shapes import declared_errors
from .desk import Incoming, request_of, serve
from .http import headers

_CONTAINERS: Final = frozenset((dict, list))
_is_container: Final = _CONTAINERS.__contains__


class DirectResponse:
    """The part of botocore's AWSResponse that follows a call which was never sent."""

    __slots__ = ("headers", "status_code")

    def __init__(self, status_code: int, headers: dict[str, str]) -> None:
        self.status_code = status_code
        self.headers = headers

    @property
    def content(self) -> bytes:
        return b""

    @property
    def text(self) -> str:
        return ""


def answer(backend: Backend, incoming: Incoming) -> tuple[DirectResponse, dict[str, Any]]:
    """Answer one call of the application, and put it on record."""
    request = request_of(backend, incoming)
    try:
        response = serve(backend, request, incoming.source, backend.record.add)
    except KmsError as error:
        return of_error(error, request.id, backend.clock())
    # Containers are copied: who changes them does not change the record.
    parsed = _copy(response) if request.shapes.has_containers else response.copy()
    return _answered(parsed, 200, headers(request.id, request.now))


def of_error(error: KmsError, request_id: str, now: float) -> tuple[DirectResponse, dict[str, Any]]:
    """
    Return *error* as botocore's parser would have it.

    Args:
        now: The service's time, in seconds since the epoch.
    """
    parsed: dict[str, Any] = {"Error": {"Message": error.message, "Code": error.code}}
    # An error that the model declares is parsed by its shape too.
    if error.message and error.code in declared_errors():
        parsed["message"] = error.message
    return _answered(parsed, error.status, headers(request_id, now))


def _answered(
    parsed: dict[str, Any], status: int, headers: dict[str, str]
) -> tuple[DirectResponse, dict[str, Any]]:
    parsed["ResponseMetadata"] = {
        "RequestId": headers["x-amzn-requestid"],
        "HTTPStatusCode": status,
        "HTTPHeaders": headers,
        "RetryAttempts": 0,
    }
    return DirectResponse(status, headers), parsed


def _copy(value: Any) -> Any:
    """Return *value*, a dict or a list, such that who changes it does not change the record."""
    if type(value) is list:
        # The entries of a list are of one shape.
        is_flat = not value or type(value[0]) not in _CONTAINERS
        return value.copy() if is_flat else [_copy(item) for item in value]
    copied = value.copy()
    # Without a loop in Python: of most values there is nothing more to copy.
    for name in itertools.compress(value, map(_is_container, map(type, value.values()))):
        copied[name] = _copy(value[name])
    return copied
