"""
Principals of a statement: whom it covers.

Source: IAM User Guide, "AWS JSON policy elements: Principal", "NotPrincipal".
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from ..values.identity import Identity
from .query import Situation

EVERYBODY: Final = "*"


class Coverage(enum.Enum):
    """How far a statement that allows reaches."""

    NOBODY = "does not name the caller"
    ACCOUNT = "names the caller's account"
    CALLER = "names the caller"


@attrs.frozen
class Principals:
    """
    The Principal or NotPrincipal of a statement.

    Attributes:
        aws: Names of accounts, users, roles, sessions, or ``*``.
        services: Names of services.
        is_negated: It is a NotPrincipal, which only a Deny can have.
    """

    aws: frozenset[str]
    services: frozenset[str]
    is_negated: bool

    def allow(self, caller: Identity) -> Coverage:
        """Return whom an Allow lets in: an account's name lets nobody in by itself."""
        if EVERYBODY in self.aws:
            return Coverage.CALLER
        if caller.kind == "service":
            return Coverage.CALLER if caller.name in self.services else Coverage.NOBODY
        if not self.aws.isdisjoint(caller.names):
            return Coverage.CALLER
        if not self.aws.isdisjoint(caller.account_names):
            return Coverage.ACCOUNT
        return Coverage.NOBODY

    def deny(self, at: Situation) -> bool:
        """Tell whether a Deny covers the caller: an account's name covers all of it."""
        caller = at.query.caller
        if self.is_negated:
            return not self._spares(caller, at)
        return self.allow(caller) is not Coverage.NOBODY

    def _spares(self, caller: Identity, at: Situation) -> bool:
        """Tell whether a NotPrincipal has the caller among those whom its Deny leaves alone."""
        if EVERYBODY in self.aws:
            return True
        if caller.kind == "service":
            return caller.name in self.services
        if self.services:
            at.reads("services-in-not-principal")
        if caller.kind == "root":
            return not self.aws.isdisjoint(caller.account_names)
        has_account = not self.aws.isdisjoint(caller.account_names)
        if caller.kind == "role":
            of_role = {caller.principal_arn, caller.unique_id}
            is_spared = caller.arn in self.aws and not self.aws.isdisjoint(of_role)
        else:
            is_spared = not self.aws.isdisjoint(caller.names)
        if is_spared is not has_account:
            at.reads("not-principal-without-account")
        return is_spared


def principals_of(statement: Mapping[str, Any]) -> Principals:
    """Return whom *statement*, of a key policy, names."""
    is_negated = "NotPrincipal" in statement
    names = list(named(statement))
    return Principals(
        aws=frozenset(name for kind, name in names if kind == "AWS"),
        services=frozenset(name for kind, name in names if kind == "Service"),
        is_negated=is_negated,
    )


def named(statement: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the kind and name of each principal of *statement*."""
    element = statement.get("Principal", statement.get("NotPrincipal"))
    if element == EVERYBODY:
        yield "AWS", EVERYBODY
    elif isinstance(element, dict):
        for kind, names in element.items():
            for name in names if isinstance(names, list) else [names]:
                yield kind, name
