"""The `kms` fixture in a run of pytest, and `mock_kms` beside `mock_aws`."""

from __future__ import annotations

import functools
import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from moto import mock_aws

from pytest_kmsmock import mock_kms

from . import processes
from .figures import Figure, Form, settled
from .sides import Sides
from .timing import Call, Prepare, compared, in_turns, medians

SECTION: Final = "set-up and tear-down"
_FIXTURE_MILLISECONDS: Final = 0.15
_CONTEXT_MILLISECONDS: Final = 0.1
# In a test, between others, a call at the floor takes about as long as the fixture may;
# where nothing else runs in between, a third of the context's budget and more.
_SHORT_FIXTURE_FLOORS: Final = 1.0
_SHORT_CONTEXT_FLOORS: Final = 3.0
_SHORT_MOTO: Final = 0.5
_MOTO_LIMIT: Final = 0.2

_TESTS: Final = """\
import pytest
from moto import mock_aws
import botocore
from bench.sides import Floor, new_client
from pytest_kmsmock.doors import sessions

@pytest.fixture
def empty():
    yield

@pytest.fixture
def moto():
    with mock_aws():
        yield

@pytest.fixture(scope="session")
def client_at_floor():
    botocore.unregister_initializer(sessions.install)
    try:
        floor = Floor(new_client())
    finally:
        sessions.register()
    floor.takes({{"Plaintext": bytes(32)}})
    return floor.client

@pytest.fixture
def floor(client_at_floor):
    client_at_floor.generate_random(NumberOfBytes=32)
    yield

@pytest.mark.parametrize("number", range({number}))
def test_kms(number, kms):
    pass

@pytest.mark.parametrize("number", range({number}))
def test_empty(number, empty):
    pass

@pytest.mark.parametrize("number", range({number}))
def test_floor(number, floor):
    pass

@pytest.mark.parametrize("number", range({number}))
def test_moto(number, moto):
    pass
"""


def measured(form: Form) -> Iterator[Figure]:
    """Yield the figures of the fixture and of the context manager."""
    sides = Sides.new()
    yield from settled(functools.partial(_fixture, form), form)
    yield from settled(functools.partial(_context_manager, sides, form), form)


def _fixture(form: Form) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_fixtures.py").write_text(_TESTS.format(number=form.tests))
        path = Path(folder, "times.json")
        processes.pytest(folder, "-p", "bench.recorder", "--bench-times", str(path))
        recorded = json.loads(path.read_text())
    # The first tests import what the others find imported.
    times = {name.removeprefix("test_"): taken[10:] for name, taken in recorded.items()}
    detail = {f"test with {name} µs": value for name, value in medians(times).items()}

    def milliseconds(part: Mapping[str, float]) -> float:
        return (part["kms"] - part["empty"]) / 1e3

    def floors(part: Mapping[str, float]) -> float:
        return (part["kms"] - part["empty"]) / (part["floor"] - part["empty"])

    def of_moto(part: Mapping[str, float]) -> float:
        return (part["kms"] - part["empty"]) / (part["moto"] - part["empty"])

    figure = functools.partial(Figure, section=SECTION, name="kms", detail=detail)
    return [
        figure(
            of="− an empty fixture",
            spread=compared(times, milliseconds),
            unit="ms",
            budget=_FIXTURE_MILLISECONDS,
        ),
        figure(
            of="÷ a fixture with a call at the floor, both − an empty one",
            spread=compared(times, floors),
            short_budget=_SHORT_FIXTURE_FLOORS,
        ),
        figure(
            of="÷ a fixture with mock_aws, both − an empty one",
            spread=compared(times, of_moto),
            budget=_MOTO_LIMIT,
            short_budget=_SHORT_MOTO,
        ),
    ]


def _context_manager(sides: Sides, form: Form) -> list[Figure]:
    def enter_and_leave_ours() -> None:
        with mock_kms():
            pass

    def enter_and_leave_motos() -> None:
        with mock_aws():
            pass

    subjects: dict[str, Prepare] = {
        "mock_kms": lambda: enter_and_leave_ours,
        "mock_aws": lambda: enter_and_leave_motos,
        "floor": _floor_call(sides),
    }
    times = in_turns(subjects, 4 * form.row_seconds, rare={"mock_aws": 8})
    figure = functools.partial(
        Figure,
        section=SECTION,
        name="mock_kms",
        detail={f"{name} µs": value for name, value in medians(times).items()},
    )
    return [
        figure(
            of="enter and leave",
            spread=compared(times, lambda part: part["mock_kms"] / 1e3),
            unit="ms",
            budget=_CONTEXT_MILLISECONDS,
        ),
        figure(
            of="÷ a call at the floor",
            spread=compared(times, lambda part: part["mock_kms"] / part["floor"]),
            short_budget=_SHORT_CONTEXT_FLOORS,
        ),
        figure(
            of="÷ mock_aws",
            spread=compared(times, lambda part: part["mock_kms"] / part["mock_aws"]),
            budget=_MOTO_LIMIT,
            short_budget=_SHORT_MOTO,
        ),
    ]


def _floor_call(sides: Sides) -> Prepare:
    sides.floor.takes({"Plaintext": bytes(32)})
    call: Call = functools.partial(sides.floor.client.generate_random, NumberOfBytes=32)
    return lambda: call
