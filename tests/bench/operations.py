"""Each operation against the floor and against moto."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from pytest_kmsmock import KmsMock

from .figures import Figure, Form, settled
from .rows import Row, first_rows, mocked_rows
from .sides import Sides
from .timing import Call, Prepare, Spread, Times, compared, in_turns, medians

SECTION: Final = "operations"
_MOTO_LIMIT: Final = 0.2
_SHORT_MOTO_LIMIT: Final = 0.4
_SHORT_FACTOR: Final = 1.6
# What a call may cost beside the floor and the cryptography.
_CRYPTO_FACTOR: Final = 1.2
_CRYPTO_MICROSECONDS: Final = 40.0
# Where the cryptography takes more of our time than this, it is the time.
_CRYPTO_SHARE: Final = 0.2


def measured(form: Form) -> Iterator[Figure]:
    """Yield the figures of all operations."""
    rows = first_rows() if form.is_short else mocked_rows()
    sides = Sides.new()
    for row in rows:
        yield from settled(functools.partial(_measure, row, sides, form), form)


def _measure(row: Row, sides: Sides, form: Form) -> list[Figure]:
    with sides.active() as mock:
        subjects = _subjects(row, sides, mock)
        moto = subjects.pop("moto", None)
        times = in_turns(subjects, form.row_seconds)
        beside_moto: Times = {}
        if moto is not None:
            # By themselves: what moto leaves in the caches of the processor would
            # weigh on the small times above.
            both = {"kms": subjects["kms"], "moto": moto}
            beside_moto = in_turns(both, form.row_seconds / 2)
    middle = {**medians(beside_moto), **medians(times)}
    detail = {f"{name} µs": value for name, value in middle.items()}
    figures = [
        _figure(
            row.name,
            "÷ floor",
            compared(times, lambda part: part["kms"] / part["floor"]),
            row.floor_limit,
            detail,
        )
    ]
    if "bare" in times:
        figures.append(
            _figure(
                row.name,
                "÷ (floor + 1.2 × bare)" if form.is_short else "÷ (floor + 1.2 × bare + 40 µs)",
                compared(times, functools.partial(_against_bare, form)),
                1.0,
                detail,
            )
        )
    if beside_moto:
        share = middle.get("bare", 0.0) / middle["kms"]
        figures.append(
            _figure(
                row.name,
                "÷ moto",
                compared(beside_moto, lambda part: part["kms"] / part["moto"]),
                _MOTO_LIMIT if share < _CRYPTO_SHARE else None,
                detail,
                short_budget=_SHORT_MOTO_LIMIT if share < _CRYPTO_SHARE else None,
            )
        )
    else:
        figures[0] = attrs.evolve(figures[0], note="moto lacks it")
    return figures


def _subjects(row: Row, sides: Sides, mock: KmsMock) -> dict[str, Prepare]:
    """Return what is timed: the client in the mock, the floor, moto, the bare call."""
    state = row.setup(sides.kms)
    ours = row.subject(sides.kms, state)
    response = ours()()
    sides.floor.takes(response)

    def prepare_ours() -> Call:
        mock.calls.clear()
        return ours()

    floor = row.timed(sides.floor.client, state)
    subjects: dict[str, Prepare] = {"kms": prepare_ours, "floor": floor}
    bare = row.bare() if row.bare is not None else None
    if bare is not None:
        subjects["bare"] = lambda: bare
    moto = _moto_subject(row, sides)
    if moto is not None:
        subjects["moto"] = moto
    return subjects


def _moto_subject(row: Row, sides: Sides) -> Prepare | None:
    """Return the row's call of moto, or None if moto refuses it."""
    try:
        prepare = row.subject(sides.moto, row.setup(sides.moto))
        prepare()()
        prepare()()
    except Exception:  # whatever it is, it tells that moto cannot do it
        return None
    return prepare


def _against_bare(form: Form, part: Mapping[str, float]) -> float:
    allowed = part["floor"] + _CRYPTO_FACTOR * part["bare"]
    # The short form judges no times, and has a wider margin instead.
    return part["kms"] / (allowed if form.is_short else allowed + _CRYPTO_MICROSECONDS)


def _figure(
    name: str,
    of: str,
    spread: Spread,
    budget: float | None,
    detail: Mapping[str, float],
    *,
    short_budget: float | None = None,
) -> Figure:
    if budget is not None and short_budget is None:
        short_budget = budget * _SHORT_FACTOR
    return Figure(
        section=SECTION,
        name=name,
        of=of,
        spread=spread,
        budget=budget,
        short_budget=short_budget,
        detail=detail,
    )
