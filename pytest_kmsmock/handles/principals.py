"""Who calls, and what they may do, as the author of a test says it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from ..backend import Acting
from ..checks import Enforces, checked_enforcement
from ..service.misuse import KmsMockError, suggestion
from .part import Part
from .principal import Principal, name_of

if TYPE_CHECKING:
    from ..service.values.identity import Identity

Policy = str | Mapping[str, Any]
ContextValue = str | bool | int | float | Iterable[str]

_TAGGED: Final = ("user", "role", "federated")


class Principals(Part):
    """Principals and their policies, a part of `KmsMock`."""

    @property
    def enforce_policies(self) -> Enforces:
        """
        Whether key policies, IAM policies and grants decide what principals may do.

        With ``"soft"`` they decide, which is on record and in reports, and refuse nothing.
        """
        return self._backend.enforces or False

    @enforce_policies.setter
    def enforce_policies(self, value: Enforces) -> None:
        self._backend.enforce(checked_enforcement("enforce_policies", value))

    def principal(
        self,
        arn: str,
        *,
        policies: Policy | Iterable[Policy] | None = None,
        tags: Mapping[str, str] | None = None,
        context: Mapping[str, ContextValue] | None = None,
    ) -> Principal:
        """
        Say that there is a principal, and what it may do.

        From the first one on policies are enforced, unless `enforce_policies` says otherwise.

        Said once more of the same, what is given replaces what was said. A session of
        a role has what was said of the role, and what is said of itself besides.

        Args:
            arn: Of a user, a role or its session, a federated user, the root user of an
                account; or the name of a service, ``cloudtrail.amazonaws.com``.
            policies: Its IAM policies: a document, or its JSON, or several in a list. A root
                user may do everything that its account may, and a service has none.
            tags: Its tags, for aws:PrincipalTag: a mapping of names to values.
            context: Condition keys that come from outside of the request, as
                ``aws:SourceIp``, and what they are.

        Raises:
            KmsMockError: An argument makes no sense.
        """
        __tracebackhide__ = True
        self._check_active("declare principals")
        from ..service.values.identity import identity_named  # not at the top: few tests need it

        backend = self._backend
        identity = backend.registry.state.principals.declared(arn)
        if identity is None:
            identity = identity_named("arn", arn)
            identity = attrs.evolve(identity, since=backend.clock())
        if policies is not None:
            identity = attrs.evolve(identity, policies=_policies(identity, policies))
        if tags is not None:
            identity = attrs.evolve(identity, tags=_tags(identity, tags))
        if context is not None:
            identity = attrs.evolve(identity, context=_context(context))
        backend.declare(arn, identity)
        return Principal(arn, backend)

    def delete_principal(self, principal: Principal | str) -> None:
        """
        Delete a principal that `principal` has made.

        As on AWS, key policies and grants that name it show its unique ID then, and fit
        nobody: one that is made later under the same ARN is another.
        """
        __tracebackhide__ = True
        self._check_active("delete principals")
        from ..doors import author

        name = name_of(principal)
        known = self._backend.registry.state.principals
        if known.declared(name) is None:
            raise KmsMockError(
                f"there is no principal {name!r}.{suggestion(name, known.names)} "
                "Make one with kms.principal()."
            )
        author.delete_principal(self._backend, name)

    @contextlib.contextmanager
    def acting_as(self, principal: Principal | str) -> Iterator[Principal]:
        """
        Let calls be those of *principal*, for code that makes its own clients.

        It holds for the whole mock, each thread and task, until the block is left. Clients
        with credentials of somebody else stay theirs.
        """
        __tracebackhide__ = True
        backend = self._backend
        name = name_of(principal)
        before, backend.acting = backend.acting, Acting(name, whoever_calls=True)
        try:
            yield Principal(name, backend)
        finally:
            backend.acting = before


def _policies(identity: Identity, policies: Any) -> tuple[str, ...]:
    __tracebackhide__ = True
    from ..service.authorization.iam_policies import checked_policy  # not at the top: heavy

    given = [policies] if isinstance(policies, str | Mapping) else policies
    if not isinstance(given, Iterable):
        raise KmsMockError(f"policies={policies!r} is no list of IAM policies.")
    found = tuple(
        checked_policy(policy, f"policies[{number}]") for number, policy in enumerate(given)
    )
    if found and identity.kind in ("service", "root"):
        who = "a service" if identity.kind == "service" else "a root user, which may do everything"
        raise KmsMockError(f"{identity.arn} is {who}; it has no IAM policies.")
    return found


def _tags(identity: Identity, tags: Any) -> Mapping[str, str]:
    __tracebackhide__ = True
    pairs = tags.items() if isinstance(tags, Mapping) else [(tags, None)]
    if not all(isinstance(part, str) for pair in pairs for part in pair):
        raise KmsMockError(f"tags={tags!r} is no mapping of names to texts.")
    if tags and identity.kind not in _TAGGED:
        raise KmsMockError(f"{identity.arn} is no user and no role; it has no tags.")
    return dict(tags)


def _context(context: Any) -> Mapping[str, Any]:
    __tracebackhide__ = True
    from ..service.authorization.condition_keys import names  # not at the top: heavy

    if not isinstance(context, Mapping):
        raise KmsMockError(f"context={context!r} is no mapping of condition keys to values.")
    found: dict[str, Any] = {}
    for name, value in context.items():
        key = names.known(name)
        if not key.row.is_given:
            raise KmsMockError(
                f"context={{{name!r}: …}} cannot be said: {key.row.name} is what the call, the key "
                "or the principal has."
            )
        found[name.lower()] = names.checked_value(key, value)
    return {name: value for name, value in found.items() if value not in ((), None)}
