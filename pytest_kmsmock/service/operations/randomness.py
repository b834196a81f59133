"""GenerateRandom."""

from __future__ import annotations

import os

from .. import recipients
from ..errors import CustomKeyStoreNotFoundException, ValidationException
from ..request import Request, Response


def generate_random(request: Request, _: None) -> Response:
    """Source: KMS API Reference, GenerateRandom."""
    params = request.params
    if "NumberOfBytes" not in params:
        raise ValidationException("NumberOfBytes is required.")
    if "CustomKeyStoreId" in params:
        raise CustomKeyStoreNotFoundException(
            f"Custom key store {params['CustomKeyStoreId']} is not found."
        )
    response = {"Plaintext": os.urandom(params["NumberOfBytes"])}
    return recipients.sealed(request, response, "Plaintext")
