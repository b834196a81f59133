"""
CMS envelopes as KMS sends them to enclaves (RFC 5652, EnvelopedData).

A new AES-256 key encrypts the content in CBC mode, and RSAES-OAEP with SHA-256
the key; the recipient is named by a key identifier. Lengths of what holds the
content are left open, and the content comes in pieces, as from KMS. A parser of
DER alone cannot read that.

Source: RFC 5652, RFC 4055 (OAEP), RFC 3565 (AES); real answers of KMS.
"""

from __future__ import annotations

import hashlib
from typing import Final

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from . import ber, der, rsa
from .randomness import Randomness

_OAEP: Final = "RSAES_OAEP_SHA_256"
_KEY_LENGTH: Final = 32
_BLOCK: Final = 16
_PIECE: Final = 1000

_OID: Final = 0x06
_NULL: Final = 0x05
_SET: Final = 0x31
# Tags of the context: [0] of a primitive, [0] and [1] of a constructed one.
_0: Final = 0x80
_0_CONSTRUCTED: Final = 0xA0
_1_CONSTRUCTED: Final = 0xA1

_DATA: Final = bytes.fromhex("2a864886f70d010701")
_ENVELOPED_DATA: Final = bytes.fromhex("2a864886f70d010703")
_RSAES_OAEP: Final = bytes.fromhex("2a864886f70d010107")
_MGF1: Final = bytes.fromhex("2a864886f70d010108")
_SHA_256: Final = bytes.fromhex("608648016503040201")
_AES_256_CBC: Final = bytes.fromhex("60864801650304012a")


def seal(public: bytes, plaintext: bytes, randomness: Randomness) -> bytes:
    """
    Return *plaintext* in an envelope.

    Args:
        public: Whom it is for, SubjectPublicKeyInfo DER of an RSA key.
    """
    key, iv = randomness.draw(_KEY_LENGTH), randomness.draw(_BLOCK)
    padder = padding.PKCS7(_BLOCK * 8).padder()
    encryptor = _cipher(key, iv).encryptor()
    padded = padder.update(plaintext) + padder.finalize()
    encrypted = encryptor.update(padded) + encryptor.finalize()
    recipient = der.element(
        der.SEQUENCE,
        der.integer(2),
        der.element(_0, key_identifier(public)),
        _OAEP_IDENTIFIER,
        der.element(der.OCTET_STRING, rsa.encrypt_for(public, _OAEP, key)),
    )
    content = ber.open_ended(
        der.SEQUENCE,
        der.element(_OID, _DATA),
        _algorithm(_AES_256_CBC, der.element(der.OCTET_STRING, iv)),
        ber.open_ended(_0_CONSTRUCTED, ber.pieces(encrypted, _PIECE)),
    )
    enveloped = ber.open_ended(der.SEQUENCE, der.integer(2), der.element(_SET, recipient), content)
    return ber.open_ended(
        der.SEQUENCE,
        der.element(_OID, _ENVELOPED_DATA),
        ber.open_ended(_0_CONSTRUCTED, enveloped),
    )


def open_(private: bytes, sealed: bytes) -> bytes | None:
    """
    Return the plaintext, or None if *sealed* is no such envelope for *private*.

    Args:
        private: PKCS #8 DER of an RSA key.
    """
    try:
        identifier, encrypted_key, iv, encrypted = _parts(sealed)
        if identifier != key_identifier(rsa.public_key(private)):
            return None
        key = rsa.decrypt(private, _OAEP, encrypted_key)
        if key is None:
            return None
        decryptor = _cipher(key, iv).decryptor()
        unpadder = padding.PKCS7(_BLOCK * 8).unpadder()
        padded = decryptor.update(encrypted) + decryptor.finalize()
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        return None


def key_identifier(public: bytes) -> bytes:
    """Return what names *public* in an envelope: 32 bytes, as in KMS's."""
    return hashlib.sha256(public).digest()


def _parts(sealed: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Return key identifier, encrypted key, initialization vector and encrypted content."""
    kind, wrapper = _sequence(ber.parse(sealed), _OID, _0_CONSTRUCTED)
    (enveloped,) = wrapper.expect(der.SEQUENCE)
    _, recipients, content = _sequence(enveloped, der.INTEGER, _SET, der.SEQUENCE)
    (recipient,) = recipients.expect(der.SEQUENCE)
    _, identifier, _, encrypted_key = recipient.expect(
        der.INTEGER, _0, der.SEQUENCE, der.OCTET_STRING
    )
    # In one piece or in several.
    if len(content.children) != 3 or content.children[2].tag not in (_0, _0_CONSTRUCTED):
        raise ValueError("not the content expected")
    _, algorithm, encrypted = content.children
    cipher, iv = _sequence(algorithm, _OID, der.OCTET_STRING)
    if (kind.content, cipher.content) != (_ENVELOPED_DATA, _AES_256_CBC):
        raise ValueError("another kind of message")
    return identifier.content, encrypted_key.content, iv.content, encrypted.octets


def _sequence(element: ber.Element, *tags: int) -> tuple[ber.Element, ...]:
    if element.tag != der.SEQUENCE:
        raise ValueError("not a sequence")
    return element.expect(*tags)


def _cipher(key: bytes, iv: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(iv))


def _algorithm(oid: bytes, parameters: bytes) -> bytes:
    return der.element(der.SEQUENCE, der.element(_OID, oid), parameters)


_HASH: Final = _algorithm(_SHA_256, der.element(_NULL))
_OAEP_IDENTIFIER: Final = _algorithm(
    _RSAES_OAEP,
    der.element(
        der.SEQUENCE,
        der.element(_0_CONSTRUCTED, _HASH),
        der.element(_1_CONSTRUCTED, _algorithm(_MGF1, _HASH)),
    ),
)
