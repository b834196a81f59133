"""Rows of the table of operations: what each says."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from ..rules.key_states import admitting_states
from ..serving import finding
from ..serving.request import Request, Response
from ..values.key import KeyState, KmsKey
from ..values.specs import KeyUsage


@attrs.frozen
class Operation:
    """
    One operation of the API.

    Attributes:
        name: As in the API.
        act: Does it, with the key found, allowed and fit, and returns the
            response. Raises what the operation alone refuses.
        key_member: The member that names the key, None where none does.
        takes_alias: The member may name an alias.
        alias_refusal: Makes the error for an alias where it may not.
        across_accounts: The key may be another account's.
        foreign_refusal: Makes the error for another account's key.
        writes: *act* changes what it has read, so that it needs the lock.
        find: Finds the key, as a rule by *key_member*.
        check_first: Checks members by rules that need no key.
        choose: Checks members that exclude each other; AWS does it between
            finding the key and looking at it.
        states: The key states that admit it.
        usage: The key usage that the operation needs.
        is_usage: GetKeyLastUsage tells of it.
        origin: The origin that the operation needs; AWS checks it before the state.
        algorithm_member: The member that names an algorithm of the key's; without it
            the algorithm is SYMMETRIC_DEFAULT.
        fit: Checks what else the key's spec decides.
    """

    name: str
    act: Callable[..., Response]
    key_member: str | None = "KeyId"
    takes_alias: bool = False
    alias_refusal: finding.Refusal = finding.alias_refused
    across_accounts: bool = False
    foreign_refusal: finding.Refusal = finding.denied_elsewhere
    writes: bool = False
    find: Callable[[Operation, Request], KmsKey | None] = attrs.field()
    check_first: Callable[[Request], None] | None = None
    choose: Callable[[Request], None] | None = None
    usage: KeyUsage | None = None
    origin: str | None = None
    is_usage: bool = False
    algorithm_member: str | None = None
    fit: Callable[[Request, KmsKey], None] | None = None
    states: frozenset[KeyState] = attrs.field(init=False)

    @find.default
    def _find(self) -> Callable[[Operation, Request], KmsKey | None]:
        return find_key

    @states.default
    def _states(self) -> frozenset[KeyState]:
        return admitting_states(self.name)


def find_key(operation: Operation, request: Request) -> KmsKey | None:
    """Return the key that the request names, or None if it names none."""
    member = operation.key_member
    identifier = request.params.get(member) if member else None
    if identifier is None:
        return None
    return finding.key(
        request,
        identifier,
        alias_refusal=None if operation.takes_alias else operation.alias_refusal,
        foreign_refusal=None if operation.across_accounts else operation.foreign_refusal,
    )
