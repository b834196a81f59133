"""Sign, Verify."""

from __future__ import annotations

from ..api.errors import KMSInvalidSignatureException, ValidationException
from ..serving.request import Request, Response
from ..values import key_pairs
from ..values.key import KmsKey
from ..values.specs import MESSAGE_LENGTHS


def sign(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, Sign."""
    params = request.params
    message_type = _checked_message_type(request, key)
    algorithm = params["SigningAlgorithm"]
    signature = key_pairs.sign(
        key.spec,
        key.secret,
        algorithm,
        message_type,
        params["Message"],
        request.registry.randomness,
    )
    return {"KeyId": key.arn, "Signature": signature, "SigningAlgorithm": algorithm}


def verify(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, Verify."""
    params = request.params
    message_type = _checked_message_type(request, key)
    algorithm = params["SigningAlgorithm"]
    if not key_pairs.verify(
        key.spec,
        key.secret,
        algorithm,
        message_type,
        params["Message"],
        params["Signature"],
    ):
        raise KMSInvalidSignatureException
    return {"KeyId": key.arn, "SignatureValid": True, "SigningAlgorithm": algorithm}


def _checked_message_type(request: Request, key: KmsKey) -> str:
    """
    Return the request's MessageType.

    Raises:
        ValidationException: The algorithm does not take that type, or the
            message has another length than such a digest.
    """
    params = request.params
    algorithm, message_type = params["SigningAlgorithm"], params.get("MessageType", "RAW")
    lengths = MESSAGE_LENGTHS[algorithm]
    if message_type not in lengths:
        culprit = (
            f"algorithm {algorithm}"
            if key.spec.family == "ed25519"
            else f"key spec {key.spec.name}"
        )
        raise ValidationException(f"Message type {message_type} is incompatible with {culprit}.")
    length = lengths[message_type]
    if length is not None and len(params["Message"]) != length:
        raise ValidationException(f"Digest is invalid length for algorithm {algorithm}.")
    return str(message_type)
