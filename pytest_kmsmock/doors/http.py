"""HTTP as KMS speaks it: JSON, headers and the bodies of errors."""

from __future__ import annotations

import email.utils
import functools
import json
from typing import Any, Final

from ..service.api.encoding import to_json
from ..service.api.errors import KmsError

CONTENT_TYPE: Final = "application/x-amz-json-1.1"


def headers(request_id: str, now: float) -> dict[str, str]:
    """
    Return the headers of an answer.

    All paths give the same. AWS also sends the length of the body; the direct path has no
    body, and to reckon its length would cost a tenth of what botocore does in a call.

    Args:
        now: The service's time, in seconds since the epoch.
    """
    return {
        "x-amzn-requestid": request_id,
        "date": date(int(now)),
        "content-type": CONTENT_TYPE,
    }


# Many answers are of one second.
@functools.lru_cache(maxsize=16)
def date(seconds: int) -> str:
    """Return that time, in seconds since the epoch, as HTTP writes it."""
    return email.utils.formatdate(seconds, usegmt=True)


def body_of_response(response: dict[str, Any]) -> bytes:
    """Return *response* as the body of an answer; empty if it has no members."""
    return _dumps(to_json(response)) if response else b""


def body_of_error(error: KmsError) -> bytes:
    body = {"__type": error.code}
    if error.message:
        # AWS writes this one error with a capital.
        name = "Message" if error.code == "AccessDeniedException" else "message"
        body[name] = error.message
    return _dumps(body)


def _dumps(value: Any) -> bytes:
    # As short as it can be, as AWS writes it.
    return json.dumps(value, separators=(",", ":")).encode()
