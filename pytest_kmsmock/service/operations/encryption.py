"""Encrypt, Decrypt, ReEncrypt."""

from __future__ import annotations

from ...crypto import ciphertext
from ..api.errors import IncorrectKeyException, InvalidCiphertextException, ValidationException
from ..api.shapes import ignores_ciphertext, missing_member
from ..rules.key_states import check_state
from ..rules.usage import wrong_algorithm, wrong_usage
from ..serving import finding, stored_keys
from ..serving.request import Request, Response
from ..values import key_pairs
from ..values.key import KeyMaterial, KmsKey
from ..values.specs import SYMMETRIC_DEFAULT
from .operation import Operation, find_key


def encrypt(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, Encrypt."""
    params = request.params
    algorithm = params.get("EncryptionAlgorithm", SYMMETRIC_DEFAULT)
    context = params.get("EncryptionContext", {})
    return {
        "CiphertextBlob": seal(request, key, algorithm, params["Plaintext"], context),
        "KeyId": key.arn,
        "EncryptionAlgorithm": algorithm,
    }


def decrypt(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, Decrypt."""
    params = request.params
    if "DryRun" in params and ignores_ciphertext(params):
        return {}
    algorithm = params.get("EncryptionAlgorithm", SYMMETRIC_DEFAULT)
    context = params.get("EncryptionContext", {})
    plaintext, material = open_(request, key, algorithm, context)
    response = {"KeyId": key.arn, "Plaintext": plaintext, "EncryptionAlgorithm": algorithm}
    if key.spec.is_symmetric_encryption:
        response["KeyMaterialId"] = material.id
    return response


def re_encrypt(request: Request, source: KmsKey) -> Response:
    """Source: KMS API Reference, ReEncrypt."""
    params = request.params
    destination = finding.key(request, params["DestinationKeyId"], action="ReEncryptTo")
    request.add_key(destination)
    if destination.manager == "AWS":
        raise finding.denied_by_policy(request, destination.arn, "ReEncryptTo")
    if destination.usage != "ENCRYPT_DECRYPT":
        raise wrong_usage(request.operation, destination)
    check_state(request.operation, destination)
    algorithm = params.get("DestinationEncryptionAlgorithm", SYMMETRIC_DEFAULT)
    if algorithm not in destination.algorithms:
        raise wrong_algorithm(destination, algorithm)
    if ignores_ciphertext(params):
        return {}
    source_algorithm = params.get("SourceEncryptionAlgorithm", SYMMETRIC_DEFAULT)
    source_context = params.get("SourceEncryptionContext", {})
    plaintext, material = open_(request, source, source_algorithm, source_context)
    context = params.get("DestinationEncryptionContext", {})
    response = {
        "CiphertextBlob": seal(request, destination, algorithm, plaintext, context),
        "SourceKeyId": source.arn,
        "KeyId": destination.arn,
        "SourceEncryptionAlgorithm": source_algorithm,
        "DestinationEncryptionAlgorithm": algorithm,
    }
    if source.spec.is_symmetric_encryption:
        response["SourceKeyMaterialId"] = material.id
    if destination.spec.is_symmetric_encryption:
        response["DestinationKeyMaterialId"] = destination.material.id
    return response


def find_source(operation: Operation, request: Request) -> KmsKey:
    """
    Return the key that made the request's ciphertext.

    A symmetric ciphertext names it. A key that the request names too must be
    the same, which AWS checks before anything else about that key. The
    ciphertext of a key pair names nothing, so the request must.
    """
    params = request.params
    key_member, algorithm_member = operation.key_member, operation.algorithm_member
    # So say the rows.
    assert key_member is not None
    assert algorithm_member is not None
    named = find_key(operation, request) if key_member in params else None
    algorithm = params.get(algorithm_member, SYMMETRIC_DEFAULT)
    if algorithm != SYMMETRIC_DEFAULT or ("DryRun" in params and ignores_ciphertext(params)):
        if named is None:
            raise missing_member(request.operation, key_member)
        if named.usage != "ENCRYPT_DECRYPT":
            raise IncorrectKeyException
        return named
    request.envelope = envelope = ciphertext.parse(params["CiphertextBlob"])
    if envelope is None:
        raise InvalidCiphertextException
    tag = envelope.key_tag
    found = request.resources.key_of_ciphertext(tag) or _key_elsewhere(request, tag)
    if found is None and not ciphertext.is_key_tag(tag):
        raise InvalidCiphertextException
    if named is not None:
        if found is None or found.arn != named.arn:
            raise IncorrectKeyException
        return named
    if found is None:
        raise finding.denied_elsewhere(request, "the resource associated with this ciphertext")
    return found


def seal(
    request: Request, key: KmsKey, algorithm: str, plaintext: bytes, context: dict[str, str]
) -> bytes:
    """Return the ciphertext of *plaintext*, by the key's current material."""
    if key.stored is not None:
        return stored_keys.seal(request, key, plaintext, context)
    if algorithm == SYMMETRIC_DEFAULT:
        secret = key.material.secret
        assert secret is not None  # the key's state says so
        return ciphertext.seal(secret, key.ciphertext_start, plaintext, context)
    _check_no_context(algorithm, context)
    longest = key_pairs.longest_plaintext(key.spec, algorithm)
    if len(plaintext) > longest:
        raise ValidationException(
            f"Algorithm {algorithm} and key spec {key.spec.name} cannot encrypt data "
            f"larger than {longest} bytes."
        )
    return key_pairs.encrypt(key.spec, key.secret, algorithm, plaintext)


def open_(
    request: Request, key: KmsKey, algorithm: str, context: dict[str, str]
) -> tuple[bytes, KeyMaterial]:
    """Return the plaintext of the request's ciphertext, and the material that made it."""
    if key.stored is not None:
        return stored_keys.open_(request, key, context), key.material
    envelope = request.envelope
    if envelope is not None:
        # Most often the latest made it, and none but the right one opens it.
        for material in reversed(key.materials):
            if material.secret is not None:
                opened = ciphertext.open_(material.secret, envelope, context)
                if opened is not None:
                    return opened, material
        raise InvalidCiphertextException
    _check_no_context(algorithm, context)
    blob = request.params["CiphertextBlob"]
    plaintext = key_pairs.decrypt(key.spec, key.secret, algorithm, blob)
    if plaintext is None:
        raise InvalidCiphertextException
    return plaintext, key.material


def material_of(key: KmsKey, blob: bytes) -> KeyMaterial | None:
    """Return the material of *key* that made *blob*, as far as the blob itself tells."""
    envelope = ciphertext.parse(blob)
    if envelope is None or envelope.key_tag != key.ciphertext_tag:
        return None
    tag = envelope.material_tag.hex()
    return next((m for m in key.materials if m.id.startswith(tag)), None)


def _check_no_context(algorithm: str, context: dict[str, str]) -> None:
    if context:
        raise ValidationException(
            f"An encryption context cannot be used with algorithm {algorithm}."
        )


def _key_elsewhere(request: Request, tag: bytes) -> KmsKey | None:
    """Return the key of that tag in the request's Region, whoever's it is."""
    for resources in request.state.all_resources():
        if resources.region == request.region:
            found = resources.key_of_ciphertext(tag)
            if found is not None:
                return found
    return None
