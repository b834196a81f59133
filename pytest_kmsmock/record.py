"""The record: a row for each call that the application made, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from .remains import Remains
from .service.authorization.permissions import Asked
from .service.misuse import KmsMockError
from .service.serving.request import Request
from .service.values.caller import Caller
from .service.values.key import KmsKey
from .sources import Source

if TYPE_CHECKING:
    # Most mocks decide nothing.
    from .service.authorization.decision import Ruling


@attrs.frozen(eq=False)
class CallError:
    """What AWS refused a call with: the exception's code and message."""

    code: str
    message: str

    def __eq__(self, other: object) -> bool:
        __tracebackhide__ = True
        kind = other if isinstance(other, type) else type(other)
        if issubclass(kind, str | BaseException):
            raise KmsMockError(
                f"the error of a call never equals {other!r}; compare its code, {self.code!r}."
            )
        return other._parts == self._parts if isinstance(other, CallError) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._parts)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code

    @property
    def _parts(self) -> tuple[str, str]:
        return self.code, self.message


class Row(NamedTuple):
    """
    One call, without what only the service needed.

    Attributes:
        response: What the service answered; None if it refused.
        principal: The caller's ARN, as AWS would show it.
        time: Seconds since the epoch, by the service's clock.
        keys: Those that the call concerned, as they were.
        retries: How often botocore had tried before.
        aliases: Those of the first of the keys, then.
        asked: The permissions that it asked for; None if it did not come to that. Empty
            if it was that of the operation's own name, on the first of the keys.
        rulings: What policies said to each; None if they are not enforced, empty if
            the caller stands outside of them.
        via: The service that asked for the caller, ``s3.amazonaws.com``; None if the caller
            itself did.
    """

    operation: str
    params: Mapping[str, Any]
    response: Mapping[str, Any] | None
    error: CallError | None
    caller: Caller
    principal: str
    region: str
    request_id: str
    time: float
    keys: tuple[KmsKey, ...]
    source: Source | None
    retries: int
    aliases: tuple[str, ...]
    asked: tuple[Asked, ...] | None
    rulings: tuple[Ruling, ...] | None
    via: str | None

    # What was asked for and answered may be secret.
    def __repr__(self) -> str:
        return f"<row of {self.operation}, {self.request_id}>"


def row_of(
    request: Request,
    response: Mapping[str, Any] | None,
    error: CallError | None,
    source: Source | None,
    retries: int = 0,
) -> Row:
    return Row(
        request.operation,
        request.params,
        response,
        error,
        request.caller,
        request.principal,
        request.region,
        request.id,
        request.now,
        request.keys,
        source,
        retries,
        _aliases(request),
        request.asked,
        request.rulings,
        request.via,
    )


def _aliases(request: Request) -> tuple[str, ...]:
    if not request.keys:
        return ()
    key = request.keys[0]
    resources = request.resources
    if key.account != request.account or key.region != request.region:
        resources = request.state.resources(key.account, key.region)
    return resources.aliases_of(key.key_id)


# Whether somebody takes the calls when a test is over, who wants those too that it has cleared.
_keeps_cleared = False


def keep_cleared(wanted: bool) -> bool:
    """Keep the calls that are cleared, for `Record.take`; return whether that was so before."""
    global _keeps_cleared
    before, _keeps_cleared = _keeps_cleared, wanted
    return before


class Record:
    """
    What was called.

    Attributes:
        rows: To be read only. Whoever reads takes the list once: `clear` begins another.
        retried: The codes of the errors that made botocore try again, by the request ID
            that the call came to have.
        remains: What is secret in the calls that were cleared, and in what handles have done.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.retried: dict[str, tuple[str, ...]] = {}
        self.remains = Remains()
        self._taken = 0
        self._cleared: list[Row] = []
        self._told = 0

    def add(self, row: Row) -> None:
        self.rows.append(row)

    def add_retried(self, row: Row, codes: Sequence[str]) -> None:
        """Put a call on record that met errors of *codes* before it was answered as *row* says."""
        if codes:
            self.retried[row.request_id] = tuple(codes)
        self.add(row)

    def replace(self, before: Row, row: Row) -> None:
        """Put *row*, the next attempt, in the place of *before*, or at the end if that is gone."""
        rows = self.rows
        codes = self.retried.pop(before.request_id, ())
        if before.error is not None:
            self.retried[row.request_id] = (*codes, before.error.code)
        for number in range(len(rows) - 1, -1, -1):
            if rows[number] is before:
                rows[number] = row
                return
        rows.append(row)

    def clear(self) -> None:
        """Forget the calls so far."""
        if _keeps_cleared:
            self._cleared += self.rows[self._taken :]
        else:
            self.retried = {}
        self._taken = self._told = 0
        rows, self.rows = self.rows, []
        for row in rows:
            self.remains.add(row)

    def untold(self) -> list[Row]:
        """Return the calls since this was last asked."""
        rows = self.rows[self._told :]
        self._told = len(self.rows)
        return rows

    def take(self) -> list[Row]:
        """Return the calls since this was last asked, also those that were cleared since."""
        rows = self.rows
        taken = self._cleared + rows[self._taken :]
        self._cleared, self._taken = [], len(rows)
        return taken
