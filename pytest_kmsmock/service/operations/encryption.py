"""Encrypt, Decrypt, ReEncrypt."""

from __future__ import annotations

from ...crypto import ciphertext
from ..api.errors import IncorrectKeyException, InvalidCiphertextException
from ..api.shapes import ignores_ciphertext, missing_member
from ..rules.key_states import check_state
from ..rules.usage import wrong_algorithm, wrong_usage
from ..serving import finding
from ..serving.request import Request, Response
from ..serving.sealing import open_, seal
from ..values.key import KmsKey
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
    if ignores_ciphertext(params):
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
    if destination.manager == "AWS" and not request.is_decided:
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
    if algorithm != SYMMETRIC_DEFAULT or ignores_ciphertext(params):
        if named is None:
            raise missing_member(request.operation, key_member)
        if named.usage != "ENCRYPT_DECRYPT":
            raise IncorrectKeyException
        return named
    blob = params["CiphertextBlob"]
    request.adopted = request.state.adopted.get(blob)
    if request.adopted is not None:
        tag = request.adopted.key_tag
    else:
        request.envelope = envelope = ciphertext.parse(blob)
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
        raise finding.not_found_elsewhere(
            request, "the resource associated with this ciphertext", None
        )
    return found


def _key_elsewhere(request: Request, tag: bytes) -> KmsKey | None:
    """Return the key of that tag in the request's Region, whoever's it is."""
    for resources in request.state.all_resources():
        if resources.region == request.region:
            found = resources.key_of_ciphertext(tag)
            if found is not None:
                return found
    return None
