"""The ciphertext blob: its outline, byte for byte, and that it cannot be changed."""

from __future__ import annotations

import base64
import hashlib

import pytest

from pytest_kmsmock.crypto import ciphertext
from pytest_kmsmock.crypto.randomness import SYSTEM

ACCOUNT = "123456789012"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = bytes(range(32))
TAG = ciphertext.key_tag(ACCOUNT, KEY_ID)
MATERIAL_ID = hashlib.sha256(KEY).hexdigest()


def seal(plaintext: bytes = bytes(32), context: dict[str, str] | None = None) -> bytes:
    return ciphertext.seal(
        KEY, ciphertext.start(TAG, MATERIAL_ID), plaintext, context or {}, SYSTEM
    )


def test_blob_has_the_outline_of_aws() -> None:
    """
    The layout that AWS's own blobs of 184 bytes show.

    Prefix, 32 bytes of the key, 01, 16 bytes, length of the rest, PKCS #7.
    """
    blob = seal()

    assert blob[:5] == bytes.fromhex("0102020078")
    assert base64.b64encode(blob)[:6] == b"AQICAH"
    assert blob[5:37] == TAG
    assert blob[37:38] == b"\x01"
    assert int.from_bytes(blob[54:58], "big") == len(blob) - 58


def test_der_is_encrypted_data_under_aes256_gcm() -> None:
    """PKCS #7 EncryptedData of PKCS #7 Data. Source: RFC 2315, RFC 5084."""
    der = seal()[58:]
    envelope = ciphertext.parse(seal())
    before_nonce = (
        "307c"  # SEQUENCE
        "06092a864886f70d010706"  # encryptedData
        "a06f306d020100"  # [0], SEQUENCE, version 0
        "3068"  # SEQUENCE
        "06092a864886f70d010701"  # data
        "301e060960864801650304012e"  # SEQUENCE, aes256-GCM
        "3011040c"  # SEQUENCE, OCTET STRING of 12 bytes
    )
    after_nonce = "020110803b"  # INTEGER 16, [0] of 59 bytes: 32, 16 of tag, 11 more

    assert envelope is not None
    assert envelope.key_tag == TAG
    assert envelope.material_tag.hex() == MATERIAL_ID[:16]
    assert len(envelope.nonce) == 12
    assert len(envelope.sealed) == 59
    assert len(der) == 126
    assert der[: len(before_nonce) // 2].hex() == before_nonce
    assert der[-64:-59].hex() == after_nonce


@pytest.mark.parametrize(
    ("plaintext_length", "blob_length"),
    [
        *((1, 153), (16, 168), (24, 176), (32, 184), (35, 187), (36, 189)),
        *((64, 220), (128, 285), (256, 418), (1024, 1186), (4096, 4258)),
    ],
)
def test_length_follows_from_the_outline(plaintext_length: int, blob_length: int) -> None:
    """184 for 32 bytes is seen in AWS's blobs; the others follow from DER."""
    assert len(seal(bytes(plaintext_length))) == blob_length


@pytest.mark.parametrize("length", [*range(1, 300), 1023, 1024, 4095, 4096])
def test_blob_of_every_length_can_be_taken_apart(length: int) -> None:
    """Where DER's lengths grow by a byte, too."""
    plaintext = bytes(number % 251 for number in range(length))
    blob = seal(plaintext)

    envelope = ciphertext.parse(blob)

    assert envelope is not None
    assert envelope.key_tag == TAG
    assert envelope.material_tag.hex() == MATERIAL_ID[:16]
    assert envelope.header + envelope.sealed == blob
    assert ciphertext.open_(KEY, envelope, {}) == plaintext


def test_no_bit_can_be_changed() -> None:
    """The blob does not parse, names no key, or does not open."""
    blob = seal(context={"tenant": "7"})

    for position in range(len(blob) * 8):
        changed = bytearray(blob)
        changed[position // 8] ^= 1 << position % 8

        assert _opened(bytes(changed), {"tenant": "7"}) is None
    assert _opened(blob, {"tenant": "7"}) == bytes(32)


def test_no_shorter_or_longer_blob_parses() -> None:
    """Its length is told thrice: by the blob, by its 4 bytes, by DER."""
    blob = seal()

    for length in range(len(blob)):
        assert ciphertext.parse(blob[:length]) is None
        assert ciphertext.parse(blob[len(blob) - length :]) is None
    assert ciphertext.parse(blob + b"\0") is None
    assert ciphertext.parse(b"\0" + blob) is None


def test_each_seal_has_a_nonce_of_its_own() -> None:
    """Two blobs of the same plaintext have the key's bytes and the outline in common only."""
    envelopes = [ciphertext.parse(seal()) for _ in range(100)]

    assert len({envelope.nonce for envelope in envelopes if envelope}) == 100
    assert len({envelope.sealed for envelope in envelopes if envelope}) == 100


def test_key_tag_stands_for_one_key() -> None:
    """In any Region: a multi-Region key is one key in all of them."""
    others = [
        ciphertext.key_tag("210987654321", KEY_ID),
        ciphertext.key_tag(ACCOUNT, f"mrk-{'0a' * 16}"),
    ]

    assert len(TAG) == 32
    assert ciphertext.key_tag(ACCOUNT, KEY_ID) == TAG
    assert len({TAG, *others}) == 3
    assert all(map(ciphertext.is_key_tag, [TAG, *others]))


def test_other_bytes_are_no_key_tag() -> None:
    """So that a changed byte is told from a key that is gone."""
    for position in range(32):
        changed = bytearray(TAG)
        changed[position] ^= 1

        assert not ciphertext.is_key_tag(bytes(changed))


def test_a_forged_key_tag_opens_nothing() -> None:
    """A blob with it still parses; what it says is another key's, or nobody's."""
    blob = seal()
    other = ciphertext.key_tag(ACCOUNT, "0" * 36)
    forged = ciphertext.parse(blob[:5] + other + blob[37:])
    random = ciphertext.parse(blob[:5] + bytes(range(100, 132)) + blob[37:])

    assert forged is not None
    assert random is not None
    assert ciphertext.is_key_tag(forged.key_tag)
    assert not ciphertext.is_key_tag(random.key_tag)
    assert ciphertext.open_(KEY, forged, {}) is None


def test_empty_context_is_encoded_as_nothing() -> None:
    """A blob made without a context opens with an empty one."""
    assert ciphertext.encode_context({}) == b""


def test_envelope_keeps_its_secrets_out_of_reports() -> None:
    """A failed assertion prints the values it compared."""
    envelope = ciphertext.parse(seal())

    assert envelope is not None
    assert repr(envelope.sealed) not in repr(envelope)


def _opened(blob: bytes, context: dict[str, str]) -> bytes | None:
    envelope = ciphertext.parse(blob)
    if envelope is None or envelope.key_tag != TAG:
        return None
    if envelope.material_tag.hex() != MATERIAL_ID[:16]:
        return None
    return ciphertext.open_(KEY, envelope, context)
