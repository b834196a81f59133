"""What KMS demands of a CloudHSM cluster."""

from __future__ import annotations

from typing import Any

import pytest
import samples

from pytest_kmsmock.service.rules.clusters import connection_error, has_contact

SETTINGS = samples.cluster_store().cluster


@pytest.mark.parametrize(
    ("changes", "is_in_contact"),
    [
        ({}, True),
        ({"hsms": 1}, True),
        ({"hsms": 0}, False),
        ({"active": False}, False),
        ({"reachable": False}, False),
        # These are looked at when a store is connected, and no more.
        ({"password": "another"}, True),
        ({"connection_error": "USER_LOCKED_OUT"}, True),
    ],
    ids=str,
)
def test_a_connected_cluster_works_as_long_as_it_answers(
    changes: dict[str, Any], is_in_contact: bool
) -> None:
    """One HSM is enough for that."""
    assert has_contact(samples.cluster(**changes)) is is_in_contact


def test_nobody_has_contact_to_a_cluster_that_is_gone() -> None:
    assert not has_contact(None)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({}, None),
        ({"hsms": 1}, None),
        ({"hsms": 0}, "INSUFFICIENT_CLOUDHSM_HSMS"),
        ({"active": False}, "NETWORK_ERRORS"),
        ({"reachable": False}, "NETWORK_ERRORS"),
        ({"password": "another"}, "INVALID_CREDENTIALS"),
        ({"connection_error": "USER_LOCKED_OUT"}, "USER_LOCKED_OUT"),
        # What comes first is told.
        ({"hsms": 0, "password": "another"}, "INSUFFICIENT_CLOUDHSM_HSMS"),
        ({"reachable": False, "hsms": 0}, "NETWORK_ERRORS"),
        ({"connection_error": "USER_NOT_FOUND", "reachable": False}, "USER_NOT_FOUND"),
    ],
    ids=str,
)
def test_why_a_store_cannot_be_connected(changes: dict[str, Any], error: str | None) -> None:
    """Source: KMS Developer Guide, "How to fix a connection failure"."""
    assert connection_error(samples.cluster(**changes), SETTINGS) == error


def test_a_store_is_not_connected_to_a_cluster_that_is_gone() -> None:
    assert connection_error(None, SETTINGS) == "CLUSTER_NOT_FOUND"
