"""SM4-GCM has the interface of `AESGCM`; known answers are in test_vectors.py."""

from __future__ import annotations

import os

import pytest
from cryptography.exceptions import InvalidTag

from pytest_kmsmock.crypto import sm4, symmetric
from pytest_kmsmock.crypto.sm4 import SM4GCM


def test_lengths_are_those_of_aes_gcm() -> None:
    """As `ciphertext` takes for granted."""
    assert sm4.KEY_LENGTH == symmetric.SM4_KEY_LENGTH
    assert (sm4.NONCE_LENGTH, sm4.TAG_LENGTH) == (symmetric.NONCE_LENGTH, symmetric.TAG_LENGTH)


def test_what_was_encrypted_decrypts_and_nothing_else_does() -> None:
    key, nonce = os.urandom(sm4.KEY_LENGTH), os.urandom(sm4.NONCE_LENGTH)
    cipher = SM4GCM(key)

    sealed = cipher.encrypt(nonce, b"passport scan", b"aad")

    assert len(sealed) == len(b"passport scan") + sm4.TAG_LENGTH
    assert cipher.decrypt(nonce, sealed, b"aad") == b"passport scan"
    wrong = [
        (cipher, nonce, sealed, b"other"),
        (SM4GCM(bytes(16)), nonce, sealed, b"aad"),
        (cipher, bytes(12), sealed, b"aad"),
        *((cipher, nonce, sealed[:n], b"aad") for n in range(len(sealed))),
        *(
            (cipher, nonce, sealed[:n] + bytes([sealed[n] ^ 1]) + sealed[n + 1 :], b"aad")
            for n in range(len(sealed))
        ),
    ]
    for other, *arguments in wrong:
        with pytest.raises(InvalidTag):
            other.decrypt(*arguments)
