"""One request on its way through the service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from ...crypto.attestation import Attestation
from ...crypto.ciphertext import Envelope
from ..api.shapes import OperationShapes
from ..state.registry import Place, Registry
from ..values.key import KmsKey
from ..values.quotas import AWS_QUOTAS, UNLIMITED, Quotas

Params = dict[str, Any]
Response = dict[str, Any]


@attrs.frozen
class Options:
    """
    How a service is set.

    Attributes:
        page_size: The most entries that a list operation returns at once;
            None leaves it to the request and to AWS's own limits.
        transition_seconds: How long Creating, Updating, a rotation on demand,
            and connecting and disconnecting a custom key store last. With 0
            they are over at the next request.
        create_missing: Creates a key that a request names and that is missing;
            None leaves it missing, as AWS does.
        creates_managed: DescribeKey makes the AWS managed key that it names.
        predefined_aliases: ListAliases also lists the aliases of AWS's services
            that have no key yet.
        quotas: How much of each thing there can be.
    """

    page_size: int | None = None
    transition_seconds: float = 0.0
    create_missing: Callable[[Request, str], KmsKey | None] | None = None
    creates_managed: bool = True
    predefined_aliases: bool = False
    quotas: Quotas = AWS_QUOTAS


class Request:
    """
    What a door of the service hands in, and what the service learns of it.

    Attributes:
        body: The request's JSON: blobs in Base64, times as numbers.
        account: The caller's account.
        principal: The ARN of the caller; the account's root, if it was left empty.
        params: *body* decoded; empty until it has been checked.
        options: How the service is set.
        shapes: The shapes of the operation.
        place: What the caller's account has in the Region.
        keys: The keys that the request turned out to concern, in order.
        now: The service's time, in seconds since the epoch.
        envelope: The request's ciphertext taken apart, if a key was found by it.
        id: The request ID; empty if a test does it off the record.
        attestation: What the recipient's attestation document says, once it has
            been verified; None if the answer is for the caller.
        key_id: The ID of the key to create, when the author of a test fixes it.
        material: Its key material, likewise.
    """

    # What only some requests have; the others do not set it.
    envelope: Envelope | None = None
    key_id: str | None = None
    material: bytes | None = None

    now: float = 0.0
    registry: Registry
    place: Place
    options: Options
    shapes: OperationShapes

    def __init__(
        self,
        operation: str,
        body: Mapping[str, Any],
        region: str,
        account: str,
        principal: str = "",
        id: str = "",
    ) -> None:
        self.operation = operation
        self.body = body
        self.region = region
        self.account = account
        self.principal = principal
        self.id = id
        self.params: Params = {}
        self.keys: tuple[KmsKey, ...] = ()
        self.attestation: Attestation | None = None

    @property
    def quotas(self) -> Quotas:
        return self.options.quotas if self.id else UNLIMITED

    def add_key(self, key: KmsKey) -> None:
        self.keys = (*self.keys, key)
