"""AES-256-GCM, by `cryptography`; with a shorter key, SM4-GCM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .cache import Cache

if TYPE_CHECKING:
    from .sm4 import SM4GCM

KEY_LENGTH = 32
SM4_KEY_LENGTH = 16
NONCE_LENGTH = 12
TAG_LENGTH = 16


def _cipher(key: bytes) -> AESGCM | SM4GCM:
    if len(key) == KEY_LENGTH:
        return AESGCM(key)
    from .sm4 import SM4GCM  # for China Regions alone

    return SM4GCM(key)


# A cipher object costs more than the encryption of a data key, and a test uses few keys often.
CIPHERS: Final = Cache(_cipher, 1024, of_secrets=True)
"""What encrypts and decrypts with a key, by the key: 32 bytes, in China Regions 16."""


def seal(key: bytes, nonce: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """Return the ciphertext of *plaintext* with its tag, 16 bytes longer than it."""
    return CIPHERS[key].encrypt(nonce, plaintext, aad)


def open_(key: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes | None:
    """Return the plaintext, or None if a byte of *sealed*, *nonce* or *aad* differs."""
    try:
        return CIPHERS[key].decrypt(nonce, sealed, aad)
    except InvalidTag:
        return None
