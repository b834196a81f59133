"""Callers: who makes a request, as far as the credentials say."""

from __future__ import annotations

import attrs
import pytest

from pytest_kmsmock.service.values.caller import Caller

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"


def test_a_caller_of_whom_nobody_says_more_is_the_account_itself() -> None:
    caller = Caller(ACCOUNT)

    assert caller.principal is None
    assert caller.access_key == ""
    assert caller == Caller(ACCOUNT, None, "")


def test_callers_are_the_same_by_all_that_is_known_of_them() -> None:
    """One principal by two access keys is two callers: a policy may ask for the key."""
    callers = {
        Caller(ACCOUNT),
        Caller("210987654321"),
        Caller(ACCOUNT, ROLE),
        Caller(ACCOUNT, ROLE, "AKIAONE"),
        Caller(ACCOUNT, ROLE, "AKIATWO"),
    }

    assert len(callers) == 5
    assert Caller(ACCOUNT, ROLE, "AKIAONE") in callers


def test_a_caller_does_not_change() -> None:
    """It is on record, and a request keeps it."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Caller(ACCOUNT).account = "210987654321"  # type: ignore[misc]
