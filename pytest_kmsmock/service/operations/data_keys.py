"""GenerateDataKey, GenerateDataKeyWithoutPlaintext."""

from __future__ import annotations

import os

from ..errors import InvalidKeyUsageException, ValidationException
from ..key import KmsKey
from ..request import Request, Response
from .encryption import seal

LENGTHS = {"AES_128": 16, "AES_256": 32}


def check_choice(request: Request) -> None:
    """Raise unless the request has one of KeySpec and NumberOfBytes."""
    if ("KeySpec" in request.params) == ("NumberOfBytes" in request.params):
        raise ValidationException("Please specify either number of bytes or key spec.")


def fits_data_keys(request: Request, key: KmsKey) -> None:
    if not key.spec.is_symmetric_encryption:
        raise InvalidKeyUsageException("You cannot generate a data key with an asymmetric CMK")


def generate_data_key(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, GenerateDataKey."""
    params = request.params
    length = params.get("NumberOfBytes") or LENGTHS[params["KeySpec"]]
    plaintext = os.urandom(length)
    return {
        "CiphertextBlob": seal(key, plaintext, params.get("EncryptionContext", {})),
        "Plaintext": plaintext,
        "KeyId": key.arn,
        "KeyMaterialId": key.material.id,
    }


def generate_data_key_without_plaintext(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, GenerateDataKeyWithoutPlaintext."""
    response = generate_data_key(request, key)
    del response["Plaintext"]
    return response
