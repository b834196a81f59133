"""
EnableKeyRotation, DisableKeyRotation, GetKeyRotationStatus, RotateKeyOnDemand,
ListKeyRotations.
"""

from __future__ import annotations

from typing import Any, Final

import attrs

from ..api.errors import (
    ConflictException,
    KMSInvalidStateException,
    LimitExceededException,
    UnsupportedOperationException,
)
from ..api.times import timestamp
from ..rules.lifecycle import DAY, rotates_by_itself
from ..rules.usage import check_not_stored
from ..serving import pages
from ..serving.request import Request, Response
from ..values.key import KeyMaterial, KmsKey

DEFAULT_PERIOD: Final = 365
# An automatic rotation this near is in the way of one on demand.
CONFLICT_SECONDS: Final = 20 * 60


def enable_key_rotation(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, EnableKeyRotation."""
    _check_rotatable(key)
    period = request.params.get("RotationPeriodInDays", DEFAULT_PERIOD)
    request.draft.put_key(
        attrs.evolve(key, rotation_period=period, next_rotation=request.now + period * DAY)
    )
    return {}


def disable_key_rotation(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, DisableKeyRotation."""
    # Key pairs and HMAC keys never rotate, and AWS does not mind being told so.
    if key.spec.is_symmetric_encryption:
        _check_primary(key)
        request.draft.put_key(attrs.evolve(key, rotation_period=None, next_rotation=None))
    return {}


def get_key_rotation_status(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, GetKeyRotationStatus."""
    is_pending = key.state in ("PendingDeletion", "PendingReplicaDeletion")
    response: Response = {"KeyId": key.arn, "KeyRotationEnabled": False}
    if key.rotation_period is not None and key.next_rotation is not None and not is_pending:
        response["KeyRotationEnabled"] = True
        response["NextRotationDate"] = timestamp(key.next_rotation)
        response["RotationPeriodInDays"] = key.rotation_period
    if key.rotating_since is not None:
        response["OnDemandRotationStartDate"] = timestamp(key.rotating_since)
    return response


def rotate_key_on_demand(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, RotateKeyOnDemand."""
    _check_rotatable(key)
    if key.origin == "EXTERNAL" and not any(
        material.state == "PENDING_ROTATION" and material.secret is not None
        for material in key.materials
    ):
        raise KMSInvalidStateException(
            f"No available key material pending rotation for the key: {key.arn}."
        )
    if key.on_demand_rotations >= request.quotas.on_demand_rotations_per_key:
        raise LimitExceededException(
            "The on-demand rotations limit has been reached for the given keyId. "
            f"No more on-demand rotations can be performed for this key: {key.arn}"
        )
    is_near = (
        rotates_by_itself(key)
        and key.next_rotation is not None
        and key.next_rotation - request.now <= CONFLICT_SECONDS
    )
    if is_near or key.rotating_since is not None:
        raise ConflictException(f"A rotation of {key.arn} is in progress or about to begin.")
    request.draft.put_key(
        attrs.evolve(
            key,
            on_demand_rotations=key.on_demand_rotations + 1,
            rotating_since=request.now,
            transition_ends=request.now + request.options.transition_seconds,
        )
    )
    return {"KeyId": key.arn}


def list_key_rotations(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, ListKeyRotations."""
    if not key.spec.is_symmetric_encryption:
        raise UnsupportedOperationException
    check_not_stored(key)
    everything = request.params.get("IncludeKeyMaterial") == "ALL_KEY_MATERIAL"
    materials = [m for m in key.materials if everything or m.rotation_date is not None]
    return pages.of_sequence(
        request,
        "Rotations",
        materials,
        entry=lambda material: _list_entry(key, material),
        name=lambda material: material.id,
        default=100,
    )


def _check_rotatable(key: KmsKey) -> None:
    if not key.spec.is_symmetric_encryption:
        # AWS sends no text.
        raise UnsupportedOperationException
    check_not_stored(key)
    _check_primary(key)


def _check_primary(key: KmsKey) -> None:
    if key.multi_region == "REPLICA":
        raise UnsupportedOperationException(f"{key.arn} is not a multi-region primary key.")


def _list_entry(key: KmsKey, material: KeyMaterial) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "KeyId": key.arn,
        "KeyMaterialId": material.id,
        "KeyMaterialState": material.state,
    }
    if key.origin == "EXTERNAL":
        entry |= _import_members(material)
    if material.rotation_date is not None:
        entry["RotationDate"] = timestamp(material.rotation_date)
        entry["RotationType"] = material.rotation_type
    return entry


def _import_members(material: KeyMaterial) -> dict[str, Any]:
    members: dict[str, Any] = {}
    if material.description is not None:
        members["KeyMaterialDescription"] = material.description
    if material.secret is None:
        return members | {"ImportState": "PENDING_IMPORT"}
    members["ImportState"] = "IMPORTED"
    if material.valid_to is None:
        return members | {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    return members | {
        "ExpirationModel": "KEY_MATERIAL_EXPIRES",
        "ValidTo": timestamp(material.valid_to),
    }
