"""
Identities: who calls, as policies and grants see it.

Source: IAM User Guide, "AWS JSON policy elements: Principal", "IAM identifiers"; KMS
Developer Guide, "Determining access to AWS KMS keys".
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final, Literal

import attrs

from ..misuse import KmsMockError

IdentityKind = Literal["root", "user", "role", "federated", "service"]

# The session of a role that is named without one.
SESSION_NAME: Final = "kmsmock"
_PARTS: Final = (
    r"arn:(?P<partition>aws[a-z-]*):(?:"
    r"iam::(?P<account>[0-9]{12}):(?:(?P<root>root)"
    r"|user/(?P<user>(?:[\w+=,.@/-]+/)?[\w+=,.@-]+)|role/(?P<role>(?:[\w+=,.@/-]+/)?[\w+=,.@-]+))"
    r"|sts::(?P<session_account>[0-9]{12}):(?:"
    r"assumed-role/(?P<session_role>(?:aws:)?[\w+=,.@-]+)/(?P<session>[\w+=,.@-]+)"
    r"|federated-user/(?P<federated>[\w+=,.@-]+)))"
)
_SERVICE: Final = r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?"
_PREFIX_OF_ID: Final[Mapping[IdentityKind, str]] = {"user": "AIDA", "role": "AROA"}


@attrs.frozen(kw_only=True)
class Identity:
    """
    Somebody who calls, or whom a policy or a grant names.

    Attributes:
        kind: A role stands for any of its sessions.
        arn: Of a session, user, federated user or root user; the name of a service.
        account: 12 digits; empty for a service, which has none.
        principal_arn: What aws:PrincipalArn is: a session's is its role's, with the path.
        name: Of the user, role or federated user, without a path; of the service.
        session: The name of the role's session.
        unique_id: ``AIDA…`` of a user, ``AROA…`` of a role; empty for others.
        policies: Its IAM policies, as JSON.
        tags: Its tags.
        context: The condition keys that a test has given, by their names in lower case.
        since: When its temporary credentials were made, seconds since the epoch.
        names: What a key policy or a grant can name it by: itself, but not its account.
        account_names: What a key policy can name its account by.
    """

    kind: IdentityKind
    arn: str
    account: str
    principal_arn: str
    name: str
    session: str = ""
    unique_id: str = ""
    policies: tuple[str, ...] = ()
    tags: Mapping[str, str] = attrs.field(factory=dict)
    context: Mapping[str, Any] = attrs.field(factory=dict)
    since: float = 0.0
    names: frozenset[str] = attrs.field(init=False, repr=False, eq=False)
    account_names: frozenset[str] = attrs.field(init=False, repr=False, eq=False)

    @names.default
    def _names(self) -> frozenset[str]:
        if self.kind == "root":
            return frozenset()
        return frozenset({self.arn, self.principal_arn, self.unique_id} - {""})

    @account_names.default
    def _account_names(self) -> frozenset[str]:
        if not self.account:
            return frozenset()
        return frozenset({self.account, f"arn:{self.partition}:iam::{self.account}:root"})

    @property
    def partition(self) -> str:
        return self.arn.split(":")[1] if self.account else "aws"

    @property
    def user_id(self) -> str:
        """What aws:userid is; empty for a service."""
        if self.kind == "role":
            return f"{self.unique_id}:{self.session}"
        if self.kind == "federated":
            return f"{self.account}:{self.name}"
        return self.account if self.kind == "root" else self.unique_id


def identity_of(name: str, **more: Any) -> Identity | None:
    """
    Return the identity that *name* means, an ARN or the name of a service.

    A role's is its session of a fixed name. A session whose role has a path is
    to be told by ``principal_arn=``, since its own ARN leaves the path out.

    Args:
        more: What `Identity` takes besides.

    Returns:
        None if *name* is neither.
    """
    known = _identity_of(name)
    if known is None:
        return None
    return attrs.evolve(known, **more) if more else known


def identity_named(argument: str, name: Any, **more: Any) -> Identity:
    """Return the identity that *name* means, or raise `KmsMockError`, which calls it so."""
    __tracebackhide__ = True
    found = identity_of(name, **more) if isinstance(name, str) else None
    if found is None:
        raise KmsMockError(
            f"{argument}={name!r} is no ARN of a principal: a user, a role or its session, a "
            "federated user, the root of an account; nor is it the name of a service. Write for "
            "example 'arn:aws:iam::123456789012:role/app'."
        )
    return found


@functools.lru_cache(maxsize=1024)
def _identity_of(name: str) -> Identity | None:
    if re.fullmatch(_SERVICE, name):
        return Identity(kind="service", arn=name, account="", principal_arn="", name=name)
    match = re.fullmatch(_PARTS, name, re.ASCII)
    if match is None:
        return None
    parts = match.groupdict()
    account = parts["account"] or parts["session_account"]
    partition = parts["partition"]
    if parts["root"]:
        return Identity(kind="root", arn=name, account=account, principal_arn=name, name="root")
    if parts["user"]:
        return Identity(
            kind="user",
            arn=name,
            account=account,
            principal_arn=name,
            name=_without_path(parts["user"]),
            unique_id=unique_id("user", name),
        )
    if parts["federated"]:
        return Identity(
            kind="federated",
            arn=name,
            account=account,
            principal_arn=name,
            name=parts["federated"],
        )
    role = parts["role"] or parts["session_role"]
    role_name = _without_path(role)
    session = parts["session"] or SESSION_NAME
    role_arn = f"arn:{partition}:iam::{account}:role/{role}"
    return Identity(
        kind="role",
        arn=session_arn(partition, account, role_name, session),
        account=account,
        principal_arn=role_arn,
        name=role_name,
        session=session,
        unique_id=unique_id("role", role_arn),
    )


def session_arn(partition: str, account: str, role_name: str, session: str) -> str:
    return f"arn:{partition}:sts::{account}:assumed-role/{role_name}/{session}"


def unique_id(kind: IdentityKind, arn: str, generation: int = 0, seed: bytes = b"") -> str:
    """
    Return the unique ID of the user or role *arn*.

    Args:
        generation: How many of that ARN there were before: each had another ID.
        seed: 32 bytes and fewer; with others all IDs are others.
    """
    digest = hashlib.blake2s(f"{generation} {arn}".encode(), key=seed).digest()
    return _PREFIX_OF_ID[kind] + base64.b32encode(digest).decode()[:17]


def _without_path(name: str) -> str:
    return name.rpartition("/")[2]
