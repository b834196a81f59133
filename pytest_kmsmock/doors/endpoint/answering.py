"""Answering: from a request that has come by HTTP to what the mock says, and its record."""

from __future__ import annotations

import collections
import json
import re
import traceback
from collections.abc import Callable
from typing import Final, NamedTuple

from ... import observed
from ...backend import Backend
from ...faults import Disconnection
from ...record import Row
from ...service.api.errors import KmsError
from ...service.api.regions import known_regions
from ...service.api.shapes import service_model
from ...service.misuse import KmsMockError, UnforeseenError
from ...service.operations.table import OPERATIONS
from ...service.serving.request import Request
from ...sources import Source
from ..attempts import Attempt
from ..callers import caller_of_key
from ..credentials import secrets_of
from ..desk import Incoming, LostConnectionError, request_of, serve
from ..http import body_of_error, body_of_response
from . import forwarding
from .errors import InvalidSignatureException, UnknownOperationException
from .limits import PATIENCE_SECONDS, QUICK
from .signatures import Head, Signature, claim_of, signature_of
from .verification import Credentials, verify

_TARGET: Final = "TrentService."
# How many calls are remembered, so that the next attempt of one is known as such.
_REMEMBERED: Final = 1024
# Members of requests that take longer: of an RSA key, or sealed for an enclave.
_SLOW: Final = re.compile(b'"EncryptionAlgorithm"|"Recipient"')


class Answer(NamedTuple):
    """
    What goes back by HTTP.

    Attributes:
        error: The code of the error, None if it went well.
    """

    status: int
    body: bytes
    request_id: str
    operation: str
    error: str | None = None

    # What is in the body may be secret.
    def __repr__(self) -> str:
        return f"<answer {self.status} to {self.operation}>"


class _LostError(Exception):
    """A lost connection, as the caller will find it."""


class Call:
    """
    A request that has been verified: what there is to do, once.

    Attributes:
        seconds: How many are to pass, really, before the answer.
        is_quick: It is over at once.
    """

    def __init__(self, answering: Answering, incoming: Incoming) -> None:
        backend = answering.backend
        self.incoming = incoming
        self.seconds = 0.0
        self._answering = answering
        self._attempt: Attempt | None = None
        self._request: Request = request_of(backend, incoming)
        if backend.faults.concern(incoming.operation):
            self._attempt = Attempt(backend, self._request, PATIENCE_SECONDS, _lost)
            self.seconds = self._attempt.seconds
        self.request_id = self._request.id
        self.is_quick = not self.seconds and _is_quick(backend, incoming)

    def answer(self) -> Answer | Disconnection:
        """Do it; return the answer, or how the connection is lost instead."""
        operation, request_id = self.incoming.operation, self.request_id
        backend, source = self._answering.backend, self.incoming.source
        try:
            if self._attempt is None:
                response = serve(backend, self._request, source, self._keep)
            else:
                response = self._attempt.answer(source, self._keep)
        except KmsError as error:
            return answer_of_error(error, request_id, operation)
        except LostConnectionError as lost:
            kind: Disconnection = lost.error.args[0]
            return kind
        except Exception as error:
            return answer_of_misuse(error, request_id, operation)
        return Answer(200, body_of_response(response), request_id, operation)

    def _keep(self, row: Row) -> None:
        self._answering.keep(self.incoming.headers.get("amz-sdk-invocation-id"), row)


