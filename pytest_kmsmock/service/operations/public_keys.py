"""GetPublicKey."""

from __future__ import annotations

from ..api.errors import UnsupportedOperationException
from ..serving.request import Request, Response
from ..values import key_pairs
from ..values.key import KmsKey
from ..values.specs import ALGORITHMS_MEMBER


def get_public_key(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, GetPublicKey."""
    if key.spec.kind != "asymmetric":
        raise UnsupportedOperationException
    return {
        "KeyId": key.arn,
        "PublicKey": key_pairs.public_key(key.spec, key.secret),
        "CustomerMasterKeySpec": key.spec.name,
        "KeySpec": key.spec.name,
        "KeyUsage": key.usage,
        ALGORITHMS_MEMBER[key.usage]: list(key.algorithms),
    }
