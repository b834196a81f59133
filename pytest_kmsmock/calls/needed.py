"""What calls needed of IAM, by what is on record of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs

from ..backend import Acting, Backend
from ..record import Row
from ..service.authorization.decision import Outcome, Ruling, decide
from ..service.authorization.permissions import AUTHORITIES, Asked
from ..service.authorization.query import Query
from ..service.values.grant import Grant
from ..service.values.identity import Identity, identity_of
from ..service.values.key import KmsKey
from .least_privilege import Needed

_WITH_CONTEXT: Final = frozenset(
    f"kms:{name}"
    for name in (
        *("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey"),
        *("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"),
        "GenerateDataKeyWithoutPlaintext",
    )
)
# The role by which EC2 opens the keys of volumes.
_INFRASTRUCTURE: Final = ":assumed-role/aws:ec2-infrastructure/"
# Decisions for which the caller's IAM policies were needed, or would have been.
_BY_IAM: Final = (
    Outcome.ACCOUNT,
    Outcome.BOTH_ACCOUNTS,
    Outcome.IAM,
    Outcome.NO_IAM,
    Outcome.NO_KEY_POLICY,
)


def needed_by(rows: Iterable[Row], backend: Backend) -> Iterator[Needed]:
    """Yield what the calls of *rows* needed that were not refused, of *backend*."""
    for row in rows:
        # A service that calls by its own name needs nothing of the application's.
        if row.asked is not None and not _is_refused(row) and not _is_service(row):
            for asked in row.asked or _plain(row):
                if _needs_iam(asked, row, backend):
                    yield _needed(asked, row, backend)


def _is_refused(row: Row) -> bool:
    return row.error is not None and row.error.code == "AccessDeniedException"


def _is_service(row: Row) -> bool:
    principal = row.caller.principal or ""
    is_own = not principal.startswith("arn:") or _INFRASTRUCTURE in principal
    return row.via is not None and bool(principal) and is_own


def _plain(row: Row) -> Iterator[Asked]:
    for key in row.keys[:1]:
        yield Asked(f"kms:{row.operation}", "key", key.arn, row.region, key, aliases=row.aliases)


def _needs_iam(asked: Asked, row: Row, backend: Backend) -> bool:
    """Tell whether it takes an IAM policy, and not the key policy or a grant alone."""
    for ruling in row.rulings or ():
        if _is_on(ruling, asked):
            caller = ruling.query.caller
            by_right = ruling.right is not None and ruling.right.startswith("IAM")
            return caller.kind != "root" and (ruling.outcome in _BY_IAM or by_right)
    caller = _caller(row, backend)
    return caller.kind != "root" and not decide(_query(asked, row, caller), _World(asked)).allows


def _is_on(ruling: Ruling, asked: Asked) -> bool:
    query = ruling.query
    return (query.permission, query.resource) == (asked.permission, asked.resource)


def _caller(row: Row, backend: Backend) -> Identity:
    """Return the caller, without policies; of whom nobody has said more, the application."""
    caller = row.caller
    acting = backend.acting
    name = caller.principal
    if name is None:
        who = Acting(None) if acting is None else acting
        name = who.name_in(row.region, caller.account)
    found = identity_of(name)
    assert found is not None  # so it was when the call was made
    return found


def _query(asked: Asked, row: Row, caller: Identity) -> Query:
    return Query(
        permission=asked.permission,
        resource=asked.resource,
        authority=AUTHORITIES.get(asked.on, "iam"),
        caller=caller,
        region=asked.region,
        now=row.time,
        params=row.params if asked.params is None else asked.params,
        key=asked.key,
        grant=asked.grant,
    )


@attrs.frozen
class _World:
    """What is known of a key afterwards: as it was, without grants."""

    asked: Asked

    def policy_of(self, key: KmsKey) -> str:
        return key.policy

    def tags_of(self, key: KmsKey) -> Iterable[tuple[str, str]]:
        return key.tags

    def aliases_of(self, key: KmsKey) -> Sequence[str]:
        return self.asked.aliases

    def has_too_many_aliases(self, key: KmsKey) -> bool:
        return False

    def unused_since(self, key: KmsKey) -> float:
        return key.creation_date

    def grants_to(self, key: KmsKey, grantee: str) -> Iterable[Grant]:
        return ()

    def is_seen(self, grant: Grant) -> bool:
        return True


def _needed(asked: Asked, row: Row, backend: Backend) -> Needed:
    context: Mapping[str, str] | None = None
    if asked.permission in _WITH_CONTEXT:
        context = _query(asked, row, _caller(row, backend)).encryption_context
    return Needed(
        asked.permission,
        _resource(asked),
        tuple(sorted(asked.aliases)),
        None if context is None else tuple(sorted(context.items())),
    )


def _resource(asked: Asked) -> str:
    """Return what a policy can name that is to hold in the next run too."""
    before, slash, key_id = asked.resource.partition(":key/")
    if not slash or key_id.endswith("*") or (asked.key is not None and asked.key.has_fixed_id):
        return asked.resource
    return f"{before}:key/*"
