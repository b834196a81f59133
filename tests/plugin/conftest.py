"""Runs beside an application that calls KMS."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture
def run(run_beside_application: Callable[..., pytest.RunResult]) -> Callable[..., pytest.RunResult]:
    """Run a test file beside the application, and return what pytest says."""
    return run_beside_application
