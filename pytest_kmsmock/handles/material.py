"""Key material, as a test holds it, and its import."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

import attrs

from ..backend import Backend
from ..doors import author
from ..service.api.times import cut, in_utc
from ..service.misuse import KmsMockError
from ..service.rules.lifecycle import DAY
from ..service.values.key import KeyMaterial, KmsKey, material_id
from . import words

# A failure ends at the line that used the handle.
__tracebackhide__ = True

# What RSAES_OAEP_SHA_256 can encrypt by a key of RSA_2048, in bytes.
_LONGEST_WRAPPED = 190


@attrs.frozen
class Material:
    """
    A key material, without its bytes.

    Attributes:
        id: The KeyMaterialId, 64 hex digits.
        state: ``CURRENT``, ``NON_CURRENT``, ``PENDING_ROTATION`` or
            ``PENDING_MULTI_REGION_IMPORT_AND_ROTATION``.
        is_present: False once imported material has been deleted or has expired.
        rotation_date: When it became current, UTC; None for the first.
        rotation_type: ``AUTOMATIC``, ``ON_DEMAND`` or None.
        valid_to: When it expires, UTC, or None.
    """

    id: str
    state: str
    is_present: bool
    rotation_date: dt.datetime | None
    rotation_type: str | None
    valid_to: dt.datetime | None


def import_material(
    backend: Backend, key: KmsKey, material: bytes, days: int | None = None
) -> str | None:
    """Import *material* into *key*; see `Key.import_material`."""
    from ..crypto import wrapping  # not at the top: few tests need it

    is_pair = key.spec.kind == "asymmetric"
    algorithm = "RSA_AES_KEY_WRAP_SHA_256" if is_pair else "RSAES_OAEP_SHA_256"
    if not is_pair and len(material) > _LONGEST_WRAPPED:
        raise KmsMockError(
            f"{len(material)} bytes are too long to be wrapped as material of a key of spec "
            f"{key.spec.name}; a symmetric key has 32, and no HMAC key has more than 128."
        )
    perform = functools.partial(author.perform, backend, region=key.region, account=key.account)
    wanted = perform(
        "GetParametersForImport",
        {"KeyId": key.arn, "WrappingAlgorithm": algorithm, "WrappingKeySpec": "RSA_2048"},
    )
    params: dict[str, Any] = {
        "KeyId": key.arn,
        "ImportToken": wanted["ImportToken"],
        "EncryptedKeyMaterial": wrapping.wrap(
            wanted["PublicKey"], algorithm, material, backend.registry.randomness
        ),
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }
    if days is not None:
        params["ExpirationModel"] = "KEY_MATERIAL_EXPIRES"
        params["ValidTo"] = cut(backend.clock()) + days * DAY
    if key.spec.is_symmetric_encryption:
        is_new = material_id(key.key_id, material) not in {each.id for each in key.materials}
        params["ImportType"] = "NEW_KEY_MATERIAL" if is_new else "EXISTING_KEY_MATERIAL"
    imported: str | None = perform("ImportKeyMaterial", params).get("KeyMaterialId")
    return imported


def shown_material(material: KeyMaterial) -> Material:
    """Return what a test sees of *material*."""
    return Material(
        id=material.id,
        state=words.material_state(material.state),
        is_present=material.secret is not None,
        rotation_date=_date(material.rotation_date),
        rotation_type=material.rotation_type,
        valid_to=_date(material.valid_to),
    )


def checked_material(material: object) -> object:
    """Return *material*, or raise unless a list of materials could hold it."""
    __tracebackhide__ = True
    if not isinstance(material, Material):
        raise KmsMockError(
            f"{material!r} is no key material; write for example "
            "[material.id for material in key.materials]."
        )
    return material


def _date(seconds: float | None) -> dt.datetime | None:
    return None if seconds is None else in_utc(seconds)
