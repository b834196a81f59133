"""
SM4-GCM, by `cryptography`: what `symmetric` is elsewhere, for the China Regions.

Source: GB/T 32907-2016, RFC 8998; KMS Developer Guide, SYMMETRIC_DEFAULT.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

KEY_LENGTH = 16
NONCE_LENGTH = 12
TAG_LENGTH = 16


def seal(key: bytes, nonce: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """Return the ciphertext of *plaintext* with its tag, 16 bytes longer than it."""
    encryptor = Cipher(SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(aad)
    ciphertext = encryptor.update(plaintext) + encryptor.finalize()
    return ciphertext + encryptor.tag


def open_(key: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes | None:
    """Return the plaintext, or None if a byte of *sealed*, *nonce* or *aad* differs."""
    if len(sealed) < TAG_LENGTH:
        return None
    ciphertext, tag = sealed[:-TAG_LENGTH], sealed[-TAG_LENGTH:]
    decryptor = Cipher(SM4(key), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(aad)
    try:
        return decryptor.update(ciphertext) + decryptor.finalize()
    except InvalidTag:
        return None
