"""
Queries: what a call asks of authorization, one permission on one resource at a time.

Source: KMS Developer Guide, "AWS KMS permissions".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

import attrs

from ..values.grant import Grant
from ..values.identity import Identity
from ..values.key import KmsKey
from .permissions import Authority

# The members of ReEncrypt, which has twice what others have once.
_SIDES: Final[Mapping[str, str]] = {"kms:ReEncryptFrom": "Source", "kms:ReEncryptTo": "Destination"}
# It forwards calls, but is not among the services that the guide lists for kms:ViaService.
_WITHOUT_VIA_SERVICE: Final = ("cloudformation.amazonaws.com",)
_CONTEXT_CONSTRAINTS: Final = ("EncryptionContextEquals", "EncryptionContextSubset")


class World(Protocol):
    """What decisions look up, and only if a statement or the lack of one makes them."""

    def policy_of(self, key: KmsKey) -> str:
        """Return the key policy of *key* that counts now."""

    def tags_of(self, key: KmsKey) -> Iterable[tuple[str, str]]:
        """Return the tags of *key* that count now."""

    def aliases_of(self, key: KmsKey) -> Sequence[str]:
        """Return the names of the aliases of *key* that count now."""

    def has_too_many_aliases(self, key: KmsKey) -> bool:
        """Tell whether *key* has more aliases than a key can have."""

    def unused_since(self, key: KmsKey) -> float:
        """Return when *key* was last used, or since when that is on record."""

    def grants_to(self, key: KmsKey, grantee: str) -> Iterable[Grant]:
        """Return the grants on *key* that name *grantee*."""

    def is_seen(self, grant: Grant) -> bool:
        """Tell whether *grant* counts now."""


@attrs.frozen(kw_only=True)
class Query:
    """
    One thing that a call asks for: may the caller do this to that?

    Attributes:
        permission: ``kms:Encrypt``.
        resource: The ARN of a key or an alias, or ``*``. Of a key that is yet to be
            made, the ARN ends with ``*``.
        authority: Who has a say.
        region: Of the endpoint.
        now: The service's time, seconds since the epoch.
        params: The members of the request.
        key: The key; None if there is none, or none yet.
        grant: The grant that is to be retired.
        same_key: A ReEncrypt has the same key on both sides.
        new_policy: A key policy to ask in place of the key's own: would the caller be locked
            out by it? Only its statements on ``*`` count then.
        account_wide: Stands for all resources of the account; a pattern that fits it
            is as good as one that fits ``*``.
        shown: What an error says of the resource; None is "on resource: …".
        recipient: The PCRs of the recipient's attestation document, ``PCR0`` or
            ``NitroTPMPCR0``, in hex digits.
        user_agent: What the client says of itself.
        service: The service that a service-linked role is for, iam:AWSServiceName.
        via: The service that asks for the caller, ``s3.amazonaws.com``.
    """

    permission: str
    resource: str
    authority: Authority
    caller: Identity
    region: str
    now: float
    params: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    key: KmsKey | None = None
    grant: Grant | None = None
    same_key: bool = False
    new_policy: str | None = None
    account_wide: str | None = None
    shown: str | None = None
    recipient: Mapping[str, str] = attrs.field(factory=dict)
    user_agent: str | None = None
    service: str | None = None
    via: str | None = None

    def member(self, name: str) -> Any:
        """Return the member *name* of the request, on this side of a ReEncrypt."""
        return self.params.get(_SIDES.get(self.permission, "") + name)

    @property
    def account(self) -> str:
        """The account that the resource belongs to."""
        parts = self.resource.split(":")
        return parts[4] if len(parts) > 4 else self.caller.account

    @property
    def is_cross_account(self) -> bool:
        return bool(self.caller.account) and self.caller.account != self.account

    @property
    def via_service(self) -> str | None:
        """What kms:ViaService is; it ends so in every partition."""
        if self.via is None or self.via in _WITHOUT_VIA_SERVICE:
            return None
        name, _, suffix = self.via.partition(".")
        return f"{name}.{self.region}.{suffix}"

    @property
    def makes_key(self) -> bool:
        """Whether its key is one that the request is about to make."""
        if self.key is not None:
            return False
        return self.permission in ("kms:CreateKey", "kms:TagResource") or bool(self.new_policy)

    @property
    def constraints(self) -> Mapping[str, Any]:
        """The constraints of the grant that it makes or retires."""
        members = self.params if self.grant is None else self.grant.members
        constraints: Mapping[str, Any] = members.get("Constraints") or {}
        return constraints

    @property
    def context_constraint(self) -> tuple[str, Mapping[str, str]] | None:
        """How that grant constrains the encryption context, and to which pairs."""
        return context_constraint(self.constraints)

    @property
    def encryption_context(self) -> Mapping[str, str]:
        """The encryption context that conditions are about: of a grant, its constraint's."""
        if self.key is not None and not self.key.spec.is_symmetric_encryption:
            return {}
        if self.grant is not None or self.permission == "kms:CreateGrant":
            found = self.context_constraint
            return {} if found is None else found[1]
        context: Mapping[str, str] = self.member("EncryptionContext") or {}
        return context


def context_constraint(constraints: Mapping[str, Any]) -> tuple[str, Mapping[str, str]] | None:
    """Return the member of *constraints* on the encryption context, and its pairs."""
    for name in _CONTEXT_CONSTRAINTS:
        if name in constraints:
            return name, constraints[name]
    return None


class Situation:
    """
    A query as it is being decided.

    Attributes:
        questions: What AWS leaves open and mattered, by name; see `open_questions`.
    """

    def __init__(self, query: Query, world: World) -> None:
        self.query = query
        self.world = world
        self.questions: tuple[str, ...] = ()

    def reads(self, question: str) -> None:
        """Note that the mock answers *question*, which AWS leaves open."""
        if question not in self.questions:
            self.questions += (question,)

    def take_questions(self) -> tuple[str, ...]:
        """Return what was noted since this was last asked."""
        taken, self.questions = self.questions, ()
        return taken
