"""Imports of what a run needs only with its first mock."""

from __future__ import annotations

import gc

import pytest

from pytest_kmsmock import clock
from pytest_kmsmock.imports import imported


@pytest.mark.parametrize("collects", [True, False])
def test_the_collector_is_left_as_it_was(collects: bool) -> None:
    """Also by an import that fails."""
    before = gc.isenabled()
    (gc.enable if collects else gc.disable)()
    try:
        assert imported(".clock") is clock
        assert gc.isenabled() is collects

        with pytest.raises(ModuleNotFoundError):
            imported(".no_such_module")
        assert gc.isenabled() is collects
    finally:
        (gc.enable if before else gc.disable)()
