"""DeriveSharedSecret."""

from __future__ import annotations

from ..api.errors import ValidationException
from ..serving.request import Request, Response
from ..values import key_pairs
from ..values.key import KmsKey


def derive_shared_secret(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, DeriveSharedSecret."""
    params = request.params
    secret = key_pairs.exchange(key.spec, key.secret, params["PublicKey"])
    if secret is None:
        # AWS sends no text.
        raise ValidationException
    return {
        "KeyId": key.arn,
        "SharedSecret": secret,
        "KeyAgreementAlgorithm": params["KeyAgreementAlgorithm"],
        "KeyOrigin": key.origin,
    }
