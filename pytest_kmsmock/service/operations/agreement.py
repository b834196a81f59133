"""DeriveSharedSecret, Encapsulate, Decapsulate."""

from __future__ import annotations

from ..api.errors import InvalidCiphertextException, ValidationException
from ..serving.request import Request, Response
from ..values import asymmetric
from ..values.key import KmsKey


def derive_shared_secret(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, DeriveSharedSecret."""
    params = request.params
    secret = asymmetric.exchange(key.spec, key.secret, params["PublicKey"])
    if secret is None:
        # AWS sends no text.
        raise ValidationException
    return {
        "KeyId": key.arn,
        "SharedSecret": secret,
        "KeyAgreementAlgorithm": params["KeyAgreementAlgorithm"],
        "KeyOrigin": key.origin,
    }


def encapsulate(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, Encapsulate."""
    secret, encapsulated = asymmetric.encapsulate(key.secret)
    return {
        "KeyId": key.arn,
        "SharedSecret": secret,
        "SharedSecretCiphertextBlob": encapsulated,
        "EncapsulationAlgorithm": request.params["EncapsulationAlgorithm"],
    }


def decapsulate(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, Decapsulate."""
    params = request.params
    secret = asymmetric.decapsulate(key.secret, params["SharedSecretCiphertextBlob"])
    if secret is None:
        raise InvalidCiphertextException
    return {
        "KeyId": key.arn,
        "SharedSecret": secret,
        "EncapsulationAlgorithm": params["EncapsulationAlgorithm"],
    }
