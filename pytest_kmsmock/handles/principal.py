"""Principals as a test holds them: those who call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..backend import Backend, innermost_fork_of
from ..service.misuse import KmsMockError

if TYPE_CHECKING:
    from ..service.values.identity import Identity

# A failure ends at the line that used the handle.
__tracebackhide__ = True


class Principal:
    """
    A user, a role, a session, a federated user, the root of an account, or a service.

    Two are equal if their ARNs are. `KmsMock.principal` makes them.
    """

    __slots__ = ("_home", "_name")

    def __init__(self, name: str, home: Backend) -> None:
        self._name = name
        self._home = home

    def __repr__(self) -> str:
        return f"<Principal {self._name}>"

    def __eq__(self, other: object) -> bool:
        __tracebackhide__ = True
        if isinstance(other, str):
            raise KmsMockError(
                f"the handle of a principal never equals the text {other!r}; compare its arn, or "
                "its session_arn, which the calls of a role have."
            )
        return isinstance(other, Principal) and other._name == self._name

    def __hash__(self) -> int:
        return hash(self._name)

    @property
    def arn(self) -> str:
        """The ARN as it was given; the name of a service."""
        return self._name

    @property
    def session_arn(self) -> str:
        """The ARN of whom AWS sees calling: a role's session; of others, their own."""
        return self._identity.arn

    @property
    def unique_id(self) -> str:
        """``AIDA…`` of a user, ``AROA…`` of a role; empty for others, which have none."""
        return self._identity.unique_id

    @property
    def credentials(self) -> Mapping[str, str]:
        """
        The keywords by which a client or session of boto3 becomes this principal.

        ``boto3.client("kms", **role.credentials)``. They are good in this mock, and
        in those that start as copies of it. A service has none.
        """
        identity = self._identity
        if identity.kind == "service":
            raise KmsMockError(
                f"{self._name} is a service, which has no credentials; "
                "use kms.client(principal=…) or kms.acting_as(…)."
            )
        from ..doors.credentials import access_key_of, secrets_of  # not at the top: few need them

        token_key = self._home.registry.token_key
        key = access_key_of(token_key, self._name)
        for backend in {self._home, self._backend}:
            backend.give_key(key, self._name)
        secret, token = secrets_of(token_key, self._name, key)
        found = {"aws_access_key_id": key, "aws_secret_access_key": secret}
        if token is not None:
            found["aws_session_token"] = token
        return found

    @property
    def env(self) -> Mapping[str, str]:
        """The same as environment variables, for `monkeypatch.setenv` and other programs."""
        return {name.upper(): value for name, value in self.credentials.items()}

    @property
    def _identity(self) -> Identity:
        return self._backend.registry.state.principals.identity(self._name)

    @property
    def _backend(self) -> Backend:
        return innermost_fork_of(self._home)


def name_of(principal: Any) -> str:
    """Return the ARN, or the name of a service, that *principal*, a handle or text, means."""
    if isinstance(principal, Principal):
        return principal.arn
    from ..service.values.identity import identity_named  # not at the top: few tests need it

    identity_named("principal", principal)
    return str(principal)
