"""Refusals: what a service answers in its own words, as botocore would have parsed them."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from xml.sax.saxutils import escape

from botocore.parsers import create_parser

from ..direct import DirectResponse


class ServiceError(Exception):
    """
    An error of a service.

    Attributes:
        status: Of HTTP.
        members: What the error says besides its code and message.
        headers: Of the answer, besides the usual ones.
    """

    def __init__(
        self,
        code: str,
        message: str,
        status: int = 400,
        *,
        members: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.members = members or {}
        self.headers = headers or {}


def _json(error: ServiceError, request_id: str) -> tuple[str, dict[str, str]]:
    # Which of the two a service writes differs; botocore reads both.
    body = {
        "__type": error.code,
        "message": error.message,
        "Message": error.message,
        **error.members,
    }
    return json.dumps(body), {"x-amzn-requestid": request_id}


def _rest_json(error: ServiceError, request_id: str) -> tuple[str, dict[str, str]]:
    body = {"Type": "User", "Message": error.message, "message": error.message, **error.members}
    return json.dumps(body), {"x-amzn-requestid": request_id, "x-amzn-errortype": error.code}


def _elements(error: ServiceError) -> str:
    members = {"Code": error.code, "Message": error.message, **error.members}
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in members.items())


def _rest_xml(error: ServiceError, request_id: str) -> tuple[str, dict[str, str]]:
    body = f"<Error>{_elements(error)}<RequestId>{request_id}</RequestId></Error>"
    return body, {"x-amz-request-id": request_id}


def _query(error: ServiceError, request_id: str) -> tuple[str, dict[str, str]]:
    body = (
        f"<ErrorResponse><Error><Type>Sender</Type>{_elements(error)}</Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return body, {"x-amzn-requestid": request_id}


def _ec2(error: ServiceError, request_id: str) -> tuple[str, dict[str, str]]:
    body = (
        f"<Response><Errors><Error>{_elements(error)}</Error></Errors>"
        f"<RequestID>{request_id}</RequestID></Response>"
    )
    return body, {"x-amzn-requestid": request_id}


_BODIES: Final[Mapping[str, Callable[[ServiceError, str], tuple[str, dict[str, str]]]]] = {
    "json": _json,
    "rest-json": _rest_json,
    "rest-xml": _rest_xml,
    "query": _query,
    "ec2": _ec2,
}
_parser: Final = functools.cache(create_parser)


def refused(model: Any, error: ServiceError, request_id: str) -> tuple[DirectResponse, Any]:
    """Return *error* as what botocore gets for the operation of *model*."""
    service = model.service_model
    protocol = getattr(service, "resolved_protocol", None) or service.metadata["protocol"]
    body, headers = _BODIES[protocol](error, request_id)
    headers.update(error.headers)
    response = {"body": body.encode(), "headers": headers, "status_code": error.status}
    parser = _parser(protocol)
    parsed = parser.parse(response, model.output_shape)
    shape = service.shape_for_error_code(parsed["Error"].get("Code"))
    if shape is not None:
        parsed.update(parser.parse(response, shape))
    metadata = parsed.setdefault("ResponseMetadata", {})
    metadata.setdefault("RequestId", request_id)
    metadata.update(HTTPStatusCode=error.status, HTTPHeaders=headers, RetryAttempts=0)
    return DirectResponse(error.status, headers), parsed
