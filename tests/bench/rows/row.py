"""What a row says, and the parts that many rows are made of."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

import attrs

from pytest_kmsmock.service.operations.table import OPERATIONS
from pytest_kmsmock.service.values.specs import KEY_SPECS

from ..sides import method
from ..timing import Call

State = dict[str, Any]
Params = dict[str, Any]

ACCOUNT: Final = "123456789012"
PLAINTEXT: Final = b"k" * 32


def nothing(_client: Any, _state: State) -> None:
    """Prepare nothing."""


def no_params(_: State) -> Params:
    return {}


@attrs.frozen(kw_only=True)
class Row:
    """
    How one operation is measured.

    Attributes:
        variant: Tells rows of one operation apart.
        spec: The key spec that it needs.
        setup: Makes keys and what else the request needs.
        before: Makes the same call possible once more; not timed.
        params: The request.
        bare: Makes the bare call of `cryptography` in it.
        floor_limit: The budget as a multiple of the floor.
        makes_keys: Each call leaves a key behind.
        needs: Another operation that *setup* or *before* calls.
    """

    operation: str
    variant: str = ""
    spec: str = "SYMMETRIC_DEFAULT"
    setup: Callable[[Any], State] = lambda client: new_key(client)
    before: Callable[[Any, State], None] = nothing
    params: Callable[[State], Params] = no_params
    bare: Callable[[], Call | None] | None = None
    floor_limit: float | None = None
    makes_keys: bool = False
    needs: str | None = None

    @property
    def name(self) -> str:
        return f"{self.operation} {self.variant}".rstrip()

    @property
    def is_mocked(self) -> bool:
        return (
            self.operation in OPERATIONS
            and self.spec in KEY_SPECS
            and (self.needs is None or self.needs in OPERATIONS)
        )

    def subject(self, client: Any, state: State) -> Callable[[], Call]:
        """Return what prepares one call of the row after the other; see `timing.in_turns`."""
        timed = self.timed(client, state)

        def prepare() -> Call:
            self.before(client, state)
            return timed()

        return prepare

    def timed(self, client: Any, state: State) -> Callable[[], Call]:
        """Return `subject` without what comes before."""
        call = method(client, self.operation)
        return lambda: functools.partial(call, **self.params(state))


def new_key(
    client: Any,
    spec: str = "SYMMETRIC_DEFAULT",
    usage: str = "ENCRYPT_DECRYPT",
    **others: Any,
) -> State:
    """Make a key; the state's ``key`` is its ID, ``arn`` its ARN."""
    created = client.create_key(KeySpec=spec, KeyUsage=usage, **others)["KeyMetadata"]
    return {"key": created["KeyId"], "arn": created["Arn"]}


def key_id(state: State) -> Params:
    return {"KeyId": state["key"]}


def first_page(_: State) -> Params:
    # As long whether there are 10 entries or 100,000.
    return {"Limit": 10}


def simple(operation: str, **params: Any) -> Row:
    """Return the row of an operation on a key that may be repeated at will."""
    return Row(operation=operation, params=lambda state: {**key_id(state), **params})


def calling(operation: str, **params: Any) -> Callable[[Any, State], None]:
    """Return what calls *operation* with the key."""

    def call(client: Any, state: State) -> None:
        method(client, operation)(**key_id(state), **params)

    return call


def key_after(operation: str, **params: Any) -> Callable[[Any], State]:
    """Return what makes a key and calls *operation* with it."""

    def setup(client: Any) -> State:
        state = new_key(client)
        calling(operation, **params)(client, state)
        return state

    return setup


def key_with_alias(client: Any) -> State:
    state = new_key(client)
    alias = f"alias/bench-{state['key']}"
    client.create_alias(AliasName=alias, TargetKeyId=state["key"])
    return {**state, "alias": alias, "other": new_key(client)["key"]}
