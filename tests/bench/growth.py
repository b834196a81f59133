"""Many keys: whether an operation slows down, and what a key and a call weigh."""

from __future__ import annotations

import contextlib
import functools
import gc
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from pytest_kmsmock import KmsMock, mock_kms
from pytest_kmsmock.doors import opening
from pytest_kmsmock.service.operations.table import OPERATIONS
from pytest_kmsmock.service.state.state import Draft
from pytest_kmsmock.service.values.grant import Grant

from .figures import Figure, Form, settled
from .rows import Row, State, first_rows, mocked_rows
from .sides import new_client
from .timing import Call, Prepare, Spread, compared, in_turns, medians

SECTION: Final = "growth"
MEMORY_SECTION: Final = "memory"
_FEW: Final = 10
_LIMIT: Final = 2.0
_SHORT_LIMIT: Final = 4.0
_KEY_BYTES: Final = 2_000
_CALL_BYTES: Final = 1_500
_SHORT_FACTOR: Final = 1.5
_MEMORY_ROUNDS: Final = 3
_GRANTEE: Final = "arn:aws:iam::123456789012:role/bench"
# What looks at the grants of a key, or could.
_OF_GRANTS: Final = (
    *("Encrypt", "DescribeKey", "CreateGrant"),
    *("ListGrants", "RetireGrant", "RevokeGrant"),
)


class Nest:
    """
    Two active mocks, one with few keys and one with many, that take turns.

    The one with many is the inner one; taken off the stack for a while, it
    leaves the answers to the outer one.
    """

    def __init__(self, few: KmsMock, many: KmsMock) -> None:
        self._mocks: Mapping[str, KmsMock] = {"few": few, "many": many}
        self._many = many
        self._turn = "many"

    def give_turn(self, name: str) -> None:
        """Let *name*, ``few`` or ``many``, answer."""
        self._mocks[name].calls.clear()
        if name != self._turn:
            backend = self._many._backend
            opening.open_(backend) if name == "many" else opening.close(backend)
            self._turn = name

    def delete(self, arn: str) -> None:
        """Delete the key *arn* of the mock that answers."""
        self._mocks[self._turn].key(arn).delete()

    @contextlib.contextmanager
    def grants(self, key_id: str, number: int) -> Iterator[None]:
        """Have *number* grants on a key of the mock with many; by calls it would take seconds."""
        registry = self._many._backend.registry
        arn = self._many.key(key_id).arn
        grants = [
            Grant(
                id=f"{index:064x}",
                name=f"grant-{index}",
                key_arn=arn,
                members={"GranteePrincipal": _GRANTEE, "Operations": ["DescribeKey"]},
                issuing_account=self._many.account,
                creation_date=0.0,
            )
            for index in range(number)
        ]

        def put(draft: Draft) -> None:
            for grant in grants:
                draft.put_grant(grant)

        def remove(draft: Draft) -> None:
            for grant in draft.grants.of_key(arn):
                draft.remove_grant(grant)

        registry.change(put)
        try:
            yield
        finally:
            registry.change(remove)


def measured(form: Form) -> Iterator[Figure]:
    """Yield the figures of all operations with few and with many keys, then those of memory."""
    client = new_client()
    yield from _memory(client, form)
    with mock_kms() as few:
        _fill(few, _FEW)
        with mock_kms() as many:
            _fill(many, form.many)
            gc.collect()
            gc.freeze()  # or each collection would walk through all keys
            for mock in (few, many):
                # Each try leaves its custom key stores behind.
                mock.quotas.custom_key_stores = 1_000
            nest = Nest(few, many)
            try:
                for row in first_rows():
                    measure = functools.partial(_measure, row, nest, client, form)
                    yield from settled(measure, form, lasts=False)
                if "CreateGrant" in OPERATIONS:
                    yield from _grants(nest, client, form)
            finally:
                nest.give_turn("many")
                gc.unfreeze()


def _fill(mock: KmsMock, number: int) -> None:
    """Make *number* keys, each with an alias."""
    for index in range(number):
        mock.create_key(alias=f"alias/key-{index}")


def _measure(row: Row, nest: Nest, client: Any, form: Form) -> list[Figure]:
    states: dict[str, State] = {}
    for name in ("few", "many"):
        nest.give_turn(name)
        states[name] = row.setup(client)
    subjects = {name: _subject(name, row, nest, client, states[name]) for name in states}
    key_id = states["many"].get("key")
    with contextlib.nullcontext() if key_id is None else nest.grants(key_id, form.grants):
        return [_figure(f"{row.name}, {form.many:,} keys", "÷ 10 keys", subjects, form)]


