"""
The rows: for each operation a request that succeeds however often it is sent.

To add an operation to the mock is to add its row here; without one the
benchmark fails. A row knows no mock: it talks to a client, ours or moto's.
"""

from __future__ import annotations

from typing import Final

from pytest_kmsmock.service.operations.table import OPERATIONS

from . import computing, grants, key_stores, management, material
from .row import Row, State

__all__ = ["ROWS", "Row", "State", "first_rows", "mocked_rows"]

ROWS: Final = (*management.ROWS, *computing.ROWS, *material.ROWS, *grants.ROWS, *key_stores.ROWS)


def mocked_rows() -> list[Row]:
    """
    Return the rows of what is mocked.

    Raises:
        SystemExit: A mocked operation has no row.
    """
    missing = OPERATIONS.keys() - {row.operation for row in ROWS}
    if missing:
        raise SystemExit(
            f"no row in tests/bench/rows for {', '.join(sorted(missing))}; "
            "each mocked operation needs one."
        )
    return [row for row in ROWS if row.is_mocked]


def first_rows() -> list[Row]:
    """Return a row of each operation that is mocked, where the key spec does not matter."""
    return list({row.operation: row for row in reversed(mocked_rows())}.values())[::-1]
