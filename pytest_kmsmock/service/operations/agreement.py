"""DeriveSharedSecret, Encapsulate, Decapsulate."""

from __future__ import annotations

from .. import asymmetric, recipients
from ..errors import InvalidCiphertextException, ValidationException
from ..key import KmsKey
from ..request import Request, Response
from ..usage import check_algorithm


def derive_shared_secret(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, DeriveSharedSecret."""
    params = request.params
    secret = asymmetric.exchange(key.spec, key.secret, params["PublicKey"])
    if secret is None:
        # AWS sends no text.
        raise ValidationException
    response = {
        "KeyId": key.arn,
        "SharedSecret": secret,
        "KeyAgreementAlgorithm": params["KeyAgreementAlgorithm"],
        "KeyOrigin": key.origin,
    }
    return recipients.sealed(request, response, "SharedSecret")


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


def fits_agreement(request: Request, key: KmsKey) -> None:
    check_algorithm(key, request.params["KeyAgreementAlgorithm"])


def fits_encapsulation(request: Request, key: KmsKey) -> None:
    check_algorithm(key, request.params["EncapsulationAlgorithm"])
