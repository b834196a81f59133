"""Rows of custom key stores: of CloudHSM, for a cluster that is there."""

from __future__ import annotations

from typing import Any, Final

from pytest_kmsmock.backend import active_backend
from pytest_kmsmock.handles.clusters import Clusters

from ..sides import REGION
from .row import ACCOUNT, Params, Row, State, first_page


def _cluster(_: Any) -> State:
    """Say that there is a cluster; the state's ``new`` creates a store of it."""
    backend = active_backend()
    assert backend is not None
    clusters = Clusters()
    clusters._backend = backend
    cluster = clusters.cloudhsm_cluster(region=REGION, account=ACCOUNT)
    # By its cluster's name: no two stores of an account have the same one.
    return {"new": {"CustomKeyStoreName": cluster.id, **cluster.parameters}}


def _create(client: Any, state: State) -> None:
    state["store"] = client.create_custom_key_store(**state["new"])["CustomKeyStoreId"]


def _delete(client: Any, state: State) -> None:
    for store in client.describe_custom_key_stores()["CustomKeyStores"]:
        if store["CustomKeyStoreName"] == state["new"]["CustomKeyStoreName"]:
            client.delete_custom_key_store(CustomKeyStoreId=store["CustomKeyStoreId"])


def _store(client: Any) -> State:
    state = _cluster(client)
    _create(client, state)
    return state


def _connect(client: Any, state: State) -> None:
    client.connect_custom_key_store(**_store_id(state))


def _disconnect(client: Any, state: State) -> None:
    client.disconnect_custom_key_store(**_store_id(state))


def _connected_store(client: Any) -> State:
    state = _store(client)
    _connect(client, state)
    return state


def _store_id(state: State) -> Params:
    return {"CustomKeyStoreId": state["store"]}


ROWS: Final = (
    Row(
        operation="CreateCustomKeyStore",
        setup=_cluster,
        before=_delete,
        params=lambda state: state["new"],
    ),
    Row(
        operation="ConnectCustomKeyStore",
        setup=_connected_store,
        before=_disconnect,
        params=_store_id,
    ),
    Row(operation="DisconnectCustomKeyStore", setup=_store, before=_connect, params=_store_id),
    Row(
        operation="UpdateCustomKeyStore",
        setup=_store,
        params=lambda state: {
            **_store_id(state),
            "NewCustomKeyStoreName": state["new"]["CustomKeyStoreName"],
        },
    ),
    Row(operation="DeleteCustomKeyStore", setup=_cluster, before=_create, params=_store_id),
    Row(operation="DescribeCustomKeyStores", setup=_store, params=first_page),
)
