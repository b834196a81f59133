"""
SM4-GCM, by `cryptography`: the symmetric algorithm of China Regions.

Source: GB/T 32907-2016; RFC 8998, section 2.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

KEY_LENGTH = 16
NONCE_LENGTH = 12
TAG_LENGTH = 16


class SM4GCM:
    """
    Encrypts and decrypts with one key, as `cryptography`'s `AESGCM` does.

    Args:
        key: 16 bytes.
    """

    def __init__(self, key: bytes) -> None:
        self._algorithm = SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Return the ciphertext of *data* with its tag, 16 bytes longer than it."""
        encryptor = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data)
        ciphertext = encryptor.update(data) + encryptor.finalize()
        return ciphertext + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """
        Return the plaintext of *data*, a ciphertext with its tag.

        Raises:
            InvalidTag: A byte of it, of *nonce* or of *associated_data* differs.
        """
        if len(data) < TAG_LENGTH:
            raise InvalidTag
        ciphertext, tag = data[:-TAG_LENGTH], data[-TAG_LENGTH:]
        decryptor = Cipher(self._algorithm, modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(associated_data)
        return decryptor.update(ciphertext) + decryptor.finalize()
