"""The start of pytest with and without the plugin."""

from __future__ import annotations

import functools
import random
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from . import processes
from .figures import Figure, Form, settled
from .processes import Taken
from .timing import Spread

SECTION: Final = "start of pytest"
_MILLISECONDS: Final = 5.0
_SHORT_RATIO: Final = 1.15
_GROUP: Final = 6

_TESTS: Final = {
    "no botocore session": "def test_nothing():\n    pass\n",
    "a botocore client": """\
import botocore.session

def test_client():
    botocore.session.Session().create_client("kms", region_name="us-east-1")
""",
}
# With the plugin and without.
_OPTIONS: Final[tuple[tuple[str, ...], ...]] = ((), ("-p", "no:kmsmock"))


def measured(form: Form) -> Iterator[Figure]:
    """Yield the figures of runs of one test."""
    for name, text in _TESTS.items():
        is_judged = name == "no botocore session"
        if is_judged or not form.is_short:
            yield from settled(functools.partial(_measure, name, text, form, is_judged), form)


def _measure(name: str, text: str, form: Form, is_judged: bool) -> list[Figure]:
    """Run pairs of processes, which is which changing by chance."""
    order = random.Random(0)
    with_plugin: list[Taken] = []
    without: list[Taken] = []
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_start.py").write_text(text)
        for options in _OPTIONS:  # fills the bytecode caches
            processes.pytest(folder, *options)
        for _ in range(form.starts):
            runs = list(zip((with_plugin, without), _OPTIONS, strict=True))
            order.shuffle(runs)
            for taken, options in runs:
                taken.append(processes.pytest(folder, *options))
    pairs = list(zip(with_plugin, without, strict=True))
    figure = functools.partial(
        Figure,
        section=SECTION,
        name=name,
        detail={
            "with, wall ms": statistics.median(run.wall for run in with_plugin),
            "without, wall ms": statistics.median(run.wall for run in without),
            "with, CPU ms": statistics.median(run.cpu for run in with_plugin),
            "without, CPU ms": statistics.median(run.cpu for run in without),
            "difference, wall ms": statistics.median(a.wall - b.wall for a, b in pairs),
        },
    )
    return [
        figure(
            of="with − without the plugin, CPU time",
            spread=_compared(pairs, lambda with_, without: with_ - without),
            unit="ms",
            budget=_MILLISECONDS if is_judged else None,
        ),
        figure(
            of="with ÷ without the plugin, CPU time",
            spread=_compared(pairs, lambda with_, without: with_ / without),
            short_budget=_SHORT_RATIO if is_judged else None,
        ),
    ]


def _compared(
    pairs: Sequence[tuple[Taken, Taken]], compare: Callable[[float, float], float]
) -> Spread:
    """
    Return what *compare* finds in groups of pairs: of each the median.

    The runs of a pair follow each other, so what disturbs one mostly disturbs both.
    """
    found = [compare(a.cpu, b.cpu) for a, b in pairs]
    return Spread.of(
        [statistics.median(found[start : start + _GROUP]) for start in range(0, len(found), _GROUP)]
    )
