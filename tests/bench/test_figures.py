"""What the benchmark says of a figure: how often it was measured, and which side of its budget."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# The tests are no package, but the benchmark is one.
with pytest.MonkeyPatch.context() as _patch:
    _patch.syspath_prepend(str(Path(__file__).parents[1]))
    FIGURES = importlib.import_module("bench.figures")
    TIMING = importlib.import_module("bench.timing")
FULL, SHORT = FIGURES.FULL, FIGURES.SHORT


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """What the benchmark freezes, nobody finds any more who looks for clients that there are."""
    yield
    gc.unfreeze()


def figure(median: float, *, name: str = "n", unit: str = "") -> Any:
    return FIGURES.Figure(
        section="s",
        name=name,
        of="o",
        spread=TIMING.Spread(median, median, median),
        unit=unit,
        budget=1.0,
        short_budget=1.0,
    )


@pytest.mark.parametrize(
    ("medians", "least", "tries"),
    [
        ([0.9], 0.9, 1),
        ([1.5, 0.9], 0.9, 2),
        ([1.5, 1.4, 1.3], 1.3, 3),
        ([1.3, 1.5, 1.4], 1.3, 3),
    ],
)
def test_the_least_figure_counts_and_tells_its_tries(
    medians: list[float], least: float, tries: int
) -> None:
    left = iter(medians)

    (found,) = FIGURES.settled(lambda: [figure(next(left))], FULL)

    assert (found.spread.median, found.tries) == (least, tries)


def test_what_is_missed_gets_another_try_at_the_end() -> None:
    """What is at the edge does not, nor what cannot be measured any more."""
    left = iter([1.5, 1.5, 1.5, 0.9])
    missed = FIGURES.settled(lambda: [figure(next(left))], FULL)
    edge = FIGURES.settled(lambda: [figure(1.01, name="edge")], FULL)
    gone = FIGURES.settled(lambda: [figure(1.5, name="gone")], FULL, lasts=False)

    found = FIGURES.measured_anew([*missed, *edge, *gone], FULL)

    assert [(each.name, each.spread.median, each.tries) for each in found] == [
        ("n", 0.9, 4),
        ("edge", 1.01, 3),
        ("gone", 1.5, 3),
    ]
    assert found[1:] == [*edge, *gone]


@pytest.mark.parametrize(
    ("median", "unit", "form", "is_over", "verdict"),
    [
        (1.0, "", FULL, False, "ok"),
        (1.01, "", FULL, True, "edge"),
        (1.03, "", FULL, True, "missed"),
        (1.01, "ms", FULL, True, "edge"),
        (1.01, "bytes", FULL, True, "missed"),
        (1.01, "", SHORT, True, "missed"),
    ],
)
def test_only_times_of_the_full_form_have_noise(
    median: float, unit: str, form: Any, is_over: bool, verdict: str
) -> None:
    found = figure(median, unit=unit)

    assert (found.is_over(form), found.verdict(form)) == (is_over, verdict)
    assert found.is_missed(form) is (verdict == "missed")
