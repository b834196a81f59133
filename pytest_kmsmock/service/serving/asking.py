"""
Asking: the permissions that a request needs, each with what it is needed on.

What the request names and is not there, it does not ask for: the operation itself will
say so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from ..api.errors import KmsError
from ..api.regions import partition_of
from ..authorization.permissions import NEEDS, Asked, Need, Target, needs_of
from ..values.identifiers import MULTI_REGION, alias_arn, key_arn
from ..values.key import KmsKey
from . import finding, grants
from .request import Request

# The operations that ask for more than the permission of their own name on their key.
ASKING_MORE: Final = frozenset(NEEDS)

_SERVICE_LINKED_ROLES: Final[Mapping[Target, tuple[str, str]]] = {
    "multi-Region role": (
        "mrk.kms.amazonaws.com",
        "AWSServiceRoleForKeyManagementServiceMultiRegionKeys",
    ),
    "key store role": (
        "cks.kms.amazonaws.com",
        "AWSServiceRoleForKeyManagementServiceCustomKeyStores",
    ),
}


def asked(request: Request, key: KmsKey | None) -> tuple[Asked, ...]:
    """
    Return what *request* asks for, in AWS's order.

    Args:
        key: The one that it names.
    """
    needs = needs_of(request.operation)
    found = (_asked(need, request, key) for need in needs if need.when(request.params))
    return tuple(each for each in found if each is not None)


def _asked(need: Need, request: Request, key: KmsKey | None) -> Asked | None:
    target = need.on
    if target == "key":
        return None if key is None else _on_key(need, request, key)
    if target in _BY_KEY:
        found = _BY_KEY[target](request, key)
        return None if found is None else _on_key(need, request, found)
    return _OTHERS[target](need, request, key)


def _on_key(need: Need, request: Request, key: KmsKey) -> Asked:
    aliases = request.state.resources(key.account, key.region).aliases_of(key.key_id)
    return Asked(need.permission, need.on, key.arn, request.region, key, aliases=aliases)


def _alias_target(request: Request, _: KmsKey | None) -> KmsKey | None:
    alias = request.resources.aliases.get(request.params["AliasName"])
    return None if alias is None else request.resources.keys.get(alias.key_id)


def _destination(request: Request, _: KmsKey | None) -> KmsKey | None:
    try:
        return finding.key(request, request.params["DestinationKeyId"], action="ReEncryptTo")
    except KmsError:
        return None


def _replica(request: Request, key: KmsKey | None) -> KmsKey | None:
    if key is None:
        return None
    region = request.params["PrimaryRegion"]
    return request.state.resources(key.account, region).keys.get(key.key_id)


_BY_KEY: Final[Mapping[Target, Callable[[Request, KmsKey | None], KmsKey | None]]] = {
    "alias target": _alias_target,
    "destination": _destination,
    "replica": _replica,
}


def _on_new_key(need: Need, request: Request, _: KmsKey | None) -> Asked:
    begins = MULTI_REGION if request.params.get("MultiRegion") else ""
    resource = f"{request.resources.arn_prefix}{begins}*"
    return Asked(need.permission, need.on, resource, request.region)


def _on_new_replica(need: Need, request: Request, key: KmsKey | None) -> Asked | None:
    if key is None:
        return None
    region = request.params["ReplicaRegion"]
    arn = key_arn(region, key.account, key.key_id)
    return Asked(need.permission, need.on, arn, region, params=_replication(request, key))


def _on_replica_account(need: Need, request: Request, key: KmsKey | None) -> Asked | None:
    if key is None:
        return None
    region = request.params["ReplicaRegion"]
    return Asked(need.permission, need.on, "*", region, params=_replication(request, key))


def _replication(request: Request, key: KmsKey) -> Mapping[str, Any]:
    """Return what CreateKey would be told of a replica of *key*."""
    own = {name: value for name, value in request.params.items() if name in _TAKEN_OVER}
    return own | {
        "KeySpec": key.spec.name,
        "KeyUsage": key.usage,
        "Origin": key.origin,
        "MultiRegion": True,
        "MultiRegionKeyType": "REPLICA",
    }


_TAKEN_OVER: Final = ("BypassPolicyLockoutSafetyCheck", "Tags")


def _on_alias(need: Need, request: Request, _: KmsKey | None) -> Asked:
    arn = alias_arn(request.region, request.account, request.params["AliasName"])
    return Asked(need.permission, need.on, arn, request.region)


def _on_account(need: Need, request: Request, _: KmsKey | None) -> Asked:
    return Asked(need.permission, need.on, "*", request.region)


def _on_role(need: Need, request: Request, _: KmsKey | None) -> Asked:
    service, name = _SERVICE_LINKED_ROLES[need.on]
    arn = (
        f"arn:{partition_of(request.region)}:iam::{request.account}"
        f":role/aws-service-role/{service}/{name}"
    )
    return Asked(need.permission, need.on, arn, request.region, service=service)


def _on_grant(need: Need, request: Request, _: KmsKey | None) -> Asked | None:
    try:
        key, grant_id = grants.to_be_retired(request)
        grant = grants.named(request, key, grant_id)
    except KmsError:
        return None
    return attrs.evolve(_on_key(need, request, key), grant=grant)


_OTHERS: Final[Mapping[Target, Callable[[Need, Request, KmsKey | None], Asked | None]]] = {
    "new key": _on_new_key,
    "new replica": _on_new_replica,
    "alias": _on_alias,
    "account": _on_account,
    "replica account": _on_replica_account,
    "multi-Region role": _on_role,
    "key store role": _on_role,
    "grant": _on_grant,
}
