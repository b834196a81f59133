"""Principals: what a test has said of those who call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

# Few tests say who calls: what identities are is imported when one does.
if TYPE_CHECKING:
    from ..values.identity import Identity


class Principals:
    """
    Principals that a test has declared, and what any other is taken for.

    They are never changed: `declare`, `delete` and `add_key` return others.

    Args:
        seed: 32 bytes and fewer, which the unique IDs are made of.

    Attributes:
        access_keys: Those that were handed out, and for whom.
    """

    __slots__ = ("_declared", "_found", "_generations", "_roles", "_seed", "access_keys")

    def __init__(self, seed: bytes = b"") -> None:
        self._seed = seed
        self._declared: dict[str, Identity] = {}
        # Roles by account and name, which are what their sessions' ARNs have.
        self._roles: dict[tuple[str, str], str] = {}
        # How many there were of an ARN, each of them with another unique ID.
        self._generations: dict[str, int] = {}
        self.access_keys: Mapping[str, str] = {}
        # What `identity` has answered.
        self._found: dict[tuple[str, str | None], Identity] = {}

    @property
    def names(self) -> list[str]:
        """The names of those that were declared."""
        return list(self._declared)

    def declared(self, name: str) -> Identity | None:
        """Return what was said of *name* itself."""
        return self._declared.get(name)

    def identity(self, name: str, role: str | None = None) -> Identity:
        """
        Return whom *name*, an ARN or a service, is taken for.

        A session has what was said of its role, and what was said of itself besides.

        Args:
            role: The ARN of its role, where the session's own does not tell.
        """
        found = self._found.get((name, role))
        if found is None:
            found = self._found[name, role] = self._identity(name, role)
        return found

    def _identity(self, name: str, role: str | None) -> Identity:
        from ..values.identity import identity_of

        own = self._declared.get(name)
        bare = identity_of(name)
        assert bare is not None  # whoever hands it in has looked
        if bare.kind != "role" or name == bare.principal_arn:
            return own or self._with_id(bare)
        role = self._roles.get((bare.account, bare.name)) or role or bare.principal_arn
        found = self._with_id(attrs.evolve(bare, principal_arn=role))
        for said in (self._declared.get(role), own):
            if said is not None:
                found = _inherited(found, said)
        return found

    def is_known(self, name: str) -> bool:
        """Tell whether there is a principal *name*: one that was declared, or an account."""
        from ..values.identity import identity_of

        bare = identity_of(name)
        if bare is None or bare.kind in ("root", "service"):
            return True
        if bare.kind == "role" and name != bare.principal_arn:
            return name in self._declared or (bare.account, bare.name) in self._roles
        return name in self._declared

    def arn_of_id(self, id: str) -> str | None:
        """Return the ARN of the user or role that lives under that unique ID."""
        for name, identity in self._declared.items():
            if identity.unique_id == id and name == identity.principal_arn:
                return name
        return None

    def declare(self, name: str, identity: Identity) -> Principals:
        """Let *identity* be what is said of *name*."""
        made = self._copy()
        made._declared[name] = self._with_id(identity)
        if identity.kind == "role" and name == identity.principal_arn:
            made._roles[identity.account, identity.name] = name
        return made

    def delete(self, name: str) -> Principals:
        """Forget the principal *name*, which was declared; one of the same name is another."""
        made = self._copy()
        identity = made._declared.pop(name)
        if identity.unique_id and name == identity.principal_arn:
            made._generations[name] = self._generations.get(name, 0) + 1
            made._roles.pop((identity.account, identity.name), None)
        made.access_keys = {key: of for key, of in self.access_keys.items() if of != name}
        return made

    def add_key(self, access_key: str, name: str) -> Principals:
        """Let *access_key* be one of *name*."""
        made = self._copy()
        made.access_keys = {**self.access_keys, access_key: name}
        return made

    def _copy(self) -> Principals:
        made = Principals(self._seed)
        made._declared = self._declared.copy()
        made._roles = self._roles.copy()
        made._generations = self._generations.copy()
        made.access_keys = self.access_keys
        return made

    def _with_id(self, identity: Identity) -> Identity:
        from ..values.identity import unique_id

        if identity.kind not in ("user", "role"):
            return identity
        arn = identity.principal_arn
        id = unique_id(identity.kind, arn, self._generations.get(arn, 0), self._seed)
        return attrs.evolve(identity, unique_id=id)


def _inherited(identity: Identity, said: Identity) -> Identity:
    """Return *identity* with all that was *said* of its role, or of itself."""
    merged: Mapping[str, Any] = {
        "policies": identity.policies + said.policies,
        "tags": {**identity.tags, **said.tags},
        "context": {**identity.context, **said.context},
        "since": max(identity.since, said.since),
    }
    return attrs.evolve(identity, **merged)
