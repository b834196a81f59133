"""GenerateDataKey and GenerateDataKeyPair, with and without plaintext."""

from __future__ import annotations

from ..api.errors import (
    InvalidKeyUsageException,
    UnsupportedOperationException,
    ValidationException,
)
from ..misuse import NotMockedError
from ..rules.usage import check_not_stored
from ..serving.request import Request, Response
from ..serving.sealing import seal
from ..values import key_pairs
from ..values.key import KmsKey
from ..values.specs import KEY_SPECS, SYMMETRIC_DEFAULT

LENGTHS = {"AES_128": 16, "AES_256": 32}


def check_choice(request: Request) -> None:
    """Raise unless the request has one of KeySpec and NumberOfBytes."""
    if ("KeySpec" in request.params) == ("NumberOfBytes" in request.params):
        raise ValidationException("Please specify either number of bytes or key spec.")


def fits_data_keys(request: Request, key: KmsKey) -> None:
    if not key.spec.is_symmetric_encryption:
        raise InvalidKeyUsageException("You cannot generate a data key with an asymmetric CMK")


def fits_data_key_pairs(request: Request, key: KmsKey) -> None:
    fits_data_keys(request, key)
    check_not_stored(key)


def generate_data_key(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, GenerateDataKey."""
    params = request.params
    length = params.get("NumberOfBytes") or LENGTHS[params["KeySpec"]]
    plaintext = request.registry.randomness.draw(length)
    context = params.get("EncryptionContext", {})
    return {
        "CiphertextBlob": seal(request, key, SYMMETRIC_DEFAULT, plaintext, context),
        "Plaintext": plaintext,
        "KeyId": key.arn,
        "KeyMaterialId": key.material.id,
    }


def generate_data_key_without_plaintext(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, GenerateDataKeyWithoutPlaintext."""
    response = generate_data_key(request, key)
    del response["Plaintext"]
    return response


def generate_data_key_pair(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, GenerateDataKeyPair."""
    params = request.params
    spec = KEY_SPECS.get(params["KeyPairSpec"])
    if spec is None:
        raise NotMockedError(
            f"pytest-kmsmock does not know the key pair spec {params['KeyPairSpec']}, "
            f"which this botocore has; it knows {', '.join(KEY_SPECS)}."
        )
    if not spec.is_offered_in(request.region):
        raise UnsupportedOperationException(
            f"KeyPairSpec {spec.name} is not supported in this Region"
        )
    private = request.registry.key_maker.new(spec, request.region)
    context = params.get("EncryptionContext", {})
    return {
        "PrivateKeyCiphertextBlob": seal(request, key, SYMMETRIC_DEFAULT, private, context),
        "PrivateKeyPlaintext": private,
        "PublicKey": key_pairs.public_key(spec, private),
        "KeyId": key.arn,
        "KeyPairSpec": spec.name,
        "KeyMaterialId": key.material.id,
    }


def generate_data_key_pair_without_plaintext(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, GenerateDataKeyPairWithoutPlaintext."""
    response = generate_data_key_pair(request, key)
    del response["PrivateKeyPlaintext"]
    return response
