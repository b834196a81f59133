"""DeleteCustomKeyStore."""

from __future__ import annotations

from ...api.errors import CustomKeyStoreHasCMKsException
from ...serving.key_stores import find_store, wrong_state
from ...serving.request import Request, Response


def delete_custom_key_store(request: Request, _: None) -> Response:
    """Source: KMS API Reference, DeleteCustomKeyStore."""
    store = find_store(request, request.params["CustomKeyStoreId"])
    if request.resources.keys_of_store(store.store_id):
        raise CustomKeyStoreHasCMKsException(
            f"Custom key store {store.store_id} contains KMS keys; delete them first."
        )
    if store.state != "DISCONNECTED":
        raise wrong_state(store, "DISCONNECTED")
    request.draft.remove_store(store)
    return {}
