"""AES-256-GCM: the standard's own answer, and that every bit counts."""

from __future__ import annotations

import pytest

from pytest_kmsmock.crypto import symmetric

# Source: McGrew and Viega, "The Galois/Counter Mode of Operation", test case 16.
KEY = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
NONCE = bytes.fromhex("cafebabefacedbaddecaf888")
AAD = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
PLAINTEXT = bytes.fromhex(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
)
SEALED = bytes.fromhex(
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
    "76fc6ece0f4e1768cddf8853bb2d551b"
)


def test_known_answer() -> None:
    """The ciphertext is that of the standard, its tag behind it."""
    assert symmetric.seal(KEY, NONCE, PLAINTEXT, AAD) == SEALED
    assert symmetric.open_(KEY, NONCE, SEALED, AAD) == PLAINTEXT


def test_lengths_are_those_of_aes_256_gcm() -> None:
    """32 bytes of key, 12 of nonce, 16 of tag."""
    assert len(KEY) == symmetric.KEY_LENGTH
    assert len(NONCE) == symmetric.NONCE_LENGTH
    assert len(SEALED) - len(PLAINTEXT) == symmetric.TAG_LENGTH


@pytest.mark.parametrize("position", range(len(SEALED)))
def test_no_byte_of_the_ciphertext_can_be_changed(position: int) -> None:
    """The tag authenticates all of it."""
    changed = bytearray(SEALED)
    changed[position] ^= 1

    assert symmetric.open_(KEY, NONCE, bytes(changed), AAD) is None


@pytest.mark.parametrize(
    ("key", "nonce", "aad"),
    [
        (bytes(32), NONCE, AAD),
        (KEY, bytes(12), AAD),
        (KEY, NONCE, b""),
        (KEY, NONCE, AAD + b"\0"),
    ],
)
def test_key_nonce_and_aad_must_be_the_same(key: bytes, nonce: bytes, aad: bytes) -> None:
    """Otherwise there is no plaintext, and no exception either."""
    assert symmetric.open_(key, nonce, SEALED, aad) is None


@pytest.mark.parametrize("length", [0, 1, 15, 16])
def test_what_is_shorter_than_its_tag_does_not_open(length: int) -> None:
    """It is as wrong as any other ciphertext."""
    assert symmetric.open_(KEY, NONCE, SEALED[:length], AAD) is None
