"""Figures for people and for programs: a table, JSON, the page in the documentation."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Sequence
from importlib import metadata
from typing import Any, Final

from . import endpoint, first, growth, keys, memory, operations, parallel, policies, start, where
from .figures import Figure, Form

_PACKAGES: Final = (
    "pytest-kmsmock", "botocore", "cryptography", "attrs", "pytest", "pytest-xdist", "moto"
)  # fmt: skip

_HEAD: Final = """\
# Performance

<!-- Written by `tox -e bench -- --write-docs`; change tests/bench/report.py instead. -->

A mocked call should cost what botocore costs, and `kms` should cost nothing that anybody notices.
This page shows the last full run of the benchmark.

To repeat it:

```shell
tox -e bench                    # the table; --json PATH writes the figures too
tox -e bench -- --check         # fails if a budget is missed
tox -e bench -- --write-docs    # writes this page
```

`--short` takes well below a minute and judges ratios alone, with generous margins.
CI runs it with `--check`.

## How it is measured

- What is compared is measured in one run, in turns, in changing order, with the garbage collector
  off, in CPU time, so that other processes disturb it less.
  A figure is the median over eight parts of the run; its quartiles tell how steady it was.
  Where a section does otherwise, it says so.
- The **floor** is botocore alone: a client with a `before-call` handler that returns a constant
  of the same shape as the real answer.
  No mock that is called through botocore can be faster.
- **bare** is what of `cryptography` the operation cannot do without: one call for most,
  for a data key pair its generation, both of its encodings and its encryption.
- moto is in `mock_aws`, in the same process, and answers a client of its own, in turns with ours.
- What is over its budget is measured up to three times, and what has missed it then once more
  at the end of the run, when what disturbed the machine may be over.
  The least figure counts, and the number of tries stands beside it.
- What takes up to 2 % longer than its budget is at the **edge**, which is allowed for noise;
  what takes longer has **missed** it, and fails `--check`.
- A figure without a budget is there to be looked at.
"""

_INTRODUCTIONS: Final = {
    operations.SECTION: (
        "Each operation through a real botocore client.\n"
        "Four of them have a budget of 1.35 × the floor; "
        "where there is other cryptography than AES-GCM, "
        "the budget is the floor, 1.2 × the bare call, and 40 µs.\n"
        "A fifth of moto's time is allowed wherever the cryptography is less than a fifth of ours."
    ),
    keys.SECTION: (
        "`CreateKey` and the first use of the key, the first key of its spec in its mock, "
        "with the pool of key pairs warm.\n"
        "The floor is that of both calls; bare is the bare call of the first use."
    ),
    keys.POOL_SECTION: (
        "A key pair that was never made, against one that is there already: "
        "of RSA in the file of an earlier run, of the others in memory.\n"
        "`CreateKey` with a cold pool is in a mock without one, with a warm one in the next mock.\n"
        "The median of three, by the clock."
    ),
    policies.SECTION: (
        "The same call of a role with an IAM policy of three statements, while policies are "
        "enforced and while they are not, in turns."
    ),
    "set-up and tear-down": (
        "Tests that do nothing, with `kms`, with an empty fixture, and with a fixture around "
        "`mock_aws`, side by side in one run of pytest.\n"
        "What `kms` costs is the difference of whole tests, reports included."
    ),
    start.SECTION: (
        "Runs of one test with the plugin and with `-p no:kmsmock`, in pairs, bytecode cached.\n"
        "CPU time is judged, as other processes disturb it less: "
        "of the differences of pairs the medians of groups of six; "
        "medians of all runs, and the time by the clock, stand beside it."
    ),
    first.SECTION: (
        "Each in a new process, under pytest, bytecode cached: first `boto3.client` with the "
        "import of boto3, then `kms` with its first key and call, nearly all of it imports.\n"
        "moto does the same with the same client.\n"
        "These are medians of groups of six."
    ),
    growth.SECTION: (
        "The same request to a KMS with few keys and aliases and to one with many, where the key "
        "of the request has 10,000 grants too; lists return a page of ten.\n"
        "Then those that look at grants, on a key with 10,000 of them beside one without."
    ),
    growth.MEMORY_SECTION: (
        "By `tracemalloc`: what a new key leaves behind, and what the record of a call holds; "
        "the median of three."
    ),
    memory.SECTION: (
        "What a run of pytest holds at its end and did not hold after 200 tests, beside one whose "
        "tests use no KMS.\n"
        "Nothing of a test's mock is to outlive the test."
    ),
    parallel.SECTION: (
        "botocore's own work holds the interpreter's lock, so threads cannot add much; "
        "the mock must not take away from it.\n"
        "By the clock; five rounds of the threads, three of pytest-xdist."
    ),
    endpoint.SECTION: (
        "An endpoint in a process of its own beside other servers of KMS, by the clock: "
        "one client, one call after the other, signed.\n"
        "Beside ministack only where that is installed."
    ),
    where.SECTION: (
        "Found by sampling: a timer interrupts a loop of calls and notes the part at work.\n"
        "botocore's parts are the steps of its `_make_api_call`, ours the modules; "
        "the time inside AES-GCM counts for the module that calls it."
    ),
}


def environment() -> dict[str, Any]:
    """Return the versions of all that takes part."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
        "packages": {name: metadata.version(name) for name in _PACKAGES},
    }


