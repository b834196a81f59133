"""GenerateRandom."""

from __future__ import annotations

from ..api.errors import (
    CustomKeyStoreInvalidStateException,
    UnsupportedOperationException,
    ValidationException,
)
from ..serving import key_stores
from ..serving.request import Request, Response
from ..values.key_store import ExternalKeyStore


def generate_random(request: Request, _: None) -> Response:
    """Source: KMS API Reference, GenerateRandom."""
    params = request.params
    if "NumberOfBytes" not in params:
        raise ValidationException("NumberOfBytes is required.")
    if "CustomKeyStoreId" in params:
        _check_store(request)
    return {"Plaintext": request.registry.randomness.draw(params["NumberOfBytes"])}


def _check_store(request: Request) -> None:
    """Raise unless random bytes can be had of the cluster of the store that is named."""
    store = key_stores.find_store(request, request.params["CustomKeyStoreId"])
    if isinstance(store, ExternalKeyStore):
        raise UnsupportedOperationException(
            f"Custom key store {store.store_id} is an external key store, "
            "which is not valid for this operation."
        )
    if store.state != "CONNECTED":
        raise key_stores.wrong_state(store, "CONNECTED")
    if not key_stores.has_contact(request, store):
        raise CustomKeyStoreInvalidStateException(key_stores.NO_CONTACT)
