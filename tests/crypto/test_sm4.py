"""SM4-GCM has the interface of `symmetric`; known answers are in test_vectors.py."""

from __future__ import annotations

import inspect
import os

from pytest_kmsmock.crypto import sm4, symmetric


def test_it_can_stand_in_for_symmetric() -> None:
    for name in ("seal", "open_"):
        assert inspect.signature(getattr(sm4, name)) == inspect.signature(getattr(symmetric, name))
    assert (sm4.NONCE_LENGTH, sm4.TAG_LENGTH) == (symmetric.NONCE_LENGTH, symmetric.TAG_LENGTH)


def test_what_was_sealed_opens_and_nothing_else_does() -> None:
    key, nonce = os.urandom(sm4.KEY_LENGTH), os.urandom(sm4.NONCE_LENGTH)

    sealed = sm4.seal(key, nonce, b"passport scan", b"aad")

    assert len(sealed) == len(b"passport scan") + sm4.TAG_LENGTH
    assert sm4.open_(key, nonce, sealed, b"aad") == b"passport scan"
    assert sm4.open_(key, nonce, sealed, b"other") is None
    assert sm4.open_(bytes(16), nonce, sealed, b"aad") is None
    assert sm4.open_(key, bytes(12), sealed, b"aad") is None
    for n in range(len(sealed)):
        assert sm4.open_(key, nonce, sealed[:n], b"aad") is None
        altered = sealed[:n] + bytes([sealed[n] ^ 1]) + sealed[n + 1 :]
        assert sm4.open_(key, nonce, altered, b"aad") is None
