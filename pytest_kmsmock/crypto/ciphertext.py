"""
The ciphertext blob that Encrypt and the data key operations return.

AWS calls its format private. This one has the outline that blobs of AWS show,
byte for byte where a program could look, so that lengths and first bytes agree:

    01 02 02 00 78     prefix (base64 ``AQICAHh…``)
    32 bytes           the key: the same in every blob of a key
    01                 separator
    16 bytes           the material: 8 bytes of its ID, 8 random ones
    4 bytes            length of the rest
    DER                PKCS #7 EncryptedData, aes256-GCM, a 12-byte nonce,
                       then the sealed plaintext

The sealed plaintext is 27 bytes longer than the plaintext, as AWS's is: 16 are
the tag, 11 a constant. Everything before it is authenticated, and so is the
encryption context.
"""

from __future__ import annotations

import functools
import hashlib
import struct
import zlib
from collections.abc import Callable, Mapping

import attrs

from . import der, symmetric
from .randomness import Randomness

_PREFIX = bytes.fromhex("0102020078")
_SEPARATOR = b"\x01"
_INNER = bytes(11)
_NAME_LENGTH = 28
_KEY_TAG_LENGTH = 32
# Of its ID, and random.
_MATERIAL_LENGTHS = (8, 8)
_RANDOM_LENGTH = 8 + symmetric.NONCE_LENGTH
_SHORTEST_HEADER = 125
_OVERHEAD = len(_INNER) + symmetric.TAG_LENGTH

# Context-specific tags.
_0 = 0x80
_0_CONSTRUCTED = 0xA0
_OID_ENCRYPTED_DATA = bytes.fromhex("06092a864886f70d010706")
_OID_DATA = bytes.fromhex("06092a864886f70d010701")
_OID_AES256_GCM = bytes.fromhex("060960864801650304012e")
_VERSION_0 = bytes.fromhex("020100")
_TAG_LENGTH_16 = bytes.fromhex("020110")


# Not `frozen`, which would cost more than taking the blob apart.
@attrs.define
class Envelope:
    """
    A blob taken apart, nothing of it proved yet.

    Attributes:
        key_tag: 32 bytes, as `key_tag` makes them.
        material_tag: 8 bytes, the first of the key material's ID.
        header: All that precedes the sealed plaintext.
    """

    key_tag: bytes
    material_tag: bytes
    nonce: bytes
    header: bytes = attrs.field(repr=False)
    sealed: bytes = attrs.field(repr=False)


def key_tag(account: str, key_id: str) -> bytes:
    """
    Return the 32 bytes that stand for a key in its blobs.

    The Region is left out: a multi-Region key is one key in all of them. The
    last bytes check the others, so that a changed byte can be told from a key
    that is gone.
    """
    name = hashlib.blake2s(f"{account}/{key_id}".encode(), digest_size=_NAME_LENGTH).digest()
    return name + _checksum(name)


def is_key_tag(tag: bytes) -> bool:
    """Tell whether `key_tag` made *tag*, for whichever key."""
    return _checksum(tag[:_NAME_LENGTH]) == tag[_NAME_LENGTH:]


def _checksum(name: bytes) -> bytes:
    return zlib.crc32(name).to_bytes(4, "big")


def start(key_tag: bytes, material_id: str) -> bytes:
    """
    Return what all blobs of a key material start with.

    Args:
        material_id: 64 hex digits.
    """
    return _PREFIX + key_tag + _SEPARATOR + bytes.fromhex(material_id[:16])


def seal(
    key: bytes,
    blob_start: bytes,
    plaintext: bytes,
    context: Mapping[str, str],
    randomness: Randomness,
) -> bytes:
    """
    Return the blob of *plaintext*.

    Args:
        key: The key material: 32 bytes for AES-256, 16 for SM4.
        blob_start: As `start` makes it.
        context: The encryption context; the order of its pairs does not matter.
    """
    random = randomness.draw(_RANDOM_LENGTH)
    nonce = random[8:]
    before, between = _outline(len(plaintext) + _OVERHEAD)
    header = blob_start + random[:8] + before + nonce + between
    aad = header + encode_context(context) if context else header
    return header + symmetric.seal(key, nonce, _INNER + plaintext, aad)


def parse(blob: bytes) -> Envelope | None:
    """Return the parts of *blob*, or None if it is not of this format."""
    layout = _layout(len(blob))
    if layout is None:
        return None
    unpack, constants, sealed_at = layout
    prefix, key_tag, separator, material_tag, _, before, nonce, between, sealed = unpack(blob)
    if (prefix, separator, before, between) != constants:
        return None
    return Envelope(key_tag, material_tag, nonce, blob[:sealed_at], sealed)


def open_(key: bytes, envelope: Envelope, context: Mapping[str, str]) -> bytes | None:
    """Return the plaintext, or None if the key, a byte or the context differs."""
    header = envelope.header
    aad = header + encode_context(context) if context else header
    opened = symmetric.open_(key, envelope.nonce, envelope.sealed, aad)
    return None if opened is None else opened[len(_INNER) :]


def encode_context(context: Mapping[str, str]) -> bytes:
    """
    Return *context* as bytes: one way for each map, and for no other map.

    Pairs are sorted by key, and each key and value follows its own length.
    """
    parts = []
    for key in sorted(context):
        for text in (key, context[key]):
            # JSON can carry a lone surrogate, which UTF-8 proper cannot.
            encoded = text.encode("utf-8", "surrogatepass")
            parts.append(len(encoded).to_bytes(4, "big"))
            parts.append(encoded)
    return b"".join(parts)


@functools.cache
def _layout(
    blob_length: int,
) -> tuple[Callable[[bytes], tuple[bytes, ...]], tuple[bytes, ...], int] | None:
    """
    Return what takes a blob apart, those of its parts that are constant, where the last starts.

    None if no blob is that long.
    """
    # The header grows with the lengths that it tells, by a few bytes.
    for header_length in range(_SHORTEST_HEADER, _SHORTEST_HEADER + 20):
        sealed_length = blob_length - header_length
        if sealed_length < _OVERHEAD:
            return None
        before, between = _outline(sealed_length)
        constants = (_PREFIX, _SEPARATOR, before, between)
        lengths = (
            *(len(_PREFIX), _KEY_TAG_LENGTH, len(_SEPARATOR), *_MATERIAL_LENGTHS),
            *(len(before), symmetric.NONCE_LENGTH, len(between), sealed_length),
        )
        parts = struct.Struct("".join(f"{length}s" for length in lengths))
        if parts.size == blob_length:
            return parts.unpack, constants, header_length
    return None


@functools.cache
def _outline(sealed_length: int) -> tuple[bytes, bytes]:
    """Return the length and the DER around the nonce: what precedes and what follows it."""
    nonce = bytes(symmetric.NONCE_LENGTH)
    sealed = bytes(sealed_length)
    parameters = der.element(der.SEQUENCE, der.element(der.OCTET_STRING, nonce), _TAG_LENGTH_16)
    algorithm = der.element(der.SEQUENCE, _OID_AES256_GCM, parameters)
    content = der.element(der.SEQUENCE, _OID_DATA, algorithm, der.element(_0, sealed))
    data = der.element(der.SEQUENCE, _VERSION_0, content)
    message = der.element(der.SEQUENCE, _OID_ENCRYPTED_DATA, der.element(_0_CONSTRUCTED, data))
    whole = len(message).to_bytes(4, "big") + message
    before, _, between = whole.removesuffix(sealed).rpartition(nonce)
    return before, between
