"""GetPublicKey."""

from __future__ import annotations

from .. import asymmetric
from ..errors import UnsupportedOperationException
from ..key import KmsKey
from ..request import Request, Response
from ..specs import ALGORITHMS_MEMBER


def get_public_key(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, GetPublicKey."""
    if key.spec.kind != "asymmetric":
        raise UnsupportedOperationException
    return {
        "KeyId": key.arn,
        "PublicKey": asymmetric.public_key(key.spec, key.secret),
        "CustomerMasterKeySpec": key.spec.name,
        "KeySpec": key.spec.name,
        "KeyUsage": key.usage,
        ALGORITHMS_MEMBER[key.usage]: list(key.algorithms),
    }
