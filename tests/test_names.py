"""Names of the operations, for type checkers."""

from __future__ import annotations

from typing import get_args

from pytest_kmsmock.names import OperationName
from pytest_kmsmock.service.operations.table import OPERATIONS


def test_the_names_are_those_of_the_operations() -> None:
    assert sorted(get_args(OperationName)) == sorted(OPERATIONS)
