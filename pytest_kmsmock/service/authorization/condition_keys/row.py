"""What a row of the tables of condition keys says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Literal

import attrs

from ..query import Query, Situation

Type = Literal["String", "ARN", "Bool", "Numeric", "Date", "IP"]
# None: it is missing. A tuple: of a multivalued key.
Value = str | bool | int | float | tuple[str, ...] | None
Source = Callable[[Situation, str], Value]


@attrs.frozen(kw_only=True)
class ConditionKey:
    """
    One condition key, or all those that begin alike.

    Attributes:
        name: As AWS writes it.
        type: What its values are.
        is_multivalued: It can have several values at once.
        permissions: Those that have it; None is all.
        on_keys: Besides *permissions*, all that are on a key have it.
        source: Returns its value; what follows *name* is its second argument.
        is_given: It comes from outside of the request, so that a test can say what it is.
        follows: Tells whether a text can follow *name*; None if nothing does.
    """

    name: str
    type: Type = "String"
    is_multivalued: bool = False
    permissions: frozenset[str] | None = frozenset()
    on_keys: bool = False
    source: Source
    is_given: bool = False
    follows: Callable[[str], bool] | None = None

    def value(self, at: Situation, rest: str) -> Value:
        """Return what it is in the situation; None if it is missing."""
        query = at.query
        if query.authority == "alias" and not self._is_about_caller:
            at.reads("conditions-on-aliases")
            return None
        if not self._is_had_by(query):
            return None
        if self.is_given:
            given: Value = query.caller.context.get((self.name + rest).lower())
            if given is not None:
                return given
        return self.source(at, rest)

    def _is_had_by(self, query: Query) -> bool:
        if self.permissions is None or query.permission in self.permissions:
            return True
        return self.on_keys and (query.key is not None or query.makes_key)

    @property
    def _is_about_caller(self) -> bool:
        return self.name.startswith("aws:") and self.name != "aws:ResourceTag/"


def kms(*operations: str) -> frozenset[str]:
    """Return the permissions of *operations*."""
    return frozenset(f"kms:{operation}" for operation in operations)


def missing(at: Situation, rest: str) -> Value:
    return None


def always(value: Value) -> Source:
    return lambda at, rest: value


def entry(pairs: Iterable[tuple[str, str]], name: str, at: Situation) -> str | None:
    """Return the value of *name* in *pairs*; its case does not matter."""
    wanted = name.lower()
    found = {key: value for key, value in pairs if key.lower() == wanted}
    if len(found) < 2:
        return next(iter(found.values()), None)
    at.reads("keys-that-differ-by-case")
    return found.get(name)


ANY_NAME: Final = bool
