"""Real time passes, whatever a test has done to Python's."""

from __future__ import annotations

import time

import freezegun
import pytest
import time_machine

from pytest_kmsmock.doors.endpoint import real_time


@pytest.mark.parametrize("freeze", [freezegun.freeze_time, time_machine.travel])
def test_real_time_is_nobody_s_to_change(freeze: object) -> None:
    before = time.time()
    assert callable(freeze)

    with freeze("2001-02-03"):
        assert abs(real_time.wall() - before) < 5
        assert real_time.python() < before - 3600
        begun = real_time.monotonic()
        time.sleep(0.01)
        assert real_time.monotonic() > begun

    assert abs(real_time.python() - before) < 5