def as_json(figures: Sequence[Figure], form: Form, seconds: float) -> str:
    """Return all of a run in JSON."""
    return json.dumps(
        {
            "environment": environment(),
            "form": "short" if form.is_short else "full",
            "seconds": round(seconds, 1),
            "figures": [
                {
                    "section": figure.section,
                    "name": figure.name,
                    "of": figure.of,
                    "unit": figure.unit,
                    "median": figure.spread.median,
                    "quartiles": [figure.spread.low, figure.spread.high],
                    "budget": figure.allowed(form),
                    "verdict": figure.verdict(form),
                    "tries": figure.tries,
                    "note": figure.note,
                    "detail": dict(figure.detail),
                }
                for figure in figures
            ],
        },
        indent=1,
        ensure_ascii=False,
    )


def line(figure: Figure, form: Form) -> str:
    """Return *figure* in one line of the terminal's table."""
    allowed = figure.allowed(form)
    budget = "" if allowed is None else f"budget {number(allowed, figure.unit)}"
    verdict = figure.verdict(form).replace("missed", "MISSED")
    detail = ", ".join(f"{name} {value:,.1f}" for name, value in figure.detail.items())
    return (
        f"  {figure.name + ' ' + figure.of:<76} {_value(figure):>12} "
        f"[{_quartiles(figure)}] {budget:<14} {verdict:<6} {detail}"
        + (f"  ({figure.note})" if figure.note else "")
    )


def told(figures: Sequence[Figure], form: Form, verdict: str) -> list[str]:
    """Return a sentence for each figure of which *verdict* is said: ``edge`` or ``missed``."""
    return [
        f"{figure.title} is {_value(figure)}, its budget "
        f"{number(figure.allowed(form) or 0.0, figure.unit)} (measured {figure.tries} times)"
        for figure in figures
        if figure.verdict(form) == verdict
    ]


def page(figures: Sequence[Figure], form: Form, seconds: float) -> str:
    """Return docs/performance.md."""
    return "\n".join(
        [_HEAD, *_versions(seconds), *_summary(figures, form), *_tables(figures, form)]
    )


def number(value: float, unit: str = "") -> str:
    if unit == "bytes":
        return f"{value:,.0f} {unit}"
    if unit == "%":
        return f"{value:.1f} %"
    digits = 3 if value < 10 else 1
    return f"{value:.{digits}f} {unit}".rstrip()


def _value(figure: Figure) -> str:
    return number(figure.spread.median, figure.unit)


def _quartiles(figure: Figure) -> str:
    low, high = (number(value) for value in (figure.spread.low, figure.spread.high))
    return f"{low}–{high}"


def _versions(seconds: float) -> Iterator[str]:
    found = environment()
    yield "## The last run\n"
    yield (
        f"{found['implementation']} {found['python']} on {found['system']}, "
        f"{found['processors']} processors; {seconds / 60:.0f} minutes.\n"
    )
    yield "| package | version |"
    yield "|---|---|"
    yield from (f"| {name} | {version} |" for name, version in found["packages"].items())
    yield ""


def _summary(figures: Sequence[Figure], form: Form) -> Iterator[str]:
    judged = [figure for figure in figures if figure.allowed(form) is not None]
    over, edge = (told(figures, form, verdict) for verdict in ("missed", "edge"))
    yield f"Of {len(judged)} budgets {len(judged) - len(over) - len(edge)} are kept.\n"
    for verdict, texts in (("Missed", over), ("At the edge", edge)):
        for text in texts:
            yield f"- {verdict}: {text}."
    if over or edge:
        yield ""


def _tables(figures: Sequence[Figure], form: Form) -> Iterator[str]:
    sections = list(dict.fromkeys(figure.section for figure in figures))
    for section in sections:
        yield f"## {section[0].upper()}{section[1:]}\n"
        if section in _INTRODUCTIONS:
            yield f"{_INTRODUCTIONS[section]}\n"
        yield "| what | | median | quartiles | budget | measured |"
        yield "|---|---|--:|--:|--:|---|"
        for figure in figures:
            if figure.section == section:
                yield _row(figure, form)
        yield ""


def _row(figure: Figure, form: Form) -> str:
    allowed = figure.allowed(form)
    budget = "" if allowed is None else number(allowed, figure.unit)
    if figure.is_over(form):
        budget += f" **{figure.verdict(form)}**"
    detail = ", ".join(f"{name} {value:,.1f}" for name, value in figure.detail.items())
    notes = [detail, figure.note, f"{figure.tries} tries" if figure.tries > 1 else ""]
    return (
        f"| {figure.name} | {figure.of} | {_value(figure)} | {_quartiles(figure)} | {budget} "
        f"| {'; '.join(note for note in notes if note)} |"
    )
