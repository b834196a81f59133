"""Encapsulate, Decapsulate."""

from __future__ import annotations

from ..api.errors import InvalidCiphertextException
from ..serving.request import Request, Response
from ..values import key_pairs
from ..values.key import KmsKey


def encapsulate(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, Encapsulate."""
    secret, encapsulated = key_pairs.encapsulate(key.spec, key.secret)
    return {
        "KeyId": key.arn,
        "SharedSecret": secret,
        "SharedSecretCiphertextBlob": encapsulated,
        "EncapsulationAlgorithm": request.params["EncapsulationAlgorithm"],
    }


def decapsulate(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, Decapsulate."""
    params = request.params
    encapsulated = params["SharedSecretCiphertextBlob"]
    secret = key_pairs.decapsulate(key.spec, key.secret, encapsulated)
    if secret is None:
        raise InvalidCiphertextException
    return {
        "KeyId": key.arn,
        "SharedSecret": secret,
        "EncapsulationAlgorithm": params["EncapsulationAlgorithm"],
    }
