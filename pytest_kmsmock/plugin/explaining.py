"""Explaining a comparison that does not hold, where calls are compared."""

from __future__ import annotations

import sys


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    # Whoever compares calls has imported what explains them.
    if "pytest_kmsmock.calls.calls" not in sys.modules:
        return None
    from ..calls.explaining import explain

    return explain(op, left, right)
