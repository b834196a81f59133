"""The report of a run: what it used of KMS, and which failures no test has provoked."""

from __future__ import annotations

import inspect
import re
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final, NamedTuple

import attrs
import pytest

from ..backend import Backend
from ..failures import failures_of
from ..record import Row
from ..reports.run import transport, writing
from ..reports.run.collecting import Collecting
from ..reports.run.rows import Recipe, RunRow, TestRow
from ..reports.run.summary import Summary, summary_of
from ..reports.run.text import as_text, verdict
from ..service.misuse import KmsMockError
from .taking import give_to

# On the report of a test's tear-down: its rows, as xdist can send them.
_ROWS: Final = "kmsmock_rows"
# When xdist reports on a test in which a worker has crashed.
_CRASH: Final = "???"
# A failure befalls the calls that a fixture's mock answers, also those of a wider one.
_MOCKS: Final = frozenset(("kms", "kms_class", "kms_module", "kms_session"))
# How a run ends that has come to its end.
_WHOLE: Final = (
    pytest.ExitCode.OK,
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.NO_TESTS_COLLECTED,
)


class Wanted(NamedTuple):
    """
    What the command line asks for.

    Attributes:
        files: The reports to write.
        prints: The report is printed too.
        fail_under: The percentage of failures below which the run fails, if there is one.
    """

    files: tuple[Path, ...]
    prints: bool
    fail_under: float | None


def begin(config: pytest.Config) -> None:
    """Have the report that the command line asks for."""
    config.pluginmanager.register(RowsOfTests(config), "kmsmock-report-rows")
    if not hasattr(config, "workerinput"):  # xdist's: a worker hands on what it has
        values = config.option.kms_reports or ()
        files = tuple(Path(value).absolute() for value in values if value)
        wanted = Wanted(files, not files or "" in values, config.option.kms_report_fail_under)
        config.pluginmanager.register(ReportOfRun(wanted), "kmsmock-report")


class RowsOfTests:
    """Collects what each test calls, and puts it on the report of the test: a plugin of pytest."""

    def __init__(self, config: pytest.Config) -> None:
        self._collecting = Collecting()
        give_to(self, config)

    def take(self, item: pytest.Item, phase: str, rows: list[Row], backend: Backend) -> None:
        self._collecting.add(phase, rows, backend)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, Any]:
        if call.when == "setup":  # also of a test that is run again
            self._collecting = Collecting()
        report = yield
        if call.when == "teardown":
            steps = self._collecting.steps()
            self._collecting = Collecting()
            if steps:
                recipe = _recipe_of(item)
                rows = transport.steps_to_json(steps)
                rows["recipe"] = None if recipe is None else transport.recipe_to_json(recipe)
                setattr(report, _ROWS, rows)
        return report


