"""All grants, by whatever a request asks for them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Final

from ..values.grant import Grant
from .collection import Collection

GRANTEES: Final = ("GranteePrincipal", "GranteeServicePrincipal")

_At = tuple[str, ...]


class Grants:
    """
    Grants, listed by key, by key and grantee, or by Region and who may retire them.

    None of it costs more for there being many others. Writers hold the registry's lock.
    """

    def __init__(self) -> None:
        self._lists: dict[_At, Collection[Grant]] = {}
        self._by_terms: dict[tuple[str, str, Hashable], Grant] = {}

    def of_key(self, key_arn: str) -> Collection[Grant]:
        return self._lists.get((key_arn,)) or Collection()

    def of_grantee(self, key_arn: str, member: str, principal: str) -> Collection[Grant]:
        """
        Return the grants on a key that give *principal* something.

        Args:
            member: One of `GRANTEES`.
        """
        return self._lists.get((key_arn, member, principal)) or Collection()

    def retirable_by(self, region: str, principal: str) -> Collection[Grant]:
        """Return the grants that *principal* may retire, on keys of whichever account."""
        return self._lists.get((region, principal)) or Collection()

    def named(self, key_arn: str, name: str, terms: Hashable) -> Grant | None:
        """Return the grant on a key with that name and those terms."""
        return self._by_terms.get((key_arn, name, terms))

    def put(self, grant: Grant) -> None:
        for at in _places(grant):
            self._lists.setdefault(at, Collection()).put(grant.id, grant)
        if grant.name:
            self._by_terms[grant.key_arn, grant.name, grant.terms] = grant

    def remove(self, grant: Grant) -> None:
        for at in _places(grant):
            self._lists[at].remove(grant.id)
            if not self._lists[at]:
                del self._lists[at]
        self._by_terms.pop((grant.key_arn, grant.name, grant.terms), None)

    def copy(self) -> Grants:
        copied = Grants()
        copied._lists = {at: grants.copy() for at, grants in self._lists.items()}
        copied._by_terms = self._by_terms.copy()
        return copied


def _places(grant: Grant) -> Iterator[_At]:
    yield (grant.key_arn,)
    for member in GRANTEES:
        if member in grant.members:
            yield grant.key_arn, member, grant.members[member]
    if grant.retiring_principal is not None:
        region = grant.key_arn.split(":")[3]
        yield region, grant.retiring_principal
