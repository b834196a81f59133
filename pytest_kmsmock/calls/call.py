"""A call, as a test reads it."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs

from .. import sources
from ..backend import Backend
from ..comparing import Members
from ..handles import words
from ..handles.key import Key
from ..record import CallError, Row
from ..service.api.shapes import member_names
from ..service.api.times import in_utc
from ..service.misuse import KmsMockError
from .decision import Decision, decision_on, explanation_of
from .showing import shown


class Call:
    """
    One call of KMS, as the service saw it.

    To ask `params` or `response` for a name that no request or response has raises
    `KmsMockError`, and so does a comparison of `operation`, `key_states` or the error's code
    with a word that KMS does not have.

    Args:
        row: What is on record of it.
        backend: The mock whose record that is, and whose keys it concerned.
    """

    __slots__ = ("_backend", "_row")

    def __init__(self, row: Row, backend: Backend) -> None:
        self._row = row
        self._backend = backend

    def __eq__(self, other: object) -> bool:
        __tracebackhide__ = True
        if isinstance(other, str):
            raise KmsMockError(
                f"a call never equals the text {other!r}; compare its operation, "
                f"{self.operation!r}."
            )
        return other._row is self._row if isinstance(other, Call) else NotImplemented

    def __hash__(self) -> int:
        return id(self._row)

    def __deepcopy__(self, memo: dict[int, Any]) -> Call:
        # The mock is no part of it.
        return Call(copy.deepcopy(self._row, memo), self._backend)

    @property
    def operation(self) -> str:
        """The operation as in the API, ``GenerateDataKey``."""
        return words.operation(self._row.operation)

    @property
    def params(self) -> Mapping[str, Any]:
        """The request's members: blobs as bytes, nothing added."""
        return Members(self._row.params, member_names)

    @property
    def response(self) -> Mapping[str, Any] | None:
        """What the application got, without ResponseMetadata; None if it got an error."""
        response = self._row.response
        return None if response is None else Members(response, member_names)

    @property
    def error(self) -> CallError | None:
        """What AWS refused the call with, or None."""
        error = self._row.error
        return None if error is None else attrs.evolve(error, code=words.error_code(error.code))

    @property
    def principal(self) -> str:
        """The caller's ARN, as AWS shows it: a role by its session."""
        return self._row.principal

    @property
    def decision(self) -> Decision | None:
        """
        What policies and grants said to it, ``allowed`` and ``reason``.

        None if they were not asked: they are not enforced, or the call went wrong before.
        `KmsMock.explain` tells more.
        """
        return decision_on(self._row)

    @property
    def account(self) -> str:
        """The caller's account."""
        return self._row.caller.account

    @property
    def region(self) -> str:
        """The client's Region."""
        return self._row.region

    @property
    def request_id(self) -> str:
        """As in ResponseMetadata."""
        return self._row.request_id

    @property
    def via(self) -> str | None:
        """The service of AWS that asked for the caller, ``s3.amazonaws.com``; None if none did."""
        return self._row.via

    @property
    def retries(self) -> int:
        """How often botocore tried again; more than 0 only where a fault was scheduled."""
        return self._row.retries

    @property
    def time(self) -> dt.datetime:
        """When it was, in the service's time; UTC."""
        return in_utc(self._row.time)

    @property
    def source(self) -> str:
        """
        The line of the application that made the call, as ``path:line``.

        It passes over installed packages, so a call that a library makes for the application is
        the application's own.
        """
        return sources.shown(self._row.source)

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys that the call concerned: ReEncrypt's are the source and the destination."""
        return tuple(Key(key.arn, self._backend) for key in self._row.keys)

    @property
    def key(self) -> Key | None:
        """The first of `keys`, or None if there are none."""
        return self.keys[0] if self._row.keys else None

    @property
    def key_states(self) -> tuple[str, ...]:
        """The states of `keys` when the call was made."""
        return tuple(words.state(key.state) for key in self._row.keys)

    @property
    def _explanation(self) -> str:
        return explanation_of(self._row)

    def __repr__(self) -> str:
        outcome = f" -> {self.error.code}" if self.error else ""
        via = f" via {self.via}" if self.via else ""
        return f"<Call {self.operation}({shown(self.params)}){via}{outcome}>"
