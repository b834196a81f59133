"""
Key usage, origin and algorithms: what a key may be used for.

Source: the texts are as recorded from AWS.
"""

from __future__ import annotations

from ..api.errors import InvalidKeyUsageException, UnsupportedOperationException
from ..values.key import KmsKey


def wrong_usage(operation: str, key: KmsKey) -> InvalidKeyUsageException:
    """Return the error for *operation*, which needs a key of another usage."""
    return InvalidKeyUsageException(
        f"{key.arn} key usage is {key.usage} which is not valid for {operation}."
    )


def check_origin(key: KmsKey, origin: str) -> None:
    """Raise if *key* is of another origin than the one that the operation needs."""
    if key.origin != origin:
        raise _wrong_origin(key)


def check_not_stored(key: KmsKey) -> None:
    """Raise if *key* is in a custom key store, which its origin tells."""
    if key.stored is not None:
        raise _wrong_origin(key)


def _wrong_origin(key: KmsKey) -> UnsupportedOperationException:
    return UnsupportedOperationException(
        f"{key.arn} origin is {key.origin} which is not valid for this operation."
    )


def wrong_algorithm(key: KmsKey, algorithm: str) -> InvalidKeyUsageException:
    """Return the error for *algorithm*, which *key*, of the right usage, does not have."""
    return InvalidKeyUsageException(
        f"Algorithm {algorithm} is incompatible with key spec {key.spec.name}."
    )
