"""A crossing: one request of a service that needs a key, and what it asks KMS."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from typing import Any, Final

import attrs

from ...backend import Backend
from ...faults import Disconnection, ScheduledError
from ...service.api.encoding import to_json
from ...service.api.errors import KmsError
from ...service.api.regions import partition_of
from ...service.serving import sealing
from ...service.serving.request import Request, Response
from ...service.values.caller import Caller
from ...service.values.identifiers import AWS_ALIAS_PREFIX
from ...service.values.specs import SYMMETRIC_DEFAULT
from ...sources import Source
from .. import author
from ..attempts import Attempt
from ..callers import caller_named
from ..desk import LostConnectionError
from ..direct import DirectResponse
from ..http import headers

_SUFFIX: Final = ".amazonaws.com"
_DATA_KEY_BYTES: Final = 32


@attrs.define(kw_only=True, eq=False)
class Crossing:
    """
    One request of a service.

    Attributes:
        backend: The mock that is asked.
        service: The service's name.
        operation: Of the service.
        params: As the application gave them.
        request: What botocore has made of them for HTTP; to change it is to change what
            the other mock sees.
        caller: Who made it, as KMS sees it.
        account: Whose resources the other mock takes for the caller's.
        region: The client's.
        source: The line of the application that made it.
        kept: What there is to remember until the other mock has answered.
        request_id: That of the last call of KMS.
    """

    backend: Backend
    service: str
    operation: str
    params: Mapping[str, Any] = attrs.field(repr=False)
    request: dict[str, Any] = attrs.field(repr=False)
    caller: Caller
    account: str
    region: str
    source: Source | None
    kept: dict[str, Any] = attrs.field(factory=dict, repr=False)
    request_id: str = ""

    @property
    def via(self) -> str:
        return self.service + _SUFFIX

    def arn(self, resource: str, region: str | None = None) -> str:
        """Return the ARN of *resource*, of this service and the caller's account."""
        region = self.region if region is None else region
        return f"arn:{partition_of(region)}:{self.service}:{region}:{self.account}:{resource}"

    def ask(
        self, operation: str, *, region: str | None = None, by: str | None = None, **params: Any
    ) -> Response:
        """
        Call KMS for the caller, and put it on record.

        Args:
            region: Where the key is; None is the client's Region.
            by: The service, or the principal of one, that calls by its own name; None is for
                the caller.

        Raises:
            KmsError: KMS refuses.
        """
        region = self.region if region is None else region
        self._make_managed(params.get("KeyId"), region)
        caller = self.caller if by is None else caller_named(by, self.backend.account)
        request = Request(
            operation, to_json(params), region, caller, self.backend.registry.request_ids.take()
        )
        request.via = self.via
        self.request_id = request.id
        attempt = Attempt(self.backend, request, math.inf, _lost)
        try:
            return attempt.answer(self.source, self.backend.record.add)
        except LostConnectionError:
            # What the service's own attempts come to.
            raise ScheduledError("KMSInternalException", "") from None

    def try_to_ask(
        self, operation: str, *, by: str | None = None, **params: Any
    ) -> Response | None:
        """Call KMS likewise; None if it refuses, which nobody is told of but the record."""
        try:
            return self.ask(operation, by=by, **params)
        except KmsError:
            return None

    def adopt(
        self, key_id: str, context: dict[str, str], region: str | None = None
    ) -> bytes | None:
        """
        Return a ciphertext by the key *key_id*, whatever its state; None if there is no such key.

        It stands for what has come into being without that this KMS was asked: by a stack,
        by an upload that no client has made.
        """
        region = self.region if region is None else region
        arn = self.key_arn(key_id, region)
        key = None if arn is None else author.find_key(self.backend, arn)
        if key is None or not key.spec.is_symmetric_encryption or not key.materials:
            return None
        if key.stored is not None or key.material.secret is None:
            return None
        request = Request("Encrypt", {}, region, self.caller)
        request.registry = self.backend.registry
        secret = request.registry.randomness.draw(_DATA_KEY_BYTES)
        return sealing.seal(request, key, SYMMETRIC_DEFAULT, secret, context)

    def change(self, name: str, value: Any) -> None:
        """Let *value* be the part *name* of the request that the other mock sees."""
        self.request[name] = value

    def answer(
        self, parsed: dict[str, Any], status: int = 200
    ) -> tuple[DirectResponse, dict[str, Any]]:
        """Return *parsed* as what botocore gets, in the place of the other mock's answer."""
        request_id = str(uuid.uuid4())
        of_answer = headers(request_id, self.backend.clock())
        metadata = {
            "RequestId": request_id,
            "HTTPStatusCode": status,
            "HTTPHeaders": of_answer,
            "RetryAttempts": 0,
        }
        return DirectResponse(status, of_answer), {**parsed, "ResponseMetadata": metadata}

    def _make_managed(self, key_id: Any, region: str) -> None:
        """Let the AWS managed key come into being that the service is about to use."""
        if isinstance(key_id, str) and key_id.startswith(AWS_ALIAS_PREFIX):
            resources = self.backend.registry.state.resources(self.caller.account, region)
            if resources.aliases.get(key_id) is None:
                author.perform(
                    self.backend,
                    "DescribeKey",
                    {"KeyId": key_id},
                    region=region,
                    account=self.caller.account,
                )

    def key_arn(self, key_id: str, region: str | None = None) -> str | None:
        """Return the ARN of the key that *key_id* names here; None if there is none."""
        region = self.region if region is None else region
        self._make_managed(key_id, region)
        request = Request("DescribeKey", {"KeyId": key_id}, region, self.caller)
        found = self.backend.service.keys_of(request)
        return found[0].arn if found else None


def _lost(kind: Disconnection) -> Exception:
    return ConnectionError(kind)
