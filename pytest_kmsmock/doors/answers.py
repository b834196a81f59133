"""What botocore is handed instead of a parsed HTTP response."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from typing import Any, Final

from ..service.api.errors import KmsError
from ..service.api.shapes import declared_errors
from ..service.serving.request import Response

_CONTENT_TYPE: Final = "application/x-amz-json-1.1"
_CONTAINERS: Final = frozenset((dict, list))
_is_container: Final = _CONTAINERS.__contains__

# Request IDs look like UUIDs. They count, and are not made by `uuid`, which would cost as
# much as encrypting, nor by any function of Python.
_PREFIX: Final = str(uuid.uuid4())[:-12]
_BYTES: Final = [f"{number:02x}" for number in range(256)]


class DirectResponse:
    """The part of botocore's AWSResponse that follows a call which was never sent."""

    __slots__ = ("headers", "status_code")

    def __init__(self, status_code: int, request_id: str) -> None:
        self.status_code = status_code
        self.headers = {"x-amzn-requestid": request_id, "content-type": _CONTENT_TYPE}

    @property
    def content(self) -> bytes:
        return b""

    @property
    def text(self) -> str:
        return ""


new_request_id: Callable[[], str] = map(
    "".join, itertools.product((_PREFIX,), *[_BYTES] * 6)
).__next__
"""Return a request ID that no other call has."""


def of_response(
    response: Response, request_id: str, *, has_containers: bool, status: int = 200
) -> tuple[DirectResponse, dict[str, Any]]:
    """Return *response* as botocore's parser would have it; containers are copied."""
    parsed = _copy(response) if has_containers else response.copy()
    http = DirectResponse(status, request_id)
    parsed["ResponseMetadata"] = {
        "RequestId": request_id,
        "HTTPStatusCode": status,
        "HTTPHeaders": http.headers,
        "RetryAttempts": 0,
    }
    return http, parsed


def of_error(error: KmsError, request_id: str) -> tuple[DirectResponse, dict[str, Any]]:
    """Return *error* as botocore's parser would have it."""
    parsed: dict[str, Any] = {"Error": {"Message": error.message, "Code": error.code}}
    # An error that the model declares is parsed by its shape too.
    if error.message and error.code in declared_errors():
        parsed["message"] = error.message
    return of_response(parsed, request_id, has_containers=False, status=error.status)


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
