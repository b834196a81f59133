"""The caller of a call, found by the credentials that sign it."""

from __future__ import annotations

import functools
import re
import sys
from typing import Any, Final

from ..backend import Backend
from ..checks import checked_account
from ..service.values.caller import Caller

# Where credentials come from whose account the program does not state: botocore's
# providers that ask the environment, a service or the network.
_ASKING_PROVIDERS: Final = frozenset(
    ("env", "sso", "login", "container-role", "iam-role", "assume-role-with-web-identity")
)


class AccessKey(str):
    """The ID of an access key that the plugin has made, and who signs with it."""

    caller: Caller


def access_key_of(principal: str, number: int, account: str) -> AccessKey:
    """
    Return access key *number*, that of *principal*, an ARN or a service.

    Args:
        account: The mock's, in which a service is called.
    """
    key = AccessKey(f"AKIAKMSMOCK{number:09d}")
    key.caller = caller_named(principal, account, str(key))
    return key


def caller_named(principal: str, account: str, access_key: str = "") -> Caller:
    """Return *principal* as a caller."""
    from ..service.values.identity import identity_named  # not at the top: few tests need it

    identity = identity_named("principal", principal)
    return Caller(identity.account or account, principal, access_key, shown=identity.arn)


def caller_of(signer: Any, session: Any, backend: Backend, region: str) -> Caller:
    """
    Return who signs the calls of a client.

    Nothing is resolved to learn it: credentials that would have to be asked for
    are not known yet.

    Args:
        signer: The client's.
        session: That which made the client, if it is known.
        backend: The mock that is called.
        region: Where.
    """
    credentials = signer._credentials
    # Not the properties: those of credentials that can be refreshed ask for them.
    known = {} if credentials is None else vars(credentials)
    key = known.get("access_key") or known.get("_access_key") or ""
    if isinstance(key, AccessKey):
        return key.caller
    owner = backend.registry.state.principals.access_keys.get(key)
    if owner is not None:
        return _named(owner, backend.account, key)
    if key and "moto.sts.models" in sys.modules:
        role = _session_of_moto(key)
        if role is not None:
            return _session_of_role(role.account_id, role.arn, role.role_arn, key)
    own = account_given(known, session)
    acting = backend.acting
    if acting is not None and (own is None or acting.whoever_calls):
        return _named(acting.name_in(region, backend.account), backend.account, key)
    return _plain(backend.account if own is None else own, key)


def caller_of_key(backend: Backend, access_key: str, region: str) -> Caller:
    """
    Return who signs calls in *region* with *access_key*, of which no more is known.

    Args:
        access_key: Its ID; empty is no key at all.
    """
    owner = backend.registry.state.principals.access_keys.get(access_key)
    if owner is not None:
        return _named(owner, backend.account, access_key)
    acting = backend.acting
    if acting is not None:
        return _named(acting.name_in(region, backend.account), backend.account, access_key)
    return _plain(backend.account, access_key)


_named = functools.lru_cache(maxsize=256)(caller_named)


@functools.lru_cache(maxsize=256)
def _session_of_role(account: str, arn: str, role: str, access_key: str) -> Caller:
    return Caller(account, arn, access_key, role, shown=arn)


# Nearly all calls of a run are of a few callers.
@functools.lru_cache(maxsize=256)
def _plain(account: str, access_key: str) -> Caller:
    return Caller(checked_account("the account of these credentials", account), None, access_key)


def account_given(known: dict[str, Any], session: Any) -> str | None:
    """
    Return the account that the program has given its client, its session or their profile.

    Args:
        known: The attributes of the credentials; empty if there are none.
    """
    method = known.get("method")
    if method == "explicit":
        account: str | None = known.get("account_id")
        return account
    if session is None or method in _ASKING_PROVIDERS:
        return None
    profile = session.instance_variables().get("profile")
    if profile in (None, "default"):
        return None
    return _account_of_profile(session.full_config.get("profiles", {}).get(profile, {}))


def _account_of_profile(profile: dict[str, Any]) -> str | None:
    """Return the account that *profile* of a configuration file states."""
    if "sso_account_id" in profile:
        return None
    role = re.match("arn:[^:]*:iam::([0-9]{12}):role/", str(profile.get("role_arn")))
    return role[1] if role else profile.get("aws_account_id")


def _session_of_moto(access_key: str) -> Any:
    """Return the session of a role that moto's STS has handed *access_key* out for, or None."""
    if not sys.modules["moto.core.models"].MockAWS._mocks_active:
        return None
    backends = sys.modules["moto.sts.models"].sts_backends
    for account in list(backends.values()):
        for backend in list(account.values()):
            found = backend.get_assumed_role_from_access_key(access_key)
            if found is not None:
                return found
    return None
