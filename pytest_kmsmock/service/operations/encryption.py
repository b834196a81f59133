"""Encrypt, Decrypt, ReEncrypt."""

from __future__ import annotations

from ...crypto import ciphertext
from .. import find
from ..errors import IncorrectKeyException, InvalidCiphertextException
from ..key import KeyMaterial, KmsKey
from ..model import ignores_ciphertext, missing_member
from ..request import Request, Response
from ..states import check_state
from ..usage import check_algorithm, check_usage
from .table import Operation, find_key

SYMMETRIC = "SYMMETRIC_DEFAULT"


def encrypt(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, Encrypt."""
    params = request.params
    return {
        "CiphertextBlob": seal(key, params["Plaintext"], params.get("EncryptionContext", {})),
        "KeyId": key.arn,
        "EncryptionAlgorithm": params.get("EncryptionAlgorithm", SYMMETRIC),
    }


def decrypt(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, Decrypt."""
    params = request.params
    if ignores_ciphertext(params):
        return {}
    plaintext, material = open_(key, request.envelope, params.get("EncryptionContext", {}))
    return {
        "KeyId": key.arn,
        "Plaintext": plaintext,
        "EncryptionAlgorithm": params.get("EncryptionAlgorithm", SYMMETRIC),
        "KeyMaterialId": material.id,
    }


def re_encrypt(request: Request, source: KmsKey) -> Response:
    """Source: KMS API Reference, ReEncrypt."""
    params = request.params
    destination = find.key(request, params["DestinationKeyId"], action="ReEncryptTo")
    request.add_key(destination)
    check_usage(request.operation, destination, "ENCRYPT_DECRYPT")
    check_state(request.operation, destination)
    algorithm = params.get("DestinationEncryptionAlgorithm", SYMMETRIC)
    check_algorithm(destination, algorithm)
    if ignores_ciphertext(params):
        return {}
    plaintext, material = open_(source, request.envelope, params.get("SourceEncryptionContext", {}))
    context = params.get("DestinationEncryptionContext", {})
    return {
        "CiphertextBlob": seal(destination, plaintext, context),
        "SourceKeyId": source.arn,
        "KeyId": destination.arn,
        "SourceEncryptionAlgorithm": params.get("SourceEncryptionAlgorithm", SYMMETRIC),
        "DestinationEncryptionAlgorithm": algorithm,
        "SourceKeyMaterialId": material.id,
        "DestinationKeyMaterialId": destination.material.id,
    }


def fits_encryption(request: Request, key: KmsKey) -> None:
    check_algorithm(key, request.params.get("EncryptionAlgorithm", SYMMETRIC))


def fits_re_encryption(request: Request, source: KmsKey) -> None:
    check_algorithm(source, request.params.get("SourceEncryptionAlgorithm", SYMMETRIC))


def find_source(operation: Operation, request: Request) -> KmsKey:
    """
    Return the key that made the request's ciphertext.

    The ciphertext names it. A key that the request names too must be the same,
    which AWS checks before anything else about that key.
    """
    params = request.params
    named = find_key(operation, request)
    if ignores_ciphertext(params):
        if named is None:
            member = operation.key_member or ""
            raise missing_member(request.operation, member)
        return named
    request.envelope = envelope = ciphertext.parse(params["CiphertextBlob"])
    if envelope is None:
        raise InvalidCiphertextException
    found = _key_of(request, envelope.key_tag)
    if found is None and not ciphertext.is_key_tag(envelope.key_tag):
        raise InvalidCiphertextException
    if named is not None:
        if found is None or found.arn != named.arn:
            raise IncorrectKeyException
        return named
    if found is None:
        raise find.denied_elsewhere(request, "the resource associated with this ciphertext")
    return found


def seal(key: KmsKey, plaintext: bytes, context: dict[str, str]) -> bytes:
    """Return the ciphertext blob of *plaintext* under the key's current material."""
    material = key.material
    return ciphertext.seal(
        material.secret,
        key_tag=key.ciphertext_tag,
        material_id=material.id,
        plaintext=plaintext,
        context=context,
    )


def open_(
    key: KmsKey, envelope: ciphertext.Envelope | None, context: dict[str, str]
) -> tuple[bytes, KeyMaterial]:
    """Return the plaintext of *envelope*, and the material that made it."""
    if envelope is not None:
        for material in reversed(key.materials):
            if material.id.startswith(envelope.material_tag.hex()):
                plaintext = ciphertext.open_(material.secret, envelope, context)
                if plaintext is not None:
                    return plaintext, material
    raise InvalidCiphertextException


def _key_of(request: Request, tag: bytes) -> KmsKey | None:
    for place in request.registry.places():
        if place.region == request.region:
            found = place.key_of_ciphertext(tag)
            if found is not None:
                return found
    return None
