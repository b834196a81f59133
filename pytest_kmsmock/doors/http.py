"""HTTP as KMS speaks it: JSON, headers and the bodies of errors."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any, Final

from ..service.api.errors import KmsError

CONTENT_TYPE: Final = "application/x-amz-json-1.1"


def headers(request_id: str) -> dict[str, str]:
    """Return the headers of an answer."""
    return {"x-amzn-requestid": request_id, "content-type": CONTENT_TYPE}


def body_of_response(response: dict[str, Any]) -> bytes:
    """Return *response* as the body of an answer; empty if it has no members."""
    return json.dumps(_to_json(response)).encode() if response else b""


def body_of_error(error: KmsError) -> bytes:
    body = {"__type": error.code}
    if error.message:
        # AWS writes this one error with a capital.
        name = "Message" if error.code == "AccessDeniedException" else "message"
        body[name] = error.message
    return json.dumps(body).encode()


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
