"""Rows of rotation, imported key material and multi-Region keys."""

from __future__ import annotations

from typing import Any, Final

from .. import bare
from .row import PLAINTEXT, Params, Row, State, key_id, new_key, simple

_OTHER_REGION: Final = "eu-west-1"
_WRAPPING: Final = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}


def _another_key(client: Any, state: State) -> None:
    state.update(new_key(client))


def _another_primary(client: Any, state: State) -> None:
    state.update(new_key(client, MultiRegion=True))


def _another_pair(client: Any, state: State) -> None:
    _another_primary(client, state)
    client.replicate_key(KeyId=state["key"], ReplicaRegion=_OTHER_REGION)


def _external(client: Any) -> State:
    state = new_key(client, Origin="EXTERNAL")
    answer = client.get_parameters_for_import(KeyId=state["key"], **_WRAPPING)
    state["token"] = answer["ImportToken"]
    state["material"] = bare.wrap(answer["PublicKey"], PLAINTEXT)
    _import(client, state)
    return state


def _import_params(state: State) -> Params:
    return {
        **key_id(state),
        "ImportToken": state["token"],
        "EncryptedKeyMaterial": state["material"],
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }


def _import(client: Any, state: State) -> None:
    client.import_key_material(**_import_params(state))


ROWS: Final = (
    # Rotation
    simple("EnableKeyRotation"),
    simple("DisableKeyRotation"),
    simple("GetKeyRotationStatus"),
    simple("ListKeyRotations"),
    Row(operation="RotateKeyOnDemand", before=_another_key, params=key_id),
    # Imported key material
    Row(
        operation="GetParametersForImport",
        setup=lambda client: new_key(client, Origin="EXTERNAL"),
        params=lambda state: {**key_id(state), **_WRAPPING},
    ),
    Row(operation="ImportKeyMaterial", setup=_external, params=_import_params),
    Row(
        operation="DeleteImportedKeyMaterial",
        setup=_external,
        before=_import,
        params=key_id,
        needs="ImportKeyMaterial",
    ),
    # Multi-Region keys
    Row(
        operation="ReplicateKey",
        before=_another_primary,
        params=lambda state: {**key_id(state), "ReplicaRegion": _OTHER_REGION},
    ),
    Row(
        operation="UpdatePrimaryRegion",
        before=_another_pair,
        params=lambda state: {**key_id(state), "PrimaryRegion": _OTHER_REGION},
        needs="ReplicateKey",
    ),
)
