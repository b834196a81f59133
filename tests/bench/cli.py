"""The command line of the benchmark."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from . import (
    endpoint,
    first,
    fixtures,
    growth,
    keys,
    memory,
    operations,
    parallel,
    policies,
    report,
    start,
    where,
)
from .figures import FULL, SHORT, Figure, Form, measured_anew

_PAGE: Final = Path(__file__).parents[2] / "docs" / "performance.md"

_SECTIONS: Final[Mapping[str, Callable[[Form], Iterator[Figure]]]] = {
    "operations": operations.measured,
    "keys": keys.measured,
    "policies": policies.measured,
    "fixtures": fixtures.measured,
    "start": start.measured,
    "first": first.measured,
    "growth": growth.measured,
    "memory": memory.measured,
    "parallel": parallel.measured,
    "endpoint": endpoint.measured,
    "where": where.measured,
}


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write; return 1 if budgets are missed and the caller wants to know."""
    options = _parser().parse_args(arguments)
    form = SHORT if options.short else FULL
    if options.write_docs and (options.short or options.only):
        sys.exit("--write-docs needs a full run: leave out --short and --only.")
    begun = time.perf_counter()
    figures: list[Figure] = []
    for name in dict.fromkeys(options.only or _SECTIONS):
        for figure in _SECTIONS[name](form):
            if not figures or figures[-1].section != figure.section:
                print(f"\n{figure.section}")
            figures.append(figure)
            print(report.line(figure, form), flush=True)
    if any(figure.is_missed(form) and figure.measure for figure in figures):
        print("\nmeasured anew")
        before, figures = figures, measured_anew(figures, form)
        for old, figure in zip(before, figures, strict=True):
            if figure is not old:
                print(report.line(figure, form), flush=True)
    seconds = time.perf_counter() - begun
    print(f"\n{len(figures)} figures in {seconds:.0f} s")
    if options.json:
        options.json.write_text(report.as_json(figures, form, seconds) + "\n", encoding="utf-8")
    if options.write_docs:
        _PAGE.write_text(report.page(figures, form, seconds), encoding="utf-8")
    for text in report.told(figures, form, "edge"):
        print(f"at the edge: {text}")
    over = report.told(figures, form, "missed")
    print("\n".join(f"MISSED: {text}" for text in over) or "No budget is missed.")
    return 1 if over and options.check else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description="Measure the mock against botocore and moto."
    )
    parser.add_argument(
        "--check", action="store_true", help="exit with 1 if a budget is missed, and say which"
    )
    parser.add_argument(
        "--short", action="store_true", help="well below a minute; ratios with generous margins"
    )
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there")
    parser.add_argument("--write-docs", action="store_true", help=f"write {_PAGE.name}")
    parser.add_argument(
        "--only",
        action="append",
        choices=_SECTIONS,
        help="measure this section alone; may be repeated",
    )
    return parser
