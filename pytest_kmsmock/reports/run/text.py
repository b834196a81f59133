"""The report for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Final

from .ready import ready_test
from .summary import KeyUse, OperationUse, Summary

_WIDTH: Final = 80
SHOWN_TESTS: Final = 3
_TOGETHER: Final = "\0"
_SHOWN_KEYS: Final = 20


def counted(number: int, thing: str) -> str:
    """Return ``1 call``, ``2 calls``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def headline(summary: Summary) -> str:
    """Return what there was, in a sentence."""
    used = (
        f"{counted(summary.calls, 'call')} of {counted(len(summary.operations), 'operation')} "
        f"by {len(summary.run.tests):,} of {counted(summary.run.count, 'test')}"
    )
    if not summary.failures:
        return used
    return (
        f"{used}; {summary.provoked} of {counted(summary.failures, 'failure')} provoked "
        f"({summary.shown_percent})"
    )


def verdict(summary: Summary, fail_under: float, option: str) -> tuple[bool, str]:
    """
    Tell whether tests have provoked enough, and say so.

    Where no failure is listed, nothing has been called, and nothing measured: that is
    enough for 0 alone.

    Args:
        fail_under: The percentage that is enough.
        option: What has asked for it.
    """
    is_enough = summary.percent >= fail_under
    begin = "OK" if is_enough else "FAIL"
    wanted = f"{option}={fail_under:g}"
    if not summary.failures:
        return is_enough, f"{begin} {wanted}: no operation was called that could fail"
    return is_enough, (
        f"{begin} {wanted}: {summary.shown_percent} of the failures are provoked, "
        f"{summary.provoked} of {summary.failures}"
    )


def crash_notes(summary: Summary) -> list[str]:
    """Return a line for each test in which a worker crashed."""
    return [f"a worker crashed in {test}, whose calls are missing" for test in summary.run.crashed]


def name_of_key(use: KeyUse) -> str:
    """Return what a reader knows a key by, and where it is."""
    return f"{use.name or 'keys without an alias'} ({use.spec}, {use.region})"


def in_words(counts: Mapping[str, int]) -> str:
    """Return ``Enabled 3, Disabled 1``."""
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def as_text(summary: Summary) -> str:
    """Return *summary* in lines for a person to read."""
    lines = [headline(summary), *crash_notes(summary)]
    if summary.operations:
        lines += ["", *_operations(summary), "", *_keys(summary)]
    missing = [use for use in summary.operations.values() if use.not_provoked]
    if missing:
        lines += ["", "Failures that no test has provoked:"]
    for use in missing:
        lines += ["", *_missing(use)]
    # A lone surrogate in a name could not be printed.
    return "\n".join(lines).encode(errors="backslashreplace").decode()


def _operations(summary: Summary) -> Iterator[str]:
    width = max(len("operation"), *map(len, summary.operations))
    yield f"{'operation':{width}}  {'calls':>7}  {'provoked':>8}  errors seen"
    for use in summary.operations.values():
        met = f"{len(use.provoked)}/{len(use.provoked) + len(use.not_provoked)}"
        # A code and its count stay together.
        seen = ", ".join(f"{code}{_TOGETHER}{count:,}" for code, count in use.errors.items())
        begin = f"{use.name:{width}}  {use.calls:>7,}  {met:>8}  "
        for line in textwrap.wrap(
            begin + (seen or "-"), _WIDTH, subsequent_indent=" " * len(begin)
        ):
            yield line.replace(_TOGETHER, " ")


def _keys(summary: Summary) -> Iterator[str]:
    yield "keys"
    for use in summary.keys[:_SHOWN_KEYS]:
        yield (f"  {name_of_key(use)}: {in_words(use.states)}; {counted(len(use.tests), 'test')}")
    if len(summary.keys) > _SHOWN_KEYS:
        yield f"  and {len(summary.keys) - _SHOWN_KEYS:,} more"


def _missing(use: OperationUse) -> Iterator[str]:
    yield from textwrap.wrap(
        f"{use.name}: {', '.join(use.not_provoked)}",
        _WIDTH,
        subsequent_indent="    ",
        break_on_hyphens=False,
    )
    tests = [*dict.fromkeys(test.id for test in use.tests)]
    for number, test in enumerate(tests[:SHOWN_TESTS]):
        yield f"  {'           ' if number else 'reached by '}{test}"
    if len(tests) > SHOWN_TESTS:
        yield f"             and {len(tests) - SHOWN_TESTS:,} more"
    ready = ready_test(use, use.not_provoked)
    yield f"  {ready.place}:"
    yield ""
    yield textwrap.indent(ready.text.rstrip(), "    ")
