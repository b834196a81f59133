"""The table of operations is whole, and in step with that of key states."""

from __future__ import annotations

from typing import get_args

from pytest_kmsmock.service.operations.table import OPERATIONS
from pytest_kmsmock.service.rules.key_states import KEY_STATES
from pytest_kmsmock.service.values.key import KeyState


def test_each_operation_with_a_key_has_its_states() -> None:
    """A cell for each of the eight states."""
    for name, operation in OPERATIONS.items():
        if operation.key_member is not None:
            assert KEY_STATES[name].keys() == set(get_args(KeyState)), name


def test_each_operation_is_filed_under_its_own_name() -> None:
    """The key of the table is the row's name."""
    assert all(operation.name == name for name, operation in OPERATIONS.items())
