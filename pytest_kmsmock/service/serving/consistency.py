"""
Eventual consistency: what of the latest changes the application sees already.

A test asks for it; else everything is seen at once. What a test does by a handle is
seen at once too. Source: KMS Developer Guide, "AWS KMS eventual consistency".
"""

from __future__ import annotations

from collections.abc import Sequence

from ..state.arrivals import Arrivals
from ..state.lag import Tags
from ..state.sorted_map import SortedMap
from ..values.grant import Grant
from ..values.identifiers import alias_arn
from ..values.key import Alias, KmsKey
from .request import Request


def _is_late(request: Request) -> bool:
    return request.options.consistency_seconds > 0 and not request.off_record


def _until(request: Request) -> float:
    return request.now + request.options.consistency_seconds


# Changes.


def keep_key(request: Request, key: KmsKey) -> None:
    """Let *key*, which is new, be seen late."""
    if _is_late(request):
        request.draft.own_lag().keys[key.arn] = _until(request)


def keep_policy(request: Request, key: KmsKey) -> None:
    """Let the policy that *key* has still had be seen for a while."""
    if _is_late(request):
        request.draft.own_lag().policies.keep(key.arn, key.policy, _until(request))


def keep_tags(request: Request, key: KmsKey) -> None:
    """Let the tags that *key* has still had count for a while."""
    if _is_late(request):
        request.draft.own_lag().tags.keep(key.arn, key.tags, _until(request))


def keep_alias(request: Request, name: str) -> None:
    """Let the alias *name*, which is about to change, be seen as it was."""
    if _is_late(request):
        arn = alias_arn(request.region, request.account, name)
        before = request.resources.aliases.get(name)
        request.draft.own_lag().aliases.keep(arn, before, _until(request))


def keep_grant(request: Request, grant: Grant) -> None:
    """Let *grant*, which is new, be seen late where its token does not tell of it."""
    if _is_late(request):
        request.draft.own_lag().grants[grant.id] = _until(request)


# What is seen.


def policy_of(request: Request, key: KmsKey) -> str:
    if not _is_late(request):
        return key.policy
    return request.state.lag.policies.seen(key.arn, key.policy, request.now)


def tags_of(request: Request, key: KmsKey) -> Tags:
    if not _is_late(request):
        return key.tags
    return request.state.lag.tags.seen(key.arn, key.tags, request.now)


def is_seen(request: Request, grant: Grant) -> bool:
    """Tell whether *grant* counts already; its token makes it so."""
    if not _is_late(request):
        return True
    until = request.state.lag.grants.get(grant.id, 0.0)
    return until <= request.now or (grant.key_arn, grant.id) in request.opened_tokens


def is_hidden(request: Request, key: KmsKey) -> bool:
    """Tell whether *key* is so new that it is not found yet."""
    return _is_late(request) and request.state.lag.keys.get(key.arn, 0.0) > request.now


def alias_seen(request: Request, account: str, name: str) -> Alias | None:
    """Return the alias *name* of *account* as it is seen."""
    found = request.state.resources(account, request.region).aliases.get(name)
    if not _is_late(request):
        return found
    arn = alias_arn(request.region, account, name)
    return request.state.lag.aliases.seen(arn, found, request.now)


def aliases_of(request: Request, key: KmsKey) -> Sequence[str]:
    """Return the names of the aliases that *key* is seen to have."""
    names = request.state.resources(key.account, key.region).aliases_of(key.key_id)
    if not _is_late(request):
        return names
    changed = _changed_aliases(request, key.account)
    found = []
    for name in dict.fromkeys((*names, *changed)):
        alias = alias_seen(request, key.account, name)
        if alias is not None and alias.key_id == key.key_id:
            found.append(name)
    return found


def _changed_aliases(request: Request, account: str) -> list[str]:
    prefix = alias_arn(request.region, account, "")
    arns = request.state.lag.aliases.arns
    return [arn.removeprefix(prefix) for arn in arns if arn.startswith(prefix)]


# What is listed.


def keys_listed(request: Request) -> SortedMap[str, KmsKey]:
    """Return the caller's own keys that are seen."""
    resources = request.resources
    found = resources.keys
    if _is_late(request):
        for arn, until in request.state.lag.keys.items():
            if until > request.now and arn.startswith(resources.arn_prefix):
                found = found.remove(arn.removeprefix(resources.arn_prefix))
    return found


def aliases_listed(request: Request) -> SortedMap[str, Alias]:
    """Return the caller's own aliases as they are seen."""
    found = request.resources.aliases
    if _is_late(request):
        for name in _changed_aliases(request, request.account):
            alias = alias_seen(request, request.account, name)
            found = found.remove(name) if alias is None else found.put(name, alias)
    return found


def grants_listed(request: Request, listed: Arrivals[Grant]) -> Arrivals[Grant]:
    """Return those of *listed* that are seen."""
    if _is_late(request):
        for grant_id, until in request.state.lag.grants.items():
            if until > request.now:
                listed = listed.remove(grant_id)
    return listed
