"""
Whatever a request says, the answer is AWS's, and an error changes nothing.

Each operation has a request that succeeds; some of its members are then replaced
by what nobody would send. No error of Python's own comes out, nor one that asks
for a report, and after any error everything is as it was.
"""

from __future__ import annotations

import copy
import json
import time
from typing import Any, Final

import pytest
from hostile import spoil
from hypothesis import given, settings
from hypothesis import strategies as st
from requested import NOW, POLICY, answer, everything, prepared, ready

from pytest_kmsmock.service.api.errors import KmsError
from pytest_kmsmock.service.api.shapes import service_model
from pytest_kmsmock.service.misuse import UnforeseenError
from pytest_kmsmock.service.operations.table import OPERATIONS as ROWS
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.state.state import Draft

SECONDS: Final = 10.0


def check(registry: Registry, operation: str, body: Any) -> None:
    """Ask for *operation*; it succeeds, or an error of AWS's comes that has changed nothing."""
    # What has fallen due happens in any case.
    registry.settle(NOW)
    before = everything(registry)
    began = time.process_time()  # the machine may have much else to do
    try:
        answer(registry, operation, body)
    except KmsError:
        assert everything(registry) == before
    assert time.process_time() - began < SECONDS


OPERATIONS: Final = sorted(set(prepared()[1]) & set(service_model().operation_names))


def test_every_operation_is_tried() -> None:
    """Those of the installed botocore; ML-KEM's have no member of a form of its own."""
    names = {*service_model().operation_names} - {"Encapsulate", "Decapsulate"}

    assert set(OPERATIONS) == names


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_request_itself_succeeds(operation: str) -> None:
    registry, body = ready(operation)

    answer(registry, operation, body)


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=12)
@given(data=st.data())
def test_a_spoilt_request_is_answered_as_by_aws(operation: str, data: st.DataObject) -> None:
    """Wrong types, missing and unknown members, huge and deep ones, broken Base64."""
    registry, body = ready(operation)
    for _ in range(data.draw(st.integers(1, 3))):
        spoil(data, body)

    check(registry, operation, body)


@pytest.mark.parametrize("body", [None, [], [["KeyId", "x"]], "x", 5, True, 0.5], ids=repr)
@pytest.mark.parametrize("operation", ["ListKeys", "Encrypt", "CreateKey"])
def test_a_body_that_is_no_object_is_refused(operation: str, body: Any) -> None:
    """None stands for what was no JSON."""
    registry, _ = ready(operation)

    with pytest.raises(KmsError) as caught:
        answer(registry, operation, body)

    assert caught.value.code == "SerializationException"


@pytest.mark.parametrize("operation", ["CreateKey", "PutKeyPolicy", "ReplicateKey"])
@settings(max_examples=25)
@given(data=st.data())
def test_a_spoilt_policy_is_answered_as_by_aws(operation: str, data: st.DataObject) -> None:
    """Whatever is wrong within it."""
    registry, body = ready(operation)
    policy = copy.deepcopy(POLICY)
    for _ in range(data.draw(st.integers(1, 2))):
        spoil(data, policy)
    try:
        body["Policy"] = json.dumps(policy)
    except (RecursionError, ValueError):  # what Python itself cannot write
        body["Policy"] = json.dumps(POLICY).replace('"all"', data.draw(st.sampled_from(LITERALS)))

    check(registry, operation, body)


LITERALS: Final = [
    *("[" * 400 + "]" * 400, "[" * 20_000, "1" * 4300, "1" * 5000, "1e999", "NaN", "-Infinity"),
    *('"\\ud800"', '"\\u0000"', '"\\u3042"', "0e-999"),
]


@pytest.mark.parametrize(
    "now",
    [
        *(0.0, 0.5, 946_684_800.0),
        # The year 1, and before it.
        *(-62_135_596_800.0, -1e12),
        # The last day of the year 9999, a month before it, and after it.
        *(253_402_300_799.0, 253_399_622_400.0, 253_402_300_800.0, 1e15),
    ],
)
def test_no_clock_is_too_much(now: float) -> None:
    """What is shown of it, or of a date that follows from it, Python may have no date for."""
    for operation in OPERATIONS:
        registry, body = ready(operation, now)

        answer(registry, operation, body, now=now)


WRITING: Final = [name for name in OPERATIONS if ROWS[name].writes]
CHANGES: Final = [name for name in vars(Draft) if name.startswith(("put_", "remove_", "change_"))]


@pytest.mark.parametrize("operation", WRITING)
def test_a_change_that_fails_half_way_has_not_happened(
    operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it had changed by then."""
    registry, body = ready(operation)
    before = everything(registry)
    for name in CHANGES:
        change = getattr(Draft, name)

        def change_and_fail(*args: Any, change: Any = change) -> None:
            change(*args)
            raise RuntimeError

        monkeypatch.setattr(Draft, name, change_and_fail)

    with pytest.raises(UnforeseenError):
        answer(registry, operation, body)

    assert everything(registry) == before
