"""What calls outside any mock meet in a run, and after it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_kmsmock import observed
from pytest_kmsmock.doors import sessions

Run = Callable[..., pytest.RunResult]


def test_a_run_leaves_the_guards_as_they_were(run: Run) -> None:
    """Those that are its own are there also while its modules are imported."""
    before = sessions.guard, sessions.guard_of_strays, observed.where()

    run(
        """
        from pytest_kmsmock.doors import sessions

        AT_IMPORT = sessions.guard

        def test_it():
            assert AT_IMPORT is sessions.guard is not None
            assert sessions.guard_of_strays is not None
        """,
        ini="kms_guard = true",
    ).assert_outcomes(passed=1)

    assert (sessions.guard, sessions.guard_of_strays, observed.where()) == before
