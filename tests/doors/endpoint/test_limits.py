"""Limits: rows that name what there is."""

from __future__ import annotations

from pytest_kmsmock.doors.endpoint import limits
from pytest_kmsmock.service.operations.table import OPERATIONS


def test_only_operations_that_write_nothing_are_quick() -> None:
    """Who writes may have to wait for somebody who makes a key pair."""
    assert not [name for name in limits.QUICK if OPERATIONS[name].writes]


def test_without_being_asked_there_is_kms_alone() -> None:
    assert [row.path for row in limits.ROUTES if not row.only_when_asked] == ["/"]
