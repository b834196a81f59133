"""
Least privilege: the smallest IAM policy under which the calls of a run go well.

What was needed is collected as plain values, which workers can hand on, and becomes a
policy at the end: no statement of it can go, nor any action of one, without a call that
is refused then.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

Pairs = tuple[tuple[str, str], ...]

# The AWS Encryption SDK has pairs of its own in the context, another one for each message.
_RESERVED: Final = "aws-crypto-"
_UUID_OR_DIGEST: Final = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,}", re.IGNORECASE
)
_BASE64: Final = re.compile(r"[0-9A-Za-z+/_-]{40,}={0,2}")


@attrs.frozen
class Needed:
    """
    A permission that a call needed.

    Attributes:
        action: ``kms:Decrypt``.
        resource: The ARN of an alias, or of a key whose ID is the same in every run;
            ``…:key/*`` for any other key; ``*`` where no resource has a say.
        aliases: The names of that key's aliases then, sorted.
        context: The pairs of the encryption context, sorted; None if the permission has none.
    """

    action: str
    resource: str
    aliases: tuple[str, ...] = ()
    context: Pairs | None = None


@attrs.frozen
class _Permission:
    """An action on a resource, under conditions: what statements are put together of."""

    action: str
    resource: str
    alias: str | None
    context: Pairs

    def covers(self, needed: Needed) -> bool:
        return (
            self.action == needed.action
            and _is_within(needed.resource, self.resource)
            and (self.alias is None or self.alias in needed.aliases)
            and all(_has(needed.context or (), key, value) for key, value in self.context)
        )


def _has(context: Pairs, key: str, value: str) -> bool:
    """Tell whether a condition on the pair is met, which takes a key in whatever case."""
    alike = [pair for pair in context if pair[0].lower() == key.lower()]
    return (key, value) in alike or (len(alike) == 1 and alike[0][1] == value)


def policy_for(needed: Iterable[Needed]) -> dict[str, Any]:
    """Return the smallest IAM policy that allows all of *needed*."""
    wanted = sorted(set(needed), key=_order)
    permissions = _irredundant(_permissions(wanted), wanted)
    return {"Version": "2012-10-17", "Statement": _statements(permissions)}


def _order(needed: Needed) -> tuple[Any, ...]:
    return needed.action, needed.resource, needed.aliases, needed.context or ()


def _permissions(wanted: list[Needed]) -> list[_Permission]:
    """Return permissions that together allow what is wanted, one for each kind of it."""
    alias_of = _aliases(wanted)
    kinds: dict[tuple[str, str, str | None], list[Needed]] = defaultdict(list)
    for needed in wanted:
        kinds[needed.action, needed.resource, alias_of.get(needed)].append(needed)
    return [
        _Permission(action, resource, alias, _agreed(each.context for each in kind))
        for (action, resource, alias), kind in kinds.items()
    ]


def _aliases(wanted: list[Needed]) -> dict[Needed, str]:
    """Return by which alias each key is known whose ID tells nothing: by as few as will do."""
    left = [each for each in wanted if each.resource.endswith(":key/*") and each.aliases]
    found: dict[Needed, str] = {}
    while left:
        counts: dict[str, int] = defaultdict(int)
        for needed in left:
            for alias in needed.aliases:
                counts[alias] += 1
        best = min(counts, key=lambda alias: (-counts[alias], alias))
        found |= {needed: best for needed in left if best in needed.aliases}
        left = [needed for needed in left if best not in needed.aliases]
    return found


def _agreed(contexts: Iterable[Pairs | None]) -> Pairs:
    """Return the pairs that all *contexts* have."""
    agreed: set[tuple[str, str]] | None = None
    for context in contexts:
        pairs = {pair for pair in context or () if _is_telling(pair, context or ())}
        agreed = pairs if agreed is None else agreed & pairs
    return tuple(sorted(agreed or ()))


def _is_telling(pair: tuple[str, str], context: Pairs) -> bool:
    """Tell whether *pair* will be the same in the next run, and a condition can ask for it."""
    key, value = pair
    alike = sum(other.lower() == key.lower() for other, _ in context)
    return alike == 1 and not key.startswith(_RESERVED) and not _looks_drawn(value)


def _looks_drawn(value: str) -> bool:
    """Tell whether a program has drawn *value* by lot, which is another one in the next run."""
    if _UUID_OR_DIGEST.fullmatch(value):
        return True
    kinds = (str.isdigit, str.isupper, str.islower)
    return bool(_BASE64.fullmatch(value)) and all(any(map(kind, value)) for kind in kinds)


def _irredundant(permissions: list[_Permission], wanted: list[Needed]) -> list[_Permission]:
    """Return *permissions* without those that others make superfluous."""
    kept = list(permissions)
    # The narrow ones go first, so that the wide ones, which cover more, stay.
    for each in sorted(permissions, key=_narrowness, reverse=True):
        others = [other for other in kept if other is not each]
        covered = (needed for needed in wanted if each.covers(needed))
        if all(any(other.covers(needed) for other in others) for needed in covered):
            kept = others
    return kept


def _narrowness(permission: _Permission) -> tuple[bool, bool, int]:
    is_one_key = not permission.resource.endswith("*")
    return is_one_key, permission.alias is not None, len(permission.context)


def _statements(permissions: Iterable[_Permission]) -> list[dict[str, Any]]:
    """Return *permissions* as statements, none of which says more than they do."""
    conditions: dict[tuple[str | None, Pairs], set[tuple[str, str]]] = defaultdict(set)
    for each in permissions:
        conditions[each.alias, each.context].add((each.action, each.resource))
    found = []
    for alias, context in sorted(conditions, key=lambda key: (key[0] or "", key[1])):
        condition = _condition(alias, context)
        for actions, resources in _products(conditions[alias, context]):
            statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
            found.append(statement | ({"Condition": condition} if condition else {}))
    return found


def _products(pairs: Collection[tuple[str, str]]) -> list[tuple[list[str], list[str]]]:
    """Return actions and resources whose products are together *pairs*, as few as will do."""
    by_action = _grouped(pairs)
    by_resource = _grouped((resource, action) for action, resource in pairs)
    return min([(actions, resources) for resources, actions in by_resource], by_action, key=len)


def _grouped(pairs: Iterable[tuple[str, str]]) -> list[tuple[list[str], list[str]]]:
    """Return which keys have the same values, with those values."""
    values: dict[str, set[str]] = defaultdict(set)
    for key, value in pairs:
        values[key].add(value)
    keys: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key in sorted(values):
        keys[tuple(sorted(values[key]))].append(key)
    return sorted((names, list(having)) for having, names in keys.items())


def _condition(alias: str | None, context: Pairs) -> dict[str, Any]:
    condition: dict[str, Any] = {}
    if alias is not None:
        condition["ForAnyValue:StringEquals"] = {"kms:ResourceAliases": alias}
    if context:
        condition["StringEquals"] = {
            # "${" would begin a variable.
            f"kms:EncryptionContext:{key}": value.replace("${", "${$}{")
            for key, value in context
        }
    return condition


def _is_within(resource: str, pattern: str) -> bool:
    if pattern.endswith(":key/*"):
        return resource.startswith(pattern.removesuffix("*"))
    return resource == pattern


def to_json(needed: Iterable[Needed]) -> list[Any]:
    """Return *needed* as JSON has it, for another process."""
    return [attrs.asdict(each) for each in sorted(set(needed), key=_order)]


def from_json(values: Iterable[Mapping[str, Any]]) -> Iterator[Needed]:
    for value in values:
        context = value["context"]
        yield Needed(
            value["action"],
            value["resource"],
            tuple(value["aliases"]),
            None if context is None else tuple((key, text) for key, text in context),
        )
