"""One request on its way through the service."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

import attrs

from ...crypto.ciphertext import Envelope
from ..api.errors import KmsError
from ..api.shapes import OperationShapes
from ..authorization.permissions import Asked
from ..state.registry import Registry
from ..state.resources import Resources
from ..state.state import Draft, State
from ..values.caller import Caller
from ..values.key import KmsKey
from ..values.quotas import AWS_QUOTAS, UNLIMITED, Quotas

if TYPE_CHECKING:
    from ...crypto.attestation import Attestation

    # Most mocks decide nothing, and most have no ciphertexts from elsewhere.
    from ..authorization.decision import Ruling
    from ..values.adopted import Adopted
    from ..values.identity import Identity

_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})

CreateMissing: TypeAlias = Callable[["Request", str], KmsKey | None]
Params = dict[str, Any]
Response = dict[str, Any]


class Enforcement(Protocol):
    """Policies as they are enforced; see `enforcement`."""

    @property
    def refuses(self) -> bool: ...

    def authorize(self, request: Request, key: KmsKey | None) -> None: ...

    def refusal_elsewhere(
        self, request: Request, permission: str, identifier: str | None
    ) -> KmsError | None: ...

    def note_other_account(self, request: Request, permission: str, identifier: str) -> None: ...

    def locks_out(
        self, request: Request, key_arn: str, key: KmsKey | None, policy: str
    ) -> bool: ...


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
        enforcement: Decides on the requests of principals; None lets everybody do
            everything.
        consistency_seconds: For how long a change is not seen everywhere yet.
        strict_principals: Principals that nobody has declared do not exist.
        predefined_aliases: ListAliases also lists the aliases of AWS's services
            that have no key yet.
        lockout_check: A key policy must let the caller change it again.
        unknown_regions: There can be Regions that botocore does not list.
        quotas: How much of each thing there can be.
    """

    page_size: int | None = None
    transition_seconds: float = 0.0
    create_missing: CreateMissing | None = None
    creates_managed: bool = True
    predefined_aliases: bool = False
    lockout_check: bool = True
    unknown_regions: bool = False
    enforcement: Enforcement | None = None
    consistency_seconds: float = 0.0
    strict_principals: bool = False
    quotas: Quotas = AWS_QUOTAS


class MustWrite(Exception):  # noqa: N818 - no error
    """A request that only reads turns out to change something."""


class Request:
    """
    What a door of the service hands in, and what the service learns of it.

    Attributes:
        body: The request's JSON: blobs in Base64, times as numbers.
        caller: Who makes it.
        account: The caller's.
        principal: The ARN of the caller, as AWS would show it; empty until the
            service has found that it is the account itself.
        params: *body* decoded; empty until it has been checked.
        options: How the service is set.
        shapes: The shapes of the operation.
        state: What there is when the request comes; the same while it is on its way.
        draft: The same, where the request changes it.
        resources: What the caller's account has in the Region.
        keys: The keys that the request turned out to concern, in order.
        now: The service's time, in seconds since the epoch.
        envelope: The request's ciphertext taken apart, if a key was found by it.
        adopted: The request's ciphertext, if another KMS has made it.
        id: The request ID.
        off_record: The author of the test does it, by a handle: no quota holds,
            and it is no usage of a key.
        attestation: What the recipient's attestation document says, once it has
            been verified; None if the answer is for the caller.
        enforcement: Decides on it; None if nothing does, as for a caller of whom
            nobody has said more than its account.
        identity: Whom *enforcement* takes the caller for.
        asked: What it asks for; None until its key is found. Empty if that is no more
            than the permission of the operation's own name on that key.
        rulings: What *enforcement* has decided; None if nothing, empty if the caller
            stands outside of all policies.
        opened_tokens: The key ARNs and the IDs of the grants whose tokens it has.
        headers: Of the request by HTTP, if it has come by a client.
        via: The service of AWS that asks for the caller, ``s3.amazonaws.com``; None if the
            caller itself does.
        key_id: The ID of the key to create, when the author of a test fixes it.
        material: Its key material, likewise.
    """

    # What only some requests have; the others do not set it.
    envelope: Envelope | None = None
    adopted: Adopted | None = None
    key_id: str | None = None
    material: bytes | None = None
    is_writing: bool = False
    enforcement: Enforcement | None = None
    identity: Identity
    asked: tuple[Asked, ...] | None = None
    rulings: tuple[Ruling, ...] | None = None
    opened_tokens: Collection[tuple[str, str]] = ()
    headers: Mapping[str, str] = _NO_HEADERS
    via: str | None = None

    now: float = 0.0
    registry: Registry
    state: State
    draft: Draft
    resources: Resources
    options: Options
    shapes: OperationShapes

    def __init__(
        self,
        operation: str,
        body: Mapping[str, Any],
        region: str,
        caller: Caller,
        id: str = "",
        *,
        off_record: bool = False,
    ) -> None:
        self.operation = operation
        self.body = body
        self.region = region
        self.caller = caller
        self.account = caller.account
        self.principal = caller.shown
        self.id = id
        self.off_record = off_record
        self.params: Params = {}
        self.keys: tuple[KmsKey, ...] = ()
        self.attestation: Attestation | None = None

    @property
    def quotas(self) -> Quotas:
        return UNLIMITED if self.off_record else self.options.quotas

    @property
    def is_decided(self) -> bool:
        """Whether policies have been asked, and what they refuse is refused."""
        return self.enforcement is not None and self.enforcement.refuses

    def read(self, state: State) -> None:
        """Let *state* be what the request sees."""
        self.state = state
        self.resources = state.resources(self.account, self.region)

    def write(self, draft: Draft) -> None:
        """Let *draft* be what the request sees and changes."""
        self.state = self.draft = draft
        self.resources = draft.own_resources(self.account, self.region)
        self.is_writing = True

    def begin_to_write(self) -> None:
        """
        Let the request be one that changes what it has read.

        Raises:
            MustWrite: It began as one that does not. It begins anew, so that all that it
                changes is one change, of which nothing is left if it is refused.
        """
        if not self.is_writing:
            raise MustWrite

    def add_key(self, key: KmsKey) -> None:
        self.keys = (*self.keys, key)
