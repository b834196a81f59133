"""
Deletion of principals, and what still names them.

Source: IAM User Guide, "IAM identifiers": a deleted user or role shows as its unique ID,
which no later one has.
"""

from __future__ import annotations

import json

import attrs

from ..authorization import documents
from ..state.state import Draft
from ..values.grant import Grant
from ..values.identity import Identity, identity_of

_MEMBERS = ("GranteePrincipal", "RetiringPrincipal")


def delete(draft: Draft, name: str) -> None:
    """Delete the principal *name*, which was declared."""
    identity = draft.principals.declared(name)
    assert identity is not None  # so says whoever asks for it
    draft.principals = draft.principals.delete(name)
    if not identity.unique_id or name != identity.principal_arn:
        return  # nobody goes by a session, or by an account, but itself
    for resources in draft.all_resources():
        for key in list(resources.keys):
            for grant in list(draft.grants.of_key(key.arn)):
                renamed = _renamed(grant, identity)
                if renamed is not None:
                    draft.replace_grant(grant, renamed)
            named = documents.principals_in(json.loads(key.policy))
            ids = {each: id for each in named if (id := _id_of(each, identity)) is not None}
            if ids:
                policy = documents.printed(documents.renamed(key.policy, ids))
                draft.put_key(attrs.evolve(key, policy=policy))


def _renamed(grant: Grant, identity: Identity) -> Grant | None:
    """Return *grant* with the unique ID of *identity*; None if it does not name it."""
    ids = {
        member: id
        for member in _MEMBERS
        if (id := _id_of(grant.members.get(member, ""), identity)) is not None
    }
    return attrs.evolve(grant, members={**grant.members, **ids}) if ids else None


def _id_of(name: str, identity: Identity) -> str | None:
    """Return what is shown for *name* now; None if it means somebody else."""
    if name == identity.principal_arn:
        return identity.unique_id
    other = identity_of(name)
    if other is None or identity.kind != "role" or other.kind != "role":
        return None
    # A session, whose ARN leaves the role's path out.
    is_session = name == other.arn and (other.account, other.name) == (
        identity.account,
        identity.name,
    )
    return f"{identity.unique_id}:{other.session}" if is_session else None
