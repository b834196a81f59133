"""GetParametersForImport, ImportKeyMaterial, DeleteImportedKeyMaterial."""

from __future__ import annotations

from typing import Final

import attrs

from ...crypto import wrapping
from ..api.errors import (
    ExpiredImportTokenException,
    IncorrectKeyMaterialException,
    InvalidCiphertextException,
    InvalidImportTokenException,
    KMSInvalidStateException,
    NotFoundException,
    UnsupportedOperationException,
    ValidationException,
)
from ..api.times import cut, timestamp
from ..rules.lifecycle import DAY, forget, settle_imports
from ..serving import import_tokens
from ..serving.request import Params, Request, Response
from ..state.key_maker import is_sound
from ..values import key_pairs
from ..values.key import KeyMaterial, KmsKey, MaterialState, material_id
from ..values.specs import KEY_SPECS

PARAMETERS_VALID_SECONDS: Final = DAY
LONGEST_VALIDITY_DAYS: Final = 365
# Only symmetric encryption keys can have several materials.
_MEMBERS_FOR_SEVERAL: Final = ("ImportType", "KeyMaterialId", "KeyMaterialDescription")


def get_parameters_for_import(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, GetParametersForImport."""
    params = request.params
    algorithm, wrapping_spec = params["WrappingAlgorithm"], params["WrappingKeySpec"]
    _check_wrapping(key, algorithm, wrapping_spec)
    spec = KEY_SPECS[wrapping_spec]
    private = request.registry.key_maker.wrapping_key(spec, request.region)
    valid_to = request.now + PARAMETERS_VALID_SECONDS
    return {
        "KeyId": key.arn,
        "ImportToken": import_tokens.seal(
            request.registry.token_key,
            import_tokens.ImportToken(key.arn, wrapping_spec, algorithm, private, valid_to),
            request.registry.randomness,
        ),
        "PublicKey": key_pairs.public_key(spec, private),
        "ParametersValidTo": timestamp(valid_to),
    }


def import_key_material(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, ImportKeyMaterial."""
    params = request.params
    valid_to = _checked_valid_to(params, request.now)
    token = _checked_token(request, key)
    secret = _unwrapped(token, params["EncryptedKeyMaterial"])
    if not is_sound(secret, key.spec, key.region):
        raise IncorrectKeyMaterialException(
            f"The key material is not of key spec {key.spec.name}, which {key.arn} has."
        )
    new = KeyMaterial(
        id=material_id(key.key_id, secret),
        secret=secret,
        valid_to=valid_to,
        description=params.get("KeyMaterialDescription"),
    )
    if key.spec.is_symmetric_encryption:
        imported = _import_one_of_several(params, key, new)
    else:
        imported = _import_only_one(params, key, new)
    request.draft.put_key(settle_imports(imported))
    response = {"KeyId": key.arn}
    if key.spec.is_symmetric_encryption:
        response["KeyMaterialId"] = new.id
    return response


def delete_imported_key_material(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, DeleteImportedKeyMaterial."""
    material = _material_to_delete(request.params, key)
    if material is None:
        return {"KeyId": key.arn}
    request.draft.put_key(forget(key, material))
    response = {"KeyId": key.arn}
    if key.spec.is_symmetric_encryption:
        response["KeyMaterialId"] = material.id
    return response


def _check_wrapping(key: KmsKey, algorithm: str, wrapping_spec: str) -> None:
    """Raise unless material of *key* can be wrapped so. Source: GetParametersForImport."""
    is_sm2 = algorithm == wrapping.SM2_ALGORITHM
    if is_sm2 != (wrapping_spec == "SM2") or not KEY_SPECS[wrapping_spec].is_offered_in(key.region):
        raise UnsupportedOperationException(
            f"WrappingAlgorithm {algorithm} is not supported with WrappingKeySpec {wrapping_spec}."
        )
    if algorithm == "RSAES_PKCS1_V1_5":
        raise UnsupportedOperationException(
            "WrappingAlgorithm RSAES_PKCS1_V1_5 is no longer supported."
        )
    is_direct = algorithm.startswith("RSAES")
    unsuitable = (
        (is_direct and key.spec.family == "rsa")
        or (is_direct and key.spec.name == "ECC_NIST_P521" and wrapping_spec == "RSA_2048")
        or (algorithm.startswith("RSA_AES") and key.spec.kind != "asymmetric")
    )
    if unsuitable:
        raise UnsupportedOperationException(
            f"WrappingAlgorithm {algorithm} with WrappingKeySpec {wrapping_spec} "
            f"is not supported for key spec {key.spec.name}."
        )


def _checked_valid_to(params: Params, now: float) -> float | None:
    """Return when the material expires, None if it does not."""
    given = params.get("ValidTo")
    valid_to = None if given is None else cut(given)
    if params.get("ExpirationModel", "KEY_MATERIAL_EXPIRES") == "KEY_MATERIAL_DOES_NOT_EXPIRE":
        if valid_to is not None:
            raise ValidationException(
                "A validTo date must not be set if the ExpirationModel is "
                "KEY_MATERIAL_DOES_NOT_EXPIRE"
            )
        return None
    if valid_to is None:
        raise ValidationException(
            "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"
        )
    if not now < valid_to <= now + LONGEST_VALIDITY_DAYS * DAY:
        raise ValidationException(
            f"The validTo date must be in the future, at most {LONGEST_VALIDITY_DAYS} days ahead"
        )
    return valid_to


def _checked_token(request: Request, key: KmsKey) -> import_tokens.ImportToken:
    token = import_tokens.open_(request.registry.token_key, request.params["ImportToken"])
    if token is None or token.key_arn != key.arn:
        raise InvalidImportTokenException(f"The import token is not one for {key.arn}.")
    if request.now > token.valid_to:
        raise ExpiredImportTokenException(f"The import token for {key.arn} has expired.")
    return token


def _unwrapped(token: import_tokens.ImportToken, wrapped: bytes) -> bytes:
    if not wrapping.is_possible_length(token.wrapping_spec, token.algorithm, len(wrapped)):
        raise ValidationException("Invalid encrypted key size.")
    secret = wrapping.unwrap(token.private, token.algorithm, wrapped)
    if secret is None:
        raise InvalidCiphertextException
    return secret


def _import_only_one(params: Params, key: KmsKey, new: KeyMaterial) -> KmsKey:
    """Return *key* with its one material for life: a key pair or an HMAC key."""
    for member in _MEMBERS_FOR_SEVERAL:
        if member in params:
            raise ValidationException(
                f"{member} can only be used with symmetric encryption keys, "
                f"and {key.arn} is of key spec {key.spec.name}."
            )
    if key.materials and key.materials[0].id != new.id:
        raise IncorrectKeyMaterialException(
            f"The key material is not the one that was imported into {key.arn} before."
        )
    return attrs.evolve(key, materials=(new,))


def _import_one_of_several(params: Params, key: KmsKey, new: KeyMaterial) -> KmsKey:
    """Return *key*, a symmetric one, with *new* as a first, a further or a former material."""
    default = "EXISTING_KEY_MATERIAL" if key.materials else "NEW_KEY_MATERIAL"
    is_new = params.get("ImportType", default) == "NEW_KEY_MATERIAL"
    wanted = params.get("KeyMaterialId")
    if is_new and wanted is not None:
        raise ValidationException(
            "KeyMaterialId cannot be specified with ImportType NEW_KEY_MATERIAL."
        )
    known = {material.id: material for material in key.materials}
    if is_new:
        return _add(key, new, known)
    if new.id not in known or wanted not in (None, new.id):
        raise IncorrectKeyMaterialException(
            f"The key material is not the one that was imported into {key.arn} before."
        )
    former = known[new.id]
    description = former.description if new.description is None else new.description
    return _replace(
        key,
        attrs.evolve(former, secret=new.secret, valid_to=new.valid_to, description=description),
    )


def _add(key: KmsKey, new: KeyMaterial, known: dict[str, KeyMaterial]) -> KmsKey:
    if key.multi_region == "REPLICA":
        raise UnsupportedOperationException(f"{key.arn} is not a multi-region primary key.")
    if new.id in known:
        raise IncorrectKeyMaterialException(
            f"The key material is already associated with {key.arn}."
        )
    for material in key.materials:
        if not material.is_permanent:
            raise KMSInvalidStateException(
                f"New key material (id: {new.id}) cannot be imported into KMS key {key.arn}, "
                f"because another key material (id: {material.id}) is pending rotation."
            )
    state: MaterialState = "PENDING_ROTATION" if known else "CURRENT"
    return attrs.evolve(key, materials=(*key.materials, attrs.evolve(new, state=state)))


def _material_to_delete(params: Params, key: KmsKey) -> KeyMaterial | None:
    """Return the material that the request names, or the current one; None if there is none."""
    wanted = params.get("KeyMaterialId")
    for material in key.materials:
        if material.id == wanted or (wanted is None and material.state == "CURRENT"):
            return material
    if wanted is not None:
        raise NotFoundException(f"Key material {wanted} is not associated with {key.arn}.")
    return None


def _replace(key: KmsKey, new: KeyMaterial) -> KmsKey:
    materials = tuple(new if material.id == new.id else material for material in key.materials)
    return attrs.evolve(key, materials=materials)
