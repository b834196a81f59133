"""The report in Markdown, for the summary of a job in CI."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from .ready import ready_test
from .summary import OperationUse, Summary
from .text import crash_notes, headline, in_words

_SHOWN_TESTS = 10
# What Markdown or HTML would take for its own.
_SPECIAL = re.compile(r"([\\`*_{}\[\]#!|~])")


def as_markdown(summary: Summary) -> str:
    """Return *summary* as GitHub, GitLab and others show it."""
    lines = ["## KMS in this run", "", f"{_escaped(headline(summary))}.", ""]
    lines += [f"**{_escaped(note)}.**\n" for note in crash_notes(summary)]
    if summary.operations:
        lines += [*_operations(summary), "", *_keys(summary), ""]
    missing = [use for use in summary.operations.values() if use.not_provoked]
    if missing:
        lines += ["### Failures that no test has provoked", ""]
    for use in missing:
        lines += [*_missing(use), ""]
    return "\n".join(lines).rstrip().encode(errors="backslashreplace").decode() + "\n"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", html.escape(text, quote=False))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _operations(summary: Summary) -> Iterator[str]:
    yield _row(("Operation", "Calls", "Tests", "Failures provoked", "Errors seen"))
    yield _row(("---", "---:", "---:", "---:", "---"))
    for use in summary.operations.values():
        yield _row(
            (
                use.name,
                f"{use.calls:,}",
                f"{len({test.id for test in use.tests}):,}",
                f"{len(use.provoked)} of {len(use.provoked) + len(use.not_provoked)}",
                _escaped(in_words(use.errors)) or "none",
            )
        )


def _keys(summary: Summary) -> Iterator[str]:
    yield _row(("Key", "Spec", "Region", "Account", "States in which calls met it", "Tests"))
    yield _row(("---", "---", "---", "---", "---", "---:"))
    for use in summary.keys:
        yield _row(
            (
                _escaped(use.name or "keys without an alias"),
                _escaped(use.spec),
                _escaped(use.region),
                use.account,
                _escaped(in_words(use.states)),
                f"{len(use.tests):,}",
            )
        )


def _missing(use: OperationUse) -> Iterator[str]:
    ready = ready_test(use, use.not_provoked)
    tests = [*dict.fromkeys(test.id for test in use.tests)]
    yield f"<details><summary>{use.name}: {len(use.not_provoked)} not provoked</summary>"
    yield ""
    yield from (f"- {name}" for name in use.not_provoked)
    yield ""
    yield "Reached by"
    yield ""
    yield from (f"- {_escaped(test)}" for test in tests[:_SHOWN_TESTS])
    if len(tests) > _SHOWN_TESTS:
        yield f"- and {len(tests) - _SHOWN_TESTS:,} more"
    yield ""
    yield f"To provoke them, {_escaped(ready.place)}:"
    yield ""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", ready.text)), default=0))
    yield f"{fence}python\n{ready.text.rstrip()}\n{fence}"
    yield ""
    yield "</details>"
