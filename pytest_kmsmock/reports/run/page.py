"""The report as a page: one file that needs no network, for a browser."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ...crypto import extras
from ...failures import LOST_CONNECTIONS, name_of
from .ready import ReadyTest, ready_test
from .rows import PHASES, CallRow, KeyRow, RunRow
from .summary import KeyUse, Summary
from .text import counted, crash_notes

_TEMPLATE: Final = Path(__file__).with_name("template")
_SHARED: Final = ("AccessDeniedException", "ThrottlingException")
# In a ready test, for the page to put the name of a failure there.
_ANY_FAILURE: Final = "NAME OF THE FAILURE"


def environment() -> Any:
    """
    Return what knows the template.

    Raises:
        MissingExtra: The template library is not installed.
    """
    jinja2 = extras.PAGE.load("jinja2")
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["counted"] = counted
    made.filters["breakable"] = _breakable
    return made


def as_html(summary: Summary) -> str:
    """Return *summary* as a page, with all its rows in it."""
    style, script = (
        (_TEMPLATE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js")
    )
    text: str = (
        environment()
        .get_template("page.html")
        .render(
            summary=summary,
            notes=crash_notes(summary),
            failures=_in_order(summary),
            test_counts=_test_counts(summary),
            style=style,
            script=script,
            style_hash=_hash(style),
            script_hash=_hash(script),
            data=_Data(summary).value,
        )
    )
    return text.encode(errors="backslashreplace").decode()


def _hash(text: str) -> str:
    """Return what the page's policy of content names *text* by, so that nothing else runs."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _breakable(name: str) -> list[str]:
    """Return *name*, which is of words run together, in parts that a line can end after."""
    parts: list[str] = []
    for letter in name:
        if parts and not (letter.isupper() and parts[-1][-1:].islower()):
            parts[-1] += letter
        else:
            parts.append(letter)
    return parts


def _in_order(summary: Summary) -> list[str]:
    """Return the failures of all operations: their own first, then what befalls any."""
    names = {
        name for use in summary.operations.values() for name in (*use.provoked, *use.not_provoked)
    }
    return sorted(names, key=lambda name: (name in LOST_CONNECTIONS, name in _SHARED, name))


def _test_counts(summary: Summary) -> dict[str, int]:
    return {name: len({test.id for test in use.tests}) for name, use in summary.operations.items()}


class _Table:
    """Values that are named by their places, since they are named often."""

    def __init__(self) -> None:
        self.places: dict[Any, int] = {}

    def place(self, value: Any) -> int:
        return self.places.setdefault(value, len(self.places))


class _Data:
    """
    What the page's script knows, as values of JSON.

    Tests, calls and texts are named by their places, which keeps 100,000 calls small.
    """

    def __init__(self, summary: Summary) -> None:
        self._texts = _Table()
        calls = _Table()
        steps = [
            [_step(calls.place(call), times, seconds) for call, times, seconds in test.steps]
            for test in summary.run.tests
        ]
        self.value: Mapping[str, Any] = {
            "cells": _cells(summary.run),
            "ready": {
                name: {
                    "failure": _ANY_FAILURE,
                    "one": _ready(ready_test(use, [_ANY_FAILURE])),
                    "all": _ready(ready_test(use, use.not_provoked)) if use.not_provoked else None,
                }
                for name, use in summary.operations.items()
            },
            "keys": [_tests_of(use, summary.run) for use in summary.keys],
            "steps": steps,
            "calls": [self._call(call) for call in calls.places],
            "phases": PHASES,
            "texts": [*self._texts.places],
        }

    def _call(self, call: CallRow) -> list[Any]:
        text = self._texts.place
        return [
            PHASES.index(call.phase),
            text(call.operation),
            -1 if call.error is None else text(call.error),
            [text(code) for code in call.retried],
            [[text(_name_of(key, call)), text(state)] for key, state in call.keys],
            text(call.source),
            text(call.principal),
            text(call.region),
        ]


def _step(place: int, times: int, seconds: int) -> Any:
    return place if (times, seconds) == (1, 0) else [place, times, seconds]


def _name_of(key: KeyRow, call: CallRow) -> str:
    return key.name if key.region == call.region else f"{key.name} in {key.region}"


def _ready(test: ReadyTest) -> dict[str, str]:
    return {"place": test.place, "text": test.text}


def _cells(run: RunRow) -> dict[str, dict[str, list[int]]]:
    """Return the places of the tests that call each operation, "", and meet each failure."""
    cells: dict[str, dict[str, dict[int, None]]] = {}
    for place, test in enumerate(run.tests):
        for call, _, _ in test.steps:
            of_operation = cells.setdefault(call.operation, {})
            for name in ("", *map(name_of, call.errors)):
                of_operation.setdefault(name, {})[place] = None
    return {
        operation: {name: [*places] for name, places in of_operation.items()}
        for operation, of_operation in cells.items()
    }


def _tests_of(use: KeyUse, run: RunRow) -> list[int]:
    ids = set(use.tests)
    return [place for place, test in enumerate(run.tests) if test.id in ids]
