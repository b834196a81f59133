"""ConnectCustomKeyStore, DisconnectCustomKeyStore."""

from __future__ import annotations

from ...serving.key_stores import find_store, wrong_state
from ...serving.request import Request, Response
from ...values import key_store
from ...values.key_store import CloudHsmKeyStore
from .clusters import check_connectable


def connect_custom_key_store(request: Request, _: None) -> Response:
    """Source: KMS API Reference, ConnectCustomKeyStore."""
    store = find_store(request, request.params["CustomKeyStoreId"])
    if store.state in ("DISCONNECTING", "FAILED"):
        raise wrong_state(store, "DISCONNECTED")
    if store.state == "DISCONNECTED":
        if isinstance(store, CloudHsmKeyStore):
            check_connectable(request, store)
        ends = request.now + request.options.transition_seconds
        request.draft.put_store(key_store.connect(store, ends))
    return {}


def disconnect_custom_key_store(request: Request, _: None) -> Response:
    """Source: KMS API Reference, DisconnectCustomKeyStore."""
    store = find_store(request, request.params["CustomKeyStoreId"])
    if store.state in ("DISCONNECTING", "DISCONNECTED"):
        raise wrong_state(store, "CONNECTED, CONNECTING or FAILED")
    ends = request.now + request.options.transition_seconds
    request.draft.put_store(key_store.disconnect(store, ends))
    return {}
