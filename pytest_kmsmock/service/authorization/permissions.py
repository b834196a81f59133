"""
Permissions: what each operation asks for, and on what.

An operation without a row asks for the permission of its own name on its key. Source: KMS
Developer Guide, "AWS KMS permissions"; KMS API Reference, "Required permissions" of each
operation.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NamedTuple

import attrs

from ..values.grant import Grant
from ..values.key import KmsKey

# The key that was found; the one beside it, which an alias leads to now, which ReEncrypt
# encrypts under, or which becomes the primary; the key that is about to be made; the alias;
# all of the account; the role by which KMS acts for the account; the grant.
Target = Literal[
    "key", "alias target", "destination", "replica", "new key", "new replica", "alias",
    "account", "replica account", "multi-Region role", "key store role", "grant",
]  # fmt: skip
Params = Mapping[str, Any]
# Who has a say: the key's policy, IAM policies and grants; the caller's IAM policies
# alone, on an alias or on anything else; or the grant that is to be retired.
Authority = Literal["key", "alias", "iam", "grant"]


AUTHORITIES: Final[Mapping[Target, Authority]] = {
    "key": "key",
    "alias target": "key",
    "destination": "key",
    "replica": "key",
    "alias": "alias",
    "grant": "grant",
}
"""Who has a say; on all others, IAM alone."""


def _always(params: Params) -> bool:
    return True


def _has_tags(params: Params) -> bool:
    return bool(params.get("Tags"))


def _is_multi_region(params: Params) -> bool:
    return bool(params.get("MultiRegion"))


def _is_external(params: Params) -> bool:
    return params.get("CustomKeyStoreType") == "EXTERNAL_KEY_STORE"


def _is_of_cloudhsm(params: Params) -> bool:
    return not _is_external(params)


def _is_external_by_vpc(params: Params) -> bool:
    return _is_external(params) and params.get("XksProxyConnectivity") == "VPC_ENDPOINT_SERVICE"


class Need(NamedTuple):
    """A permission that an operation needs, if *when* says so of the request's members."""

    permission: str
    on: Target
    when: Callable[[Params], bool] = _always


@attrs.frozen
class Asked:
    """
    A permission that a request needs.

    Attributes:
        resource: The ARN of a key or an alias, or ``*``; that of keys yet to be made
            ends with ``*``.
        region: Where it is needed.
        key: The key, if it is about one that is there.
        grant: The grant that is to be retired.
        aliases: Those of the key.
        params: What the new key is to be like, where the request itself does not say it.
        service: Whom a service-linked role is for.
    """

    permission: str
    on: Target
    resource: str
    region: str
    key: KmsKey | None = None
    grant: Grant | None = None
    aliases: tuple[str, ...] = ()
    params: Mapping[str, Any] | None = attrs.field(default=None, repr=False)
    service: str | None = None


def _of_account(*operations: str) -> dict[str, tuple[Need, ...]]:
    return {name: (Need(f"kms:{name}", "account"),) for name in operations}


# fmt: off
NEEDS: Final[Mapping[str, tuple[Need, ...]]] = {
    **_of_account("ListKeys", "ListAliases", "ListRetirableGrants", "GenerateRandom"),
    **_of_account("ConnectCustomKeyStore", "DeleteCustomKeyStore", "DescribeCustomKeyStores",
                  "DisconnectCustomKeyStore", "UpdateCustomKeyStore"),
    "CreateCustomKeyStore": (
        Need("kms:CreateCustomKeyStore", "account"),
        Need("cloudhsm:DescribeClusters", "account", _is_of_cloudhsm),
        Need("iam:CreateServiceLinkedRole", "key store role", _is_of_cloudhsm),
        Need("ec2:DescribeVpcEndpointServices", "account", _is_external_by_vpc),
    ),
    "CreateKey": (
        Need("kms:CreateKey", "account"),
        Need("kms:TagResource", "new key", _has_tags),
        Need("iam:CreateServiceLinkedRole", "multi-Region role", _is_multi_region),
    ),
    "ReplicateKey": (
        Need("kms:ReplicateKey", "key"),
        Need("kms:CreateKey", "replica account"),
        Need("kms:TagResource", "new replica", _has_tags),
    ),
    "UpdatePrimaryRegion": (
        Need("kms:UpdatePrimaryRegion", "key"),
        Need("kms:UpdatePrimaryRegion", "replica"),
    ),
    "CreateAlias": (
        Need("kms:CreateAlias", "alias"),
        Need("kms:CreateAlias", "key"),
    ),
    "UpdateAlias": (
        Need("kms:UpdateAlias", "alias"),
        Need("kms:UpdateAlias", "alias target"),
        Need("kms:UpdateAlias", "key"),
    ),
    "DeleteAlias": (
        Need("kms:DeleteAlias", "alias"),
        Need("kms:DeleteAlias", "alias target"),
    ),
    "ReEncrypt": (
        Need("kms:ReEncryptFrom", "key"),
        Need("kms:ReEncryptTo", "destination"),
    ),
    "RetireGrant": (Need("kms:RetireGrant", "grant"),),
}
# fmt: on

# Lists that a pattern for all of an account's resources covers as well as "*" does.
ACCOUNT_WIDE: Final = frozenset({"kms:ListKeys", "kms:ListAliases", "kms:GenerateRandom"})


@functools.cache
def needs_of(operation: str) -> tuple[Need, ...]:
    """Return what *operation* asks for, in AWS's order."""
    return NEEDS.get(operation) or (Need(f"kms:{operation}", "key"),)