class Answering:
    """
    One endpoint's: whose mock answers, and who may call.

    Args:
        credentials: The endpoint's own.
        verifies: Requests must be signed.
    """

    def __init__(self, backend: Backend, credentials: Credentials, *, verifies: bool) -> None:
        self.backend = backend
        self._credentials = credentials
        self._verifies = verifies
        self._rows: collections.OrderedDict[str, Row] = collections.OrderedDict()

    def take(self, head: Head, body: bytes) -> Call:
        """
        Return the call that a request is.

        Raises:
            KmsError: It is not signed as it must be, or names no operation.
        """
        signature: Signature | None
        if self._verifies:
            signature = signature_of(head)
            verify(head, body, signature, self._credentials_of)
        else:
            signature = claim_of(head)
        operation = _operation_of(head)
        if signature is not None and signature.seconds is not None and not body:
            # botocore presigns the members of a request in its query.
            body = json.dumps(_presigned_members(head)).encode()
        headers = {name: ",".join(values) for name, values in head.headers.items()}
        source: Source | None
        access_key = "" if signature is None else signature.access_key
        region = self.backend.region if signature is None else signature.region
        is_own = self._verifies and access_key == self._credentials.access_key
        if is_own and forwarding.is_signed(signature):
            caller, source = forwarding.told_by(headers)
        else:
            caller = caller_of_key(self.backend, access_key, region)
            source = headers.get("user-agent")
        self._check_region(region)
        return Call(self, Incoming(operation, body, region, caller, source, headers))

    def keep(self, invocation: str | None, row: Row) -> None:
        """
        Put *row* on record: in the place of the attempt before, if there was one.

        Args:
            invocation: What the SDKs call a call with all of its attempts.
        """
        record, rows = self.backend.record, self._rows
        before = rows.get(invocation) if invocation else None
        if before is not None and before.operation == row.operation:
            row = row._replace(retries=before.retries + 1)
            record.replace(before, row)
        else:
            record.add(row)
        if invocation:
            rows[invocation] = row
            if len(rows) > _REMEMBERED:
                rows.popitem(last=False)

    def _check_region(self, region: str) -> None:
        """Refuse a Region that there is not: nobody could have called it."""
        if region not in known_regions() and not self.backend.settings["unknown_regions"]:
            raise InvalidSignatureException("Credential should be scoped to a valid region.")

    def _credentials_of(self, access_key: str) -> Credentials | None:
        if access_key == self._credentials.access_key:
            return self._credentials
        name = self.backend.registry.state.principals.access_keys.get(access_key)
        if name is None:
            return None
        secret, token = secrets_of(self.backend.registry.token_key, name, access_key)
        return Credentials(access_key, secret, token)


def answer_of_error(error: KmsError, request_id: str, operation: str = "") -> Answer:
    return Answer(error.status, body_of_error(error), request_id, operation, error.code)


def answer_of_misuse(error: Exception, request_id: str, operation: str) -> Answer:
    """
    Return an error that no client retries.

    The test hears of it too: the door has noted it. Who has caught it may not name it, as
    only a test does, in the eyes of `plugin.watch`.
    """
    if not isinstance(error, KmsMockError):  # a bug of ours
        # What its frames computed with may be secret.
        traceback.clear_frames(error.__traceback__)
        error = UnforeseenError(operation, error).with_traceback(error.__traceback__)
        observed.misuse(error)
    body = json.dumps({"__type": "KmsMockError", "message": str(error)}).encode()
    return Answer(400, body, request_id, operation, "KmsMockError")


def _lost(kind: Disconnection) -> Exception:
    return _LostError(kind)


def _operation_of(head: Head) -> str:
    """Return the operation that a request names, or raise AWS's error."""
    target = head.header("x-amz-target") or ""
    operation = target.removeprefix(_TARGET)
    known = operation in OPERATIONS or operation in service_model().operation_names
    if not target.startswith(_TARGET) or not known:
        raise UnknownOperationException
    return operation


def _presigned_members(head: Head) -> dict[str, str]:
    return {name: value for name, value in head.members().items() if name[:6] != "X-Amz-"}


def _is_quick(backend: Backend, incoming: Incoming) -> bool:
    """Tell whether a call is over before others would notice that they wait for it."""
    if incoming.operation not in QUICK or backend.settings["auto_create"]:
        return False
    if _SLOW.search(incoming.body):
        return False
    lock = backend.registry.lock.current
    if not lock.acquire(blocking=False):  # somebody makes a key pair, say
        return False
    lock.release()
    return True


Told = Callable[[Answer], None]
"""Is told of each answer."""