class ReportOfRun:
    """Puts together what tests have called, and writes it: a plugin of pytest, not of workers."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._tests: dict[tuple[str, str], TestRow] = {}
        self._crashed: list[str] = []
        self._told: list[str] = []
        self._summary: Summary | None = None
        try:
            for file in wanted.files:
                writing.check(file)
        except KmsMockError as error:
            raise pytest.UsageError(f"--kms-report={error}") from None

    # Before others keep the report.
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == _CRASH:
            self._crashed.append(report.nodeid)
            return
        place = (getattr(report, "worker_id", ""), report.nodeid)
        # A test that is run again counts once, as it was in the end.
        begun = self._tests.pop(place, None) if report.when != "setup" else None
        if begun is None:
            self._tests.pop(place, None)
            begun = TestRow(report.nodeid, "passed", ())
        self._tests[place] = begun
        outcome = _outcome_of(report)
        if outcome != "passed":
            self._tests[place] = attrs.evolve(begun, outcome=outcome)
        rows = report.__dict__.pop(_ROWS, None)
        if rows is not None:
            self._tests[place] = attrs.evolve(
                self._tests[place],
                steps=transport.steps_from_json(rows),
                recipe=transport.recipe_from_json(rows["recipe"]),
            )

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if exitstatus not in _WHOLE or session.config.option.collectonly:
            self._told += [
                f"the report in {file} stays as it is, as the run is none"
                for file in self._wanted.files
            ]
            return
        summary = self._summary = summary_of(self._run())
        is_enough = True
        for file in self._wanted.files:
            try:
                writing.write(summary, file)
            except OSError as error:
                is_enough = False
                self._told.append(f"the report {file} could not be written: {error.strerror}")
            else:
                self._told.append(f"the report of this run: {file}")
        if self._wanted.fail_under is not None:
            passes, told = verdict(summary, self._wanted.fail_under, "--kms-report-fail-under")
            self._told.append(told)
            is_enough &= passes
        if not is_enough and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._summary is not None and self._wanted.prints:
            terminalreporter.section("KMS in this run")
            for line in as_text(self._summary).splitlines():
                terminalreporter.write_line(line)
        for line in self._told:
            terminalreporter.write_line(
                f"pytest-kmsmock: {line}", red=line.startswith("FAIL"), green=line.startswith("OK")
            )

    def _run(self) -> RunRow:
        # The order is the same in each run, whichever worker was the first.
        tests = tuple(
            self._tests[place]
            for place in sorted(self._tests, key=_order_of)
            if self._tests[place].steps
        )
        operations = {step.call.operation for test in tests for step in test.steps}
        return RunRow(
            ids=(uuid.uuid4().hex,),
            tests=tests,
            count=len(self._tests),
            crashed=tuple(self._crashed),
            failures={operation: failures_of(operation) for operation in sorted(operations)},
        )


def _order_of(named: tuple[str, str]) -> tuple[object, ...]:
    """Return what sorts tests by their IDs, the numbers in them by value."""
    worker, test = named
    parts = re.split("([0-9]+)", test)
    return (*(_size_of(part) if place % 2 else part for place, part in enumerate(parts)), worker)


def _size_of(digits: str) -> tuple[int, str]:
    """Return what sorts numbers: of two the longer one is greater, however long they are."""
    significant = digits.lstrip("0")
    return len(significant), significant


def _outcome_of(report: Any) -> str:
    outcome = str(report.outcome)
    if hasattr(report, "wasxfail"):
        return "xfailed" if outcome == "skipped" else "xpassed"
    return "error" if outcome == "failed" and report.when != "call" else outcome


def _recipe_of(item: pytest.Item) -> Recipe | None:
    """Return how another test of the same file can call the function of *item*, if one can."""
    function = _function_of(item)
    if function is None or not isinstance(item, pytest.Function):
        return None
    arguments = list(inspect.signature(function).parameters.values())
    if item.cls is not None:
        arguments = arguments[1:]
    if any(each.kind is not each.POSITIONAL_OR_KEYWORD for each in arguments):
        return None
    names = tuple(each.name for each in arguments if each.default is each.empty)
    parameters = set(names) & set(getattr(getattr(item, "callspec", None), "params", ()))
    if not parameters <= _parametrized_by_markers(item):
        return None
    return Recipe(
        function=item.originalname,
        within=None if item.cls is None else item.cls.__qualname__,
        arguments=names,
        is_async=inspect.iscoroutinefunction(function),
        is_marked=bool(getattr(function, "pytestmark", ())),
    )


def _function_of(item: pytest.Item) -> Any:
    """Return what the file of *item* knows by its name, if it can be called under failures."""
    if not isinstance(item, pytest.Function) or _is_of_unittest(item):
        return None
    if _MOCKS.isdisjoint(item.fixturenames) or "kms_failure" in item.fixturenames:
        return None
    home = item.module if item.cls is None else item.cls
    # Not one that a class has from another.
    function = vars(home).get(item.originalname)
    # A decorator's mock would be another one, and Hypothesis brings arguments of its own.
    is_plain = inspect.isfunction(function) and not hasattr(function, "__wrapped__")
    return function if is_plain else None


def _is_of_unittest(item: pytest.Function) -> bool:
    bases = () if item.cls is None else item.cls.__mro__
    return any(each.__module__ == "unittest.case" for each in bases)


def _parametrized_by_markers(item: pytest.Item) -> set[str]:
    names: set[str] = set()
    for marker in item.iter_markers("parametrize"):
        given = marker.args[0] if marker.args else marker.kwargs.get("argnames", ())
        names.update(given.replace(",", " ").split() if isinstance(given, str) else given)
    return names
