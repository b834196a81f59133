"""
Whatever a client is told to call, it is answered as by AWS, and an error changes nothing.

Each operation has a call that succeeds; some of its parameters are then replaced by
what nobody would write. botocore may refuse it, with an error of its own; what
comes to the mock is answered, or told to the author of the test.
"""

from __future__ import annotations

import copy
import datetime as dt
import decimal
import functools
import io
import traceback
from typing import Any, Final

import pytest
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from hostile import hostile_values, spoil
from hypothesis import given, settings
from hypothesis import strategies as st
from requested import NEEDS, NOW, everything, prepared

from pytest_kmsmock import KmsMock, KmsMockError
from pytest_kmsmock.frames import is_of_package
from pytest_kmsmock.reports.timeline import timeline
from pytest_kmsmock.service.api.shapes import service_model, shapes_of
from pytest_kmsmock.service.misuse import UnforeseenError

Params = dict[str, Any]

ZONES: Final = [dt.UTC, dt.timezone(dt.timedelta(hours=23)), dt.timezone(-dt.timedelta(hours=23))]


class Odd:
    """What no parameter is."""

    def __repr__(self) -> str:
        return "an odd one"


odd_values = st.one_of(
    hostile_values,
    st.sampled_from([b"", b"x", bytes(4096), bytes(4097), bytes(6145), bytes(70_000)]),
    st.binary(max_size=300),
    st.builds(lambda date, zone: date.replace(tzinfo=zone), st.datetimes(), st.sampled_from(ZONES)),
    st.sampled_from([dt.datetime.max, dt.datetime.min, dt.date.max, dt.timedelta.max]),
    st.builds(bytearray, st.binary(max_size=40)),
    st.builds(io.BytesIO, st.binary(max_size=40)),
    st.builds(Odd),
    st.sampled_from([decimal.Decimal("NaN"), 1j, frozenset(), range(3), (), ("Decrypt",)]),
    st.sampled_from([{5: "x"}, {None: "x"}, {"x": 5}, {"x": None}, {b"x": b"x"}, [[]], [{}]]).map(
        copy.deepcopy
    ),
)


@functools.cache
def world() -> KmsMock:
    """Return what each mock begins as a copy of."""
    mock = KmsMock()
    backend = mock._backend
    backend.registry = backend.service.registry = prepared()[0]
    backend.clock.move_to(dt.datetime.fromtimestamp(NOW + 10**8, dt.UTC))
    backend.clock._offset -= 10**8
    return mock


@functools.cache
def client(checks: bool) -> Any:
    return KmsMock().client(parameter_validation=checks, retries={"total_max_attempts": 1})


def params_of(operation: str) -> Params:
    """Return the parameters of a call that succeeds."""
    params: Params = {}
    shapes_of(operation).decode(prepared()[1][operation], params)
    return params


def call(checks: bool, operation: str, params: Params) -> Any:
    return getattr(client(checks), xform_name(operation))(**params)


def start(kms: KmsMock, operation: str) -> Params:
    """Make *operation* possible; return the parameters of a call that succeeds."""
    for needed in NEEDS.get(operation, ()):
        call(True, needed, params_of(needed))
    return params_of(operation)


def check(kms: KmsMock, checks: bool, operation: str, params: Params) -> None:
    """Call *operation*: it succeeds, or an error comes that has changed nothing."""
    registry = kms._backend.registry
    # What has fallen due happens in any case.
    registry.settle(kms.clock())
    before, count = everything(registry), len(kms.calls)
    try:
        call(checks, operation, params)
    except UnforeseenError:
        raise
    except (ClientError, KmsMockError):
        assert everything(registry) == before
    except BotoCoreError:  # it was never sent
        assert len(kms.calls) == count
    except Exception as error:
        # botocore's own, of what it does not check.
        frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
        if any(map(is_of_package, frames)):
            raise
        assert len(kms.calls) == count


OPERATIONS: Final = sorted(set(prepared()[1]) & set(service_model().operation_names))


@pytest.mark.parametrize("transport", ["direct", "wire"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_call_itself_succeeds(operation: Any, transport: str) -> None:
    with KmsMock({"transport": transport}, outer=world()._backend) as kms:
        call(True, operation, start(kms, operation))

        kms.calls.assert_called_once(operation)


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=12)
@given(data=st.data())
def test_a_spoilt_call_is_answered_as_by_aws(operation: Any, data: st.DataObject) -> None:
    """Through each path, whether botocore checks the parameters or not."""
    transport = data.draw(st.sampled_from(["direct", "direct", "wire"]))
    checks = data.draw(st.booleans())
    with KmsMock({"transport": transport}, outer=world()._backend) as kms:
        params = start(kms, operation)
        for _ in range(data.draw(st.integers(1, 3))):
            spoil(data, params, odd_values)

        check(kms, checks, operation, params)

        # What a failing test would print of it.
        assert repr(list(kms.calls)) is not None
        timeline([kms._backend], verbose=True).encode()
        with pytest.raises(AssertionError):
            kms.calls.assert_called(operation, times=9)
