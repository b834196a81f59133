"""
Import tokens: the wrapping key pair, sealed so that only this service opens it.

A token says for which key, how and until when its wrapping key is good. It
carries all of that itself, so that nothing has to be kept.
"""

from __future__ import annotations

import json

import attrs

from ...crypto import symmetric
from ...crypto.randomness import Randomness


@attrs.frozen
class ImportToken:
    """
    What a token says.

    Attributes:
        private: The wrapping key, PKCS #8 DER.
        valid_to: Seconds since the epoch.
    """

    key_arn: str
    wrapping_spec: str
    algorithm: str
    private: bytes = attrs.field(repr=False)
    valid_to: float


def seal(token_key: bytes, token: ImportToken, randomness: Randomness) -> bytes:
    """Return *token* as the opaque bytes that the caller gets."""
    nonce = randomness.draw(symmetric.NONCE_LENGTH)
    terms = [token.key_arn, token.wrapping_spec, token.algorithm, token.valid_to]
    head = json.dumps(terms).encode()
    content = len(head).to_bytes(2, "big") + head + token.private
    return nonce + symmetric.seal(token_key, nonce, content, b"")


def open_(token_key: bytes, sealed: bytes) -> ImportToken | None:
    """Return the token, or None if *sealed* was not made by `seal` with the same key."""
    nonce, rest = sealed[: symmetric.NONCE_LENGTH], sealed[symmetric.NONCE_LENGTH :]
    if len(rest) < symmetric.TAG_LENGTH:
        return None
    content = symmetric.open_(token_key, nonce, rest, b"")
    if content is None:
        return None
    length = int.from_bytes(content[:2], "big")
    key_arn, wrapping_spec, algorithm, valid_to = json.loads(content[2 : 2 + length])
    return ImportToken(key_arn, wrapping_spec, algorithm, content[2 + length :], valid_to)