def _grants(nest: Nest, client: Any, form: Form) -> Iterator[Figure]:
    """Yield the figures of operations on a key with many grants."""
    for row in mocked_rows():
        if row.operation not in _OF_GRANTS or row.spec != "SYMMETRIC_DEFAULT":
            continue
        nest.give_turn("few")
        states = {"few": row.setup(client), "many": row.setup(client)}
        for number in range(form.grants):
            client.create_grant(
                KeyId=states["many"]["key"],
                GranteePrincipal=_GRANTEE,
                Operations=["Encrypt"],
                Name=f"grant-{number}",
            )
        subjects = {
            name: _subject("few", row, nest, client, state) for name, state in states.items()
        }
        name = f"{row.name}, {form.grants:,} grants on the key"
        yield from settled(
            functools.partial(_figures, name, "÷ none", subjects, form), form, lasts=False
        )


def _figures(name: str, of: str, subjects: Mapping[str, Prepare], form: Form) -> list[Figure]:
    return [_figure(name, of, subjects, form)]


def _subject(turn: str, row: Row, nest: Nest, client: Any, state: State) -> Prepare:
    prepare_row = row.subject(client, state)
    made: list[str] = []

    def prepare() -> Call:
        nest.give_turn(turn)
        # Few keys are to stay few.
        while made:
            nest.delete(made.pop())
        before = state.get("arn")
        call: Callable[[], Any] = prepare_row()
        if before is not None and state["arn"] != before:
            made.append(before)
        if not row.makes_keys:
            return call
        return lambda: made.append(call()["KeyMetadata"]["Arn"])

    return prepare


def _figure(name: str, of: str, subjects: Mapping[str, Prepare], form: Form) -> Figure:
    times = in_turns(subjects, form.growth_seconds)
    return Figure(
        section=SECTION,
        name=name,
        of=of,
        spread=compared(times, lambda part: part["many"] / part["few"]),
        budget=_LIMIT,
        short_budget=_SHORT_LIMIT,
        detail={f"{key} µs": value for key, value in medians(times).items()},
    )


def _memory(client: Any, form: Form) -> Iterator[Figure]:
    """Yield what a key holds, and what the record of a call."""
    with mock_kms() as mock:

        def key_bytes() -> float:
            before = _traced()
            for _ in range(form.calls):
                client.create_key()
                mock.calls.clear()
            return (_traced() - before) / form.calls

        yield _weight("a key", key_bytes, _KEY_BYTES)
    with mock_kms() as mock:
        key_id = mock.create_key(alias="alias/weight").id
        blob = client.encrypt(KeyId=key_id, Plaintext=b"k" * 32)["CiphertextBlob"]
        for name, call in {
            "a call of Encrypt": lambda: client.encrypt(KeyId=key_id, Plaintext=b"k" * 32),
            "a call of Decrypt": lambda: client.decrypt(CiphertextBlob=blob),
            "a call of GenerateDataKey": lambda: client.generate_data_key(
                KeyId="alias/weight", KeySpec="AES_256", EncryptionContext={"tenant": "42"}
            ),
            "a call of DescribeKey": lambda: client.describe_key(KeyId=key_id),
        }.items():
            measure = functools.partial(_record_bytes, mock, call, form)
            yield _weight(name, measure, _CALL_BYTES)


def _record_bytes(mock: KmsMock, call: Callable[[], object], form: Form) -> float:
    """Return the bytes that are free again once the record of a *call* is cleared."""
    mock.calls.clear()
    for _ in range(form.calls):
        call()
    recorded = _traced()
    mock.calls.clear()
    return (recorded - _traced()) / form.calls


def _weight(name: str, measure: Callable[[], float], budget: float) -> Figure:
    weights = []
    for _ in range(_MEMORY_ROUNDS):
        tracemalloc.start()
        try:
            weights.append(measure())
        finally:
            tracemalloc.stop()
    return Figure(
        section=MEMORY_SECTION,
        name=name,
        of="",
        unit="bytes",
        spread=Spread.of(weights),
        budget=budget,
        short_budget=budget * _SHORT_FACTOR,
    )


def _traced() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
