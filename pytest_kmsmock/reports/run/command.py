"""``python -m pytest_kmsmock report``: the reports of several runs, as one."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from ...checks import REPORT_ENDINGS, percentage
from ...service.misuse import KmsMockError
from . import json_file, writing
from .rows import merged
from .summary import summary_of
from .text import as_text, verdict


def main(argv: Sequence[str]) -> int:
    """Put reports together, as *argv* says, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m pytest_kmsmock report",
        description="Put the reports of several runs together. Without --output print the result.",
    )
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE.json",
        help="what a run has written by --kms-report=FILE.json",
    )
    parser.add_argument(
        "-o",
        "--output",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help=f"write the result to FILE, which ends in {', '.join(REPORT_ENDINGS)}; "
        "may be given several times",
    )
    parser.add_argument(
        "--fail-under",
        type=percentage,
        metavar="PERCENT",
        help="exit with 1 if tests have provoked fewer of the failures",
    )
    options = parser.parse_args(argv)
    for file in options.output:
        writing.check(file)
    summary = summary_of(merged([json_file.read(file) for file in options.files]))
    for file in options.output:
        try:
            writing.write(summary, file)
        except OSError as error:
            raise KmsMockError(f"{file} could not be written: {error.strerror}.") from None
        runs = len(summary.run.ids)
        print(f"the report of {runs} run{'s' * (runs != 1)}: {file}")
    if not options.output:
        print(as_text(summary))
    if options.fail_under is None:
        return 0
    is_enough, told = verdict(summary, options.fail_under, "--fail-under")
    print(told)
    return 0 if is_enough else 1
