"""Sealing and opening of data with a key, by the algorithm that is asked for."""

from __future__ import annotations

from ...crypto import ciphertext
from ..api.errors import InvalidCiphertextException, ValidationException
from ..values import key_pairs
from ..values.key import KeyMaterial, KmsKey
from ..values.specs import SYMMETRIC_DEFAULT
from .request import Request


def seal(
    request: Request, key: KmsKey, algorithm: str, plaintext: bytes, context: dict[str, str]
) -> bytes:
    """Return the ciphertext of *plaintext*, by the key's current material."""
    if key.stored is not None:
        from . import stored_keys  # not at the top: few tests have key stores

        return stored_keys.seal(request, key, plaintext, context)
    if algorithm == SYMMETRIC_DEFAULT:
        secret = key.material.secret
        assert secret is not None  # the key's state says so
        randomness = request.registry.randomness
        return ciphertext.seal(secret, key.ciphertext_start, plaintext, context, randomness)
    _check_no_context(algorithm, context)
    longest = key_pairs.longest_plaintext(key.spec, algorithm)
    if len(plaintext) > longest:
        raise ValidationException(
            f"Algorithm {algorithm} and key spec {key.spec.name} cannot encrypt data "
            f"larger than {longest} bytes."
        )
    randomness = request.registry.randomness
    return key_pairs.encrypt(key.spec, key.secret, algorithm, plaintext, randomness)


def open_(
    request: Request, key: KmsKey, algorithm: str, context: dict[str, str]
) -> tuple[bytes, KeyMaterial]:
    """Return the plaintext of the request's ciphertext, and the material that made it."""
    if key.stored is not None:
        from . import stored_keys  # not at the top, likewise

        return stored_keys.open_(request, key, context), key.material
    adopted = request.adopted
    if adopted is not None:
        if not adopted.opens_under(key, context):
            raise InvalidCiphertextException
        return adopted.plaintext, adopted.material_of(key)
    envelope = request.envelope
    if envelope is not None:
        # Most often the latest made it, and none but the right one opens it.
        for material in reversed(key.materials):
            if material.secret is not None:
                opened = ciphertext.open_(material.secret, envelope, context)
                if opened is not None:
                    return opened, material
        raise InvalidCiphertextException
    _check_no_context(algorithm, context)
    blob = request.params["CiphertextBlob"]
    plaintext = key_pairs.decrypt(key.spec, key.secret, algorithm, blob)
    if plaintext is None:
        raise InvalidCiphertextException
    return plaintext, key.material


def _check_no_context(algorithm: str, context: dict[str, str]) -> None:
    if context:
        raise ValidationException(
            f"An encryption context cannot be used with algorithm {algorithm}."
        )
