"""A figure and its budget, and how long the two forms of the benchmark measure."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import attrs

from .timing import Spread

_TRIES: Final = 3
# What a figure of time may be over its budget by for noise.
_NOISE: Final = 0.02


@attrs.frozen(kw_only=True)
class Form:
    """
    How thoroughly to measure.

    Attributes:
        row_seconds: For an operation.
        growth_seconds: For an operation with few and with many keys.
        many: How many keys are many.
        grants: How many grants a key has that has many.
        tests: For each fixture, in pytest.
        starts: Of pytest, for each variant.
        calls: Calls and keys whose memory is measured.
        long_run: Tests of a run whose memory is measured.
    """

    is_short: bool
    row_seconds: float
    growth_seconds: float
    many: int
    grants: int
    tests: int
    starts: int
    calls: int
    long_run: int


FULL: Final = Form(
    is_short=False,
    row_seconds=0.8,
    growth_seconds=0.6,
    many=100_000,
    grants=10_000,
    tests=2_000,
    starts=48,
    calls=4_000,
    long_run=5_000,
)
SHORT: Final = Form(
    is_short=True,
    row_seconds=0.08,
    growth_seconds=0.05,
    many=5_000,
    grants=500,
    tests=250,
    starts=6,
    calls=400,
    long_run=600,
)


@attrs.frozen(kw_only=True)
class Figure:
    """
    What was measured of one thing.

    Attributes:
        name: The thing, unique within its section.
        of: What the figure means, ``÷ floor``.
        unit: Empty for a ratio.
        budget: What the full form allows.
        short_budget: What the short form allows, where another machine may be
            busy: never a time.
        detail: Other numbers of the same measurement, by name with unit.
        tries: What is over its budget is measured several times; the least counts.
        measure: Measures it anew; None where that takes what is no longer there.
    """

    section: str
    name: str
    of: str
    spread: Spread
    unit: str = ""
    budget: float | None = None
    short_budget: float | None = None
    detail: Mapping[str, float] = attrs.field(factory=dict)
    note: str = ""
    tries: int = 1
    measure: Callable[[], Sequence[Figure]] | None = attrs.field(default=None, repr=False, eq=False)

    @property
    def title(self) -> str:
        return f"{self.section}: {self.name} {self.of}"

    def allowed(self, form: Form) -> float | None:
        return self.short_budget if form.is_short else self.budget

    def is_over(self, form: Form) -> bool:
        allowed = self.allowed(form)
        return allowed is not None and self.spread.median > allowed

    def is_missed(self, form: Form) -> bool:
        """Tell whether it is over its budget by more than noise."""
        allowed = self.allowed(form)
        # There is none in bytes, and the short form is generous enough.
        noise = 0.0 if form.is_short or self.unit == "bytes" else _NOISE
        return allowed is not None and self.spread.median > allowed * (1 + noise)

    def verdict(self, form: Form) -> str:
        """Return ``ok``, ``edge`` or ``missed``; nothing without a budget."""
        if self.allowed(form) is None:
            return ""
        if self.is_missed(form):
            return "missed"
        return "edge" if self.is_over(form) else "ok"


def settled(
    measure: Callable[[], Sequence[Figure]], form: Form, *, lasts: bool = True
) -> list[Figure]:
    """
    Return the figures that *measure* finds; it is repeated while one is over its budget.

    Args:
        lasts: *measure* can be called until the end of the run.
    """
    best: dict[str, Figure] = {}
    for _ in range(_TRIES):
        _improve(best, measure(), form)
        if not any(figure.is_over(form) for figure in best.values()):
            break
    return [attrs.evolve(each, measure=measure if lasts else None) for each in best.values()]


def measured_anew(figures: Sequence[Figure], form: Form) -> list[Figure]:
    """Return *figures* after another try of those that are missed; what disturbed may be over."""
    best = {figure.title: figure for figure in figures}
    gc.freeze()  # what is imported by now stays, and slows collections down
    for measure in dict.fromkeys(each.measure for each in figures if each.is_missed(form)):
        if measure is not None:
            _improve(best, measure(), form)
    return list(best.values())


def _improve(best: dict[str, Figure], figures: Sequence[Figure], form: Form) -> None:
    """Let *best*, by title, have the least of what is over its budget."""
    for figure in figures:
        before = best.setdefault(figure.title, figure)
        if before is not figure and before.is_over(form):
            better = min(before, figure, key=lambda each: each.spread.median)
            best[figure.title] = attrs.evolve(
                better, tries=before.tries + 1, measure=before.measure
            )
