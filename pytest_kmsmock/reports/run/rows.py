"""
Rows of a run report: what each test called, without any value that it called with.

They are small, and hold nothing of the test's mock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import attrs

PHASES: Final = ("setup", "call", "teardown")


@attrs.frozen
class KeyRow:
    """
    A key, as a report knows it.

    Attributes:
        name: An alias, or an ID that the test has given it. Else ``key 1``, ``key 2``, …
            in the order in which its test came to use them.
        is_named: It is the same key, as far as a reader can tell, in other tests.
    """

    name: str
    is_named: bool
    spec: str
    usage: str
    account: str
    region: str


@attrs.frozen
class CallRow:
    """
    A call.

    Attributes:
        phase: One of `PHASES`.
        error: The code of the error that the application got, None if it got an answer.
        retried: The codes of the errors that made botocore try again, in order.
        keys: Those that it concerned, each with the state that it was in.
        source: The line that made it, as ``path:line``.
        function: Its function's qualified name.
        principal: The caller's ARN.
        region: The client's.
    """

    phase: str
    operation: str
    error: str | None
    retried: tuple[str, ...]
    keys: tuple[tuple[KeyRow, str], ...]
    source: str
    function: str
    principal: str
    region: str

    @property
    def errors(self) -> tuple[str, ...]:
        """The codes of all errors that it met."""
        return self.retried if self.error is None else (*self.retried, self.error)


class Step(NamedTuple):
    """
    Calls of a test, one after the other, that are all alike.

    Attributes:
        seconds: How long after the first call of the test, by the service's clock.
    """

    call: CallRow
    times: int
    seconds: int


@attrs.frozen
class Recipe:
    """
    How another test calls the function of this one.

    Attributes:
        function: Its name.
        within: The class whose method it is, by its qualified name; None if it is none.
        arguments: The names of its arguments, self aside.
        is_marked: It has markers of its own, which the other test needs too.
    """

    function: str
    within: str | None
    arguments: tuple[str, ...]
    is_async: bool
    is_marked: bool


@attrs.frozen
class TestRow:
    """
    What one test called.

    Attributes:
        id: Its node ID.
        outcome: ``passed``, ``failed``, ``error``, ``skipped``, …; how pytest says it.
        recipe: None if no other test can call it under a failure.
    """

    __test__ = False  # for pytest, which looks for tests by their names

    id: str
    outcome: str
    steps: tuple[Step, ...]
    recipe: Recipe | None = None

    @property
    def calls(self) -> int:
        """How many there were."""
        return sum(step.times for step in self.steps)


@attrs.frozen
class RunRow:
    """
    A run, or several together.

    Attributes:
        ids: Of each run one, by which it is known when it comes again.
        tests: Those that called KMS.
        count: How many tests ran in all.
        crashed: Tests in which a worker crashed, whose calls are missing.
        failures: The names of the failures of each operation that was called.
    """

    ids: tuple[str, ...]
    tests: tuple[TestRow, ...]
    count: int
    crashed: tuple[str, ...]
    failures: Mapping[str, tuple[str, ...]]


def steps_of(calls: Iterable[tuple[CallRow, int]]) -> Iterator[Step]:
    """Yield the steps of *calls*, each with the second in which it was made."""
    last: Step | None = None
    for call, seconds in calls:
        if last is not None and (last.call, last.seconds) == (call, seconds):
            last = last._replace(times=last.times + 1)
            continue
        if last is not None:
            yield last
        last = Step(call, 1, seconds)
    if last is not None:
        yield last


def merged(runs: Sequence[RunRow]) -> RunRow:
    """Return *runs* as one. One that comes twice counts once."""
    known: set[str] = set()
    ids: list[str] = []
    tests: list[TestRow] = []
    crashed: dict[str, None] = {}
    failures: dict[str, dict[str, None]] = {}
    count = 0
    for run in runs:
        if known.issuperset(run.ids):
            continue
        known.update(run.ids)
        ids += run.ids
        tests += run.tests
        count += run.count
        crashed.update(dict.fromkeys(run.crashed))
        # Runs may have had different versions of botocore.
        for operation, names in run.failures.items():
            failures.setdefault(operation, {}).update(dict.fromkeys(names))
    return RunRow(
        tuple(ids),
        tuple(tests),
        count,
        tuple(crashed),
        {operation: tuple(names) for operation, names in failures.items()},
    )
