"""The command `migrate`: a suite runs as it is and under this KMS, and the two are compared."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs

from ...checks import BRIDGED
from ...service.misuse import KmsMockError
from . import watching
from .advice import advice_on

_WIDTH: Final = 88
# pytest's exit statuses of runs that have told something: all passed, some failed.
_RAN: Final = (0, 1)
_NO_TESTS: Final = 5


@attrs.frozen
class Refusal:
    """A call that is refused: where it is made, and by which words."""

    source: str
    operation: str
    code: str
    message: str

    @property
    def place(self) -> tuple[str, str, str]:
        return self.source, self.operation, self.code


@attrs.define
class Outcome:
    """
    What came of a test.

    Attributes:
        failed: It did, in one of its phases.
        error: Its error's first line.
        refused: The calls of KMS that were refused in it.
    """

    failed: bool = False
    error: str = ""
    refused: tuple[Refusal, ...] = ()


def main(argv: Sequence[str]) -> int:
    """Run the suite twice and print what differs; return 1 if something does."""
    parser = argparse.ArgumentParser(
        prog="python -m pytest_kmsmock migrate",
        description="List what AWS refuses in a suite that uses moto's KMS. No file is changed.",
    )
    parser.add_argument("path", help="the suite, as pytest takes it")
    parser.add_argument(
        "--bridge",
        action="append",
        default=[],
        metavar="SERVICE",
        choices=BRIDGED,
        help="a service that asks this KMS too; once for each",
    )
    parser.add_argument(
        "pytest_args", nargs="*", help="further arguments of pytest, after --", metavar="-- ARG"
    )
    given = parser.parse_args(argv)
    arguments = [given.path, *given.pytest_args]
    before = _run(arguments, {})
    after = _run(arguments, {watching.IS_MOCKED: "1", watching.BRIDGE: " ".join(given.bridge)})
    lines = differences(before, after)
    print("\n".join(lines))
    return 0 if len(lines) == 1 else 1


def _run(arguments: Sequence[str], environment: Mapping[str, str]) -> dict[str, Outcome]:
    """Run pytest in a process of its own; return what came of each test."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "told.jsonl")
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", watching.__name__, "-q", *arguments],
            env={**os.environ, **environment, watching.FILE: str(file)},
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode not in _RAN or not file.is_file():
            said = (ran.stdout + ran.stderr).strip() or "nothing"
            what = "found no tests" if ran.returncode == _NO_TESTS else "did not run the suite"
            raise KmsMockError(f"pytest {what}; it said:\n{textwrap.indent(said, '  ')}")
        return read(file.read_text(encoding="utf-8").splitlines())


def read(lines: Iterable[str]) -> dict[str, Outcome]:
    """Return what came of each test, of what the phases of the tests have told."""
    found: dict[str, Outcome] = {}
    for line in lines:
        told: dict[str, Any] = json.loads(line)
        outcome = found.setdefault(told["test"], Outcome())
        if told["outcome"] == "failed":
            outcome.failed = True
            outcome.error = outcome.error or told["error"]
        outcome.refused = tuple(Refusal(**refused) for refused in told["refused"])
    return found


def differences(before: Mapping[str, Outcome], after: Mapping[str, Outcome]) -> list[str]:
    """Return what to print: the places where tests fail now, each once, and how many do."""
    failing = {
        test: outcome
        for test, outcome in after.items()
        if outcome.failed and test in before and not before[test].failed
    }
    # By place: of one line, messages differ in the key alone.
    places: dict[tuple[str, str, str], tuple[Refusal, list[str]]] = {}
    others: list[str] = []
    for test, outcome in failing.items():
        # A refusal that a test expects is not why it fails.
        reasons = [each for each in outcome.refused if each.code in outcome.error]
        reasons = reasons or list(outcome.refused)
        for refusal in {each.place: each for each in reasons}.values():
            places.setdefault(refusal.place, (refusal, []))[1].append(test)
        if not reasons:
            others += [f"{test}", f"  {outcome.error}", ""]
    lines = []
    for _, (refusal, tests) in sorted(places.items(), key=lambda item: _natural(item[0])):
        lines += _told(refusal, tests)
    if others:
        lines += ["Tests that fail although no call was refused:", "", *others]
    if not failing:
        return [f"All {len(after)} tests go as they did under moto's KMS."]
    lines.append(
        f"{len(failing)} of {len(after)} tests fail under this KMS and not under moto's, "
        f"for {len(places)} call{'s' * (len(places) != 1)} that AWS refuses."
    )
    return lines


def _natural(place: tuple[str, str, str]) -> tuple[str, int, str, str]:
    """Return what sorts a place by the number of its line."""
    source, operation, code = place
    path, _, line = source.rpartition(":")
    return path, int(line) if line.isdecimal() else 0, operation, code


def _told(refusal: Refusal, tests: Sequence[str]) -> list[str]:
    said = f"{refusal.code}: {refusal.message}" if refusal.message else refusal.code
    named = tests[0] if len(tests) == 1 else f"{tests[0]} and {len(tests) - 1} more"
    return [
        f"{refusal.source}  {refusal.operation}, in {named}",
        *_wrapped(said),
        *_wrapped(advice_on(refusal.code, refusal.message)),
        "",
    ]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
