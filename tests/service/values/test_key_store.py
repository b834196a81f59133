"""Custom key stores: how they connect, and what they never show."""

from __future__ import annotations

from typing import get_args

import attrs
import pytest
import samples

from pytest_kmsmock.service.api.shapes import service_model
from pytest_kmsmock.service.values.key_store import (
    CLUSTER_ERRORS,
    PROXY_ERRORS,
    ConnectionState,
    KeyStore,
    connect,
    disconnect,
    end_transition,
)

STORES: list[KeyStore] = [samples.cluster_store(), samples.proxy_store()]


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.type)
def test_a_store_connects_and_disconnects(store: KeyStore) -> None:
    """Each takes until a time, and then is over."""
    connecting = connect(store, 5.0)
    connected = end_transition(connecting, None)
    disconnecting = disconnect(connected, 9.0)
    disconnected = end_transition(disconnecting, None)

    states = [(each.state, each.transition_ends) for each in (connecting, connected)]
    assert states == [("CONNECTING", 5.0), ("CONNECTED", None)]
    assert (disconnecting.state, disconnecting.transition_ends) == ("DISCONNECTING", 9.0)
    assert disconnected == store


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.type)
def test_a_store_that_cannot_be_connected_says_why_until_it_is_disconnected(
    store: KeyStore,
) -> None:
    failed = end_transition(connect(store, 5.0), "INTERNAL_ERROR")
    assert (failed.state, failed.error, failed.transition_ends) == (
        "FAILED",
        "INTERNAL_ERROR",
        None,
    )

    disconnecting = disconnect(failed, 9.0)

    assert disconnecting.error is None
    assert end_transition(disconnecting, None) == store


def test_a_trouble_of_the_world_is_none_of_a_store_that_disconnects() -> None:
    """It asks nobody."""
    store = disconnect(samples.cluster_store(state="CONNECTED"), 9.0)

    arrived = end_transition(store, "CLUSTER_NOT_FOUND")

    assert (arrived.state, arrived.error) == ("DISCONNECTED", None)


def test_stores_show_no_secret() -> None:
    """Neither what they were told of the cluster's user, nor the proxy's credential."""
    shown = repr(STORES)

    for hidden in ("the password", "the certificate", "THE-ACCESS-KEY", "the secret"):
        assert hidden not in shown
    assert "https://xks.example.com" in shown


def test_a_store_does_not_change() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        samples.cluster_store().state = "CONNECTED"  # type: ignore[misc]


def test_states_and_error_codes_are_those_of_the_model() -> None:
    """Of each code somebody can have it: a cluster or a proxy."""
    model = service_model()

    def values(name: str) -> set[str]:
        found: set[str] = set(getattr(model.shape_for(name), "enum", ()))
        return found

    assert set(get_args(ConnectionState)) == values("ConnectionStateType")
    assert {*CLUSTER_ERRORS, *PROXY_ERRORS} >= values("ConnectionErrorCodeType")
