"""AES-256-GCM, by `cryptography`; with a shorter key, SM4-GCM."""

from __future__ import annotations

import functools

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .sm4 import SM4GCM

KEY_LENGTH = 32
NONCE_LENGTH = 12
TAG_LENGTH = 16


# A cipher object costs more than the encryption of a data key, and a test uses few keys often.
@functools.lru_cache(maxsize=1024)
def cipher(key: bytes) -> AESGCM | SM4GCM:
    """Return what encrypts and decrypts with *key*: 32 bytes, in China Regions 16."""
    return AESGCM(key) if len(key) == KEY_LENGTH else SM4GCM(key)


def seal(key: bytes, nonce: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """Return the ciphertext of *plaintext* with its tag, 16 bytes longer than it."""
    return cipher(key).encrypt(nonce, plaintext, aad)


def open_(key: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes | None:
    """Return the plaintext, or None if a byte of *sealed*, *nonce* or *aad* differs."""
    try:
        return cipher(key).decrypt(nonce, sealed, aad)
    except InvalidTag:
        return None
