"""GenerateMac, VerifyMac."""

from __future__ import annotations

from ...crypto import mac
from ..api.errors import KMSInvalidMacException
from ..serving.request import Request, Response
from ..values.key import KmsKey


def generate_mac(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, GenerateMac."""
    params = request.params
    algorithm = params["MacAlgorithm"]
    computed = mac.mac(key.secret, algorithm, params["Message"])
    return {"Mac": computed, "MacAlgorithm": algorithm, "KeyId": key.arn}


def verify_mac(request: Request, key: KmsKey) -> Response:
    """Source: KMS API Reference, VerifyMac."""
    params = request.params
    algorithm = params["MacAlgorithm"]
    if not mac.verify(key.secret, algorithm, params["Message"], params["Mac"]):
        raise KMSInvalidMacException
    return {"KeyId": key.arn, "MacValid": True, "MacAlgorithm": algorithm}
