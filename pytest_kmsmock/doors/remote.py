"""
The remote door: a call of a forked process goes by HTTP to the mock of its parent.

It goes on through botocore to where it would be sent, as at the wire door. There it
is sent to the parent's endpoint, with word of who calls and from which line.
"""

from __future__ import annotations

import http.client
import json
import uuid
from typing import Final
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.credentials import ReadOnlyCredentials

from .. import sources
from ..service.misuse import KmsMockError
from . import wire
from .endpoint import forwarding
from .http import CONTENT_TYPE

_KIND: Final = "KmsMockError"


class RemoteExchange(wire.Exchange):
    """One call that is sent to the parent's endpoint, with all of its attempts."""

    _invocation: str | None = None

    def begin(self) -> float:
        """Begin an attempt, for which nothing is to be waited here."""
        self._attempts += 1
        return 0.0

    def answer(self) -> AWSResponse:
        """Return the parent's answer, or raise what a lost connection raises."""
        if self._is_lost:
            raise self._lost("refused")
        try:
            status, headers, content = self._send()
        except TimeoutError:
            raise self._lost("read-timeout") from None
        except ConnectionRefusedError:
            raise self._lost("refused") from None
        except (OSError, http.client.HTTPException):
            raise self._lost("closed") from None
        if status == 400 and _KIND.encode() in content:
            told = json.loads(content)
            if told["__type"] == _KIND:
                raise KmsMockError(told["message"])  # the parent has noted it
        return wire.response(self._endpoint, status, headers, content)

    def finish(self) -> None:
        """Do nothing: the parent has put the call on record."""

    def _send(self) -> tuple[int, dict[str, str], bytes]:
        sharing, incoming = self._backend.sharing, self._incoming
        assert sharing is not None
        url = urlsplit(sharing.url)
        self._invocation = self._invocation or str(uuid.uuid4())
        body = incoming.body if isinstance(incoming.body, bytes) else str(incoming.body).encode()
        request = AWSRequest(
            "POST",
            f"{sharing.url}/",
            {
                "Host": url.netloc,
                "Content-Type": CONTENT_TYPE,
                "X-Amz-Target": f"TrentService.{incoming.operation}",
                "amz-sdk-invocation-id": self._invocation,
                "amz-sdk-request": f"attempt={self._attempts}",
                **forwarding.headers_of(incoming.caller, sources.shown(incoming.source)),
            },
            body,
        )
        credentials = ReadOnlyCredentials(*sharing.own_credentials, None)
        SigV4Auth(credentials, "kms", incoming.region).add_auth(request)
        patience = None if self._patience == float("inf") else self._patience
        connection = http.client.HTTPConnection("127.0.0.1", url.port or 80, timeout=patience)
        try:
            connection.request("POST", "/", body, dict(request.headers.items()))
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content
