"""
Enforcement: who may, asked for each request of a principal.

It turns what a request asks for into queries, and the registry into what decisions look
up. Only a mock that enforces policies imports it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs

from ...crypto.attestation import ENCLAVE, Attestation
from ..api.errors import KmsError
from ..api.regions import partition_of
from ..authorization.decision import Ruling, decide, not_across_accounts, not_in_partition
from ..authorization.denials import THIS_CIPHERTEXT, denial
from ..authorization.permissions import ACCOUNT_WIDE, AUTHORITIES, Asked
from ..authorization.query import Query
from ..state.grants import GRANTEES
from ..values.grant import Grant
from ..values.key import KmsKey
from . import aws_managed, consistency
from .asking import asked
from .request import Request

# Since when AWS keeps record of the usage of keys.
_TRACKING_BEGAN: Final = 1_776_902_400.0  # 23 April 2026


@attrs.frozen
class Enforcement:
    """
    Policies as they are enforced.

    Attributes:
        refuses: What is not allowed is refused, and not only noted.
    """

    refuses: bool = True

    def authorize(self, request: Request, key: KmsKey | None) -> None:
        """
        Decide on all that *request* asks for, up to the first that is not allowed.

        Raises:
            AccessDeniedException: AWS would refuse it.
        """
        world = _World(request)
        found = request.asked = asked(request, key)
        keys = [each.key.arn for each in found if each.key is not None]
        same_key = request.operation == "ReEncrypt" and len(keys) == 2 and keys[0] == keys[1]
        rulings: list[Ruling] = []
        for each in found:
            ruling = _decide(_query(each, request, same_key), request, world)
            rulings.append(ruling)
            if not ruling.allows and self.refuses:
                break
        request.rulings = (*rulings,)
        if self.refuses and rulings and not rulings[-1].allows:
            raise denial(rulings[-1])
        if not self.refuses and key is not None and key.manager == "AWS":
            aws_managed.check_allowed(request, key)

    def refusal_elsewhere(
        self, request: Request, permission: str, identifier: str | None
    ) -> KmsError | None:
        """
        Return how AWS refuses a key that it does not speak of; None if as without policies.

        Args:
            identifier: The ARN in the request; None if it is the ciphertext that names the key.
        """
        before = request.rulings or ()
        if before and not before[-1].allows:
            return None  # it is decided
        query = _query_elsewhere(request, permission, identifier)
        ruling = _decide(query, request, _World(request))
        request.rulings = (*before, ruling)
        return denial(ruling) if self.refuses else None

    def note_other_account(self, request: Request, permission: str, identifier: str) -> None:
        """Note that the operation never reaches the key *identifier*, which is refused anyway."""
        query = _query_elsewhere(request, permission, identifier)
        request.rulings = (not_across_accounts(query),)

    def locks_out(self, request: Request, key_arn: str, key: KmsKey | None, policy: str) -> bool:
        """
        Tell whether *policy* keeps the caller from changing it again.

        Args:
            key: The key; None if it is about to be made.
        """
        ruling = decide(
            Query(
                permission="kms:PutKeyPolicy",
                resource=key_arn,
                authority="key",
                caller=request.identity,
                region=request.region,
                now=request.now,
                params=request.params,
                key=key,
                new_policy=policy,
            ),
            _World(request),
        )
        request.rulings = (*(request.rulings or ()), ruling)
        return not ruling.allows


def _decide(query: Query, request: Request, world: _World) -> Ruling:
    # An account is of one partition, and so are the credentials of its principals.
    if query.caller.account and query.caller.partition != partition_of(request.region):
        return not_in_partition(query)
    return decide(query, world)


def _query(each: Asked, request: Request, same_key: bool) -> Query:
    attestation = request.attestation
    return Query(
        permission=each.permission,
        resource=each.resource,
        authority=AUTHORITIES.get(each.on, "iam"),
        caller=request.identity,
        region=each.region,
        now=request.now,
        params=request.params if each.params is None else each.params,
        key=each.key,
        grant=each.grant,
        same_key=same_key,
        account_wide=_account_wide(request) if each.permission in ACCOUNT_WIDE else None,
        shown=_shown(request, each),
        recipient={} if attestation is None else _pcrs(attestation),
        user_agent=request.headers.get("User-Agent"),
        service=each.service,
        via=request.via,
    )


def _query_elsewhere(request: Request, permission: str, identifier: str | None) -> Query:
    return Query(
        permission=permission,
        resource=_unknown_key(request, identifier),
        authority="key",
        caller=request.identity,
        region=request.region,
        now=request.now,
        params=request.params,
        shown=THIS_CIPHERTEXT if identifier is None else None,
        via=request.via,
    )


def _pcrs(attestation: Attestation) -> Mapping[str, str]:
    """Return the registers of a document, by what their condition keys end with."""
    prefix = "PCR" if attestation.kind == ENCLAVE else "NitroTPMPCR"
    return {f"{prefix}{index}": digest.hex() for index, digest in attestation.pcrs.items()}


def _shown(request: Request, each: Asked) -> str | None:
    """Return how an error speaks of the resource, if it does not name it."""
    if each.on == "new key":
        return ""
    member = {"kms:Decrypt": "KeyId", "kms:ReEncryptFrom": "SourceKeyId"}.get(each.permission)
    return None if member is None or member in request.params else THIS_CIPHERTEXT


def _account_wide(request: Request) -> str:
    return request.resources.arn_prefix.removesuffix("key/") + "*"


def _unknown_key(request: Request, identifier: str | None) -> str:
    """Return what patterns for all keys fit, where nobody knows more than the account."""
    if identifier is None:
        return request.resources.arn_prefix
    before, _, resource = identifier.rpartition(":")
    return identifier if resource.startswith("key/") else f"{before}:key/"


class _World:
    """What decisions on *request* look up."""

    def __init__(self, request: Request) -> None:
        self._request = request

    def policy_of(self, key: KmsKey) -> str:
        return consistency.policy_of(self._request, key)

    def tags_of(self, key: KmsKey) -> Iterable[tuple[str, str]]:
        return consistency.tags_of(self._request, key)

    def aliases_of(self, key: KmsKey) -> Sequence[str]:
        return consistency.aliases_of(self._request, key)

    def has_too_many_aliases(self, key: KmsKey) -> bool:
        resources = self._request.state.resources(key.account, key.region)
        return len(resources.aliases_of(key.key_id)) > self._request.quotas.aliases_per_key

    def unused_since(self, key: KmsKey) -> float:
        usage = self._request.registry.last_usages.get(key.arn)
        return max(key.creation_date, _TRACKING_BEGAN) if usage is None else usage[1]

    def grants_to(self, key: KmsKey, grantee: str) -> Iterable[Grant]:
        grants = self._request.state.grants
        for member in GRANTEES:
            yield from grants.of_grantee(key.arn, member, grantee)

    def is_seen(self, grant: Grant) -> bool:
        return consistency.is_seen(self._request, grant)
