"""All grants, by whatever a request asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..values.grant import Grant
from .arrivals import Arrivals
from .sorted_map import SortedMap

GRANTEES: Final = ("GranteePrincipal", "GranteeServicePrincipal")

_NONE: Final[Arrivals[Grant]] = Arrivals()


class Grants:
    """
    Grants, listed by key, by key and grantee, or by Region and who may retire them.

    None of it costs more for there being many others. They are never changed:
    `put` and `remove` return others.
    """

    __slots__ = ("_by_terms", "_lists")

    def __init__(self) -> None:
        self._lists: SortedMap[tuple[str, ...], Arrivals[Grant]] = SortedMap()
        self._by_terms: SortedMap[tuple[str, str, str], Grant] = SortedMap()

    def of_key(self, key_arn: str) -> Arrivals[Grant]:
        return self._lists.get((key_arn,)) or _NONE

    def of_grantee(self, key_arn: str, member: str, principal: str) -> Arrivals[Grant]:
        """
        Return the grants on a key that give *principal* something.

        Args:
            member: One of `GRANTEES`.
        """
        return self._lists.get((key_arn, member, principal)) or _NONE

    def retirable_by(self, region: str, principal: str) -> Arrivals[Grant]:
        """Return the grants that *principal* may retire, on keys of whichever account."""
        return self._lists.get((region, principal)) or _NONE

    def named(self, key_arn: str, name: str, terms: str) -> Grant | None:
        """Return the grant on a key with that name and those terms."""
        return self._by_terms.get((key_arn, name, terms))

    def put(self, grant: Grant) -> Grants:
        lists = self._lists
        for selection in _selections(grant):
            lists = lists.put(selection, (lists.get(selection) or _NONE).put(grant.id, grant))
        by_terms = self._by_terms
        if grant.name:
            by_terms = by_terms.put((grant.key_arn, grant.name, grant.terms), grant)
        return self._with(lists, by_terms)

    def replace(self, before: Grant, grant: Grant) -> Grants:
        """Return those in which *grant* has the place of *before*, whose ID it has."""
        left = self._lists
        for selection in {*_selections(before)} - {*_selections(grant)}:
            others = (left.get(selection) or _NONE).remove(before.id)
            left = left.put(selection, others) if others else left.remove(selection)
        by_terms = self._by_terms.remove((before.key_arn, before.name, before.terms))
        return self._with(left, by_terms).put(grant)

    def remove(self, grant: Grant) -> Grants:
        lists = self._lists
        for selection in _selections(grant):
            left = (lists.get(selection) or _NONE).remove(grant.id)
            lists = lists.put(selection, left) if left else lists.remove(selection)
        by_terms = self._by_terms.remove((grant.key_arn, grant.name, grant.terms))
        return self._with(lists, by_terms)

    @staticmethod
    def _with(
        lists: SortedMap[tuple[str, ...], Arrivals[Grant]],
        by_terms: SortedMap[tuple[str, str, str], Grant],
    ) -> Grants:
        made = Grants()
        made._lists, made._by_terms = lists, by_terms
        return made


def _selections(grant: Grant) -> Iterator[tuple[str, ...]]:
    """Yield by what *grant* is listed: the first members of the tuples that the readers ask for."""
    yield (grant.key_arn,)
    for member in GRANTEES:
        if member in grant.members:
            yield grant.key_arn, member, grant.members[member]
    if grant.retiring_principal is not None:
        region = grant.key_arn.split(":")[3]
        yield region, grant.retiring_principal
