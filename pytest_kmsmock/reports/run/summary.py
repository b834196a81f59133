"""The summary of a run: operations, their failures, keys, and the tests behind each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

import attrs

from ...failures import name_of
from .rows import KeyRow, RunRow, TestRow


@attrs.frozen
class OperationUse:
    """
    What a run used of an operation.

    Attributes:
        errors: How often each error was seen, by code; also those that botocore tried again.
        provoked: The failures that tests have met, each with those tests.
        not_provoked: Those that none has met.
        tests: Those that call it.
        sources: The lines that call it, each with its function.
    """

    name: str
    calls: int
    errors: Mapping[str, int]
    provoked: Mapping[str, tuple[str, ...]]
    not_provoked: tuple[str, ...]
    tests: tuple[TestRow, ...]
    sources: Mapping[str, str]


@attrs.frozen
class KeyUse:
    """
    What a run used of a key, or of all keys of one kind that have no name.

    Attributes:
        name: None for those without a name.
        states: How many calls met it in each state.
        tests: The IDs of those that used it.
        principals: The ARNs of the callers.
    """

    name: str | None
    spec: str
    usage: str
    account: str
    region: str
    states: Mapping[str, int]
    calls: int
    tests: tuple[str, ...]
    principals: tuple[str, ...]


@attrs.frozen
class Summary:
    """
    What a run used.

    Attributes:
        operations: By name, in order.
        provoked: How many of the failures tests have met.
        failures: How many failures there are, of the operations that were called.
    """

    run: RunRow
    operations: Mapping[str, OperationUse]
    keys: tuple[KeyUse, ...]
    calls: int
    provoked: int
    failures: int

    @property
    def percent(self) -> float:
        """How many of a hundred failures tests have met; 0 if there are none to meet."""
        return 100 * self.provoked / self.failures if self.failures else 0.0

    @property
    def shown_percent(self) -> str:
        """With one decimal, never rounded up: what is below a limit does not look like it."""
        return f"{int(self.percent * 10) / 10:g} %"


class _Operation:
    def __init__(self) -> None:
        self.calls = 0
        self.errors: Counter[str] = Counter()
        self.met: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self.tests: list[TestRow] = []
        self.sources: dict[str, str] = {}


class _Key:
    def __init__(self) -> None:
        self.states: Counter[str] = Counter()
        self.calls = 0
        self.tests: dict[str, None] = {}
        self.principals: dict[str, None] = {}


def summary_of(run: RunRow) -> Summary:
    operations: defaultdict[str, _Operation] = defaultdict(_Operation)
    keys: defaultdict[KeyRow, _Key] = defaultdict(_Key)
    for test in run.tests:
        called: dict[str, None] = {}
        for call, times, _ in test.steps:
            operation = operations[call.operation]
            operation.calls += times
            called[call.operation] = None
            operation.sources.setdefault(call.source, call.function)
            for code in call.errors:
                operation.errors[code] += times
                operation.met[name_of(code)][test.id] = None
            for row, state in call.keys:
                key = keys[row if row.is_named else attrs.evolve(row, name="")]
                key.calls += times
                key.states[state] += times
                key.tests[test.id] = None
                key.principals[call.principal] = None
        for name in called:
            operations[name].tests.append(test)
    used = {name: _use_of(name, operations[name], run) for name in sorted(operations)}
    return Summary(
        run,
        used,
        tuple(_key_use(row, keys[row]) for row in sorted(keys, key=_order_of_keys)),
        sum(use.calls for use in used.values()),
        sum(len(use.provoked) for use in used.values()),
        sum(len(use.provoked) + len(use.not_provoked) for use in used.values()),
    )


def _use_of(name: str, operation: _Operation, run: RunRow) -> OperationUse:
    failures = run.failures.get(name, ())
    return OperationUse(
        name,
        operation.calls,
        dict(sorted(operation.errors.items())),
        {each: tuple(operation.met[each]) for each in failures if each in operation.met},
        tuple(each for each in failures if each not in operation.met),
        tuple(operation.tests),
        operation.sources,
    )


def _key_use(row: KeyRow, key: _Key) -> KeyUse:
    return KeyUse(
        row.name or None,
        row.spec,
        row.usage,
        row.account,
        row.region,
        dict(sorted(key.states.items(), key=lambda item: (-item[1], item[0]))),
        key.calls,
        tuple(key.tests),
        tuple(sorted(key.principals)),
    )


def _order_of_keys(row: KeyRow) -> tuple[object, ...]:
    # Those without a name last.
    return (not row.name, row.name, row.region, row.account, row.spec, row.usage)
