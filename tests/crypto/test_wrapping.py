"""How key material travels: RSA-OAEP, and AES key wrap with padding under an RSA-wrapped key."""

from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from pytest_kmsmock.crypto import rsa as rsa_keys
from pytest_kmsmock.crypto import sm2, wrapping
from pytest_kmsmock.crypto.randomness import SYSTEM

DIRECT = ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256")
BY_AES = ("RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256")


@pytest.fixture(scope="module")
def private() -> bytes:
    """A wrapping key, RSA_2048."""
    return rsa_keys.generate("RSA_2048", SYSTEM)


@pytest.fixture(scope="module")
def public(private: bytes) -> rsa.RSAPublicKey:
    """The public half, as a client loads it."""
    key = serialization.load_der_public_key(rsa_keys.public_key(private))
    assert isinstance(key, rsa.RSAPublicKey)
    return key


def oaep(algorithm: str) -> padding.OAEP:
    digest = hashes.SHA256() if algorithm.endswith("256") else hashes.SHA1()
    return padding.OAEP(padding.MGF1(digest), digest, None)


@pytest.mark.parametrize("length", [0, 1, 16, 32, 64, 128, 190])
@pytest.mark.parametrize("algorithm", DIRECT)
def test_oaep_is_unwrapped(
    private: bytes, public: rsa.RSAPublicKey, algorithm: str, length: int
) -> None:
    """RSAES_OAEP encrypts the material itself; the digest is that of label and mask alike."""
    material = os.urandom(length)

    assert wrapping.unwrap(private, algorithm, public.encrypt(material, oaep(algorithm))) == (
        material
    )


@pytest.mark.parametrize("length", [1, 8, 32, 121, 138, 1219, 2375])
@pytest.mark.parametrize("aes_length", [16, 24, 32])
@pytest.mark.parametrize("algorithm", BY_AES)
def test_aes_key_wrap_is_unwrapped(
    private: bytes, public: rsa.RSAPublicKey, algorithm: str, aes_length: int, length: int
) -> None:
    """RFC 5649 under a one-time AES key, after that key under RSA-OAEP."""
    material, aes_key = os.urandom(length), os.urandom(aes_length)
    wrapped = public.encrypt(aes_key, oaep(algorithm)) + keywrap.aes_key_wrap_with_padding(
        aes_key, material
    )

    assert wrapping.is_possible_length("RSA_2048", algorithm, len(wrapped))
    assert wrapping.unwrap(private, algorithm, wrapped) == material


@pytest.mark.parametrize("algorithm", [*DIRECT, *BY_AES])
def test_author_wraps_as_a_client_does(
    private: bytes, public: rsa.RSAPublicKey, algorithm: str
) -> None:
    """What `wrap` makes has the length that fits, and comes out again."""
    der = rsa_keys.public_key(private)

    wrapped = wrapping.wrap(der, algorithm, b"material", SYSTEM)

    assert wrapping.is_possible_length("RSA_2048", algorithm, len(wrapped))
    assert wrapping.unwrap(private, algorithm, wrapped) == b"material"
    assert wrapping.wrap(der, algorithm, b"material", SYSTEM) != wrapped


@pytest.mark.parametrize("made", [*DIRECT, *BY_AES])
@pytest.mark.parametrize("read", [*DIRECT, *BY_AES])
def test_each_algorithm_reads_its_own(private: bytes, made: str, read: str) -> None:
    """Neither the digest nor the way can be another."""
    wrapped = wrapping.wrap(rsa_keys.public_key(private), made, bytes(32), SYSTEM)

    unwrapped = wrapping.unwrap(private, read, wrapped)

    assert unwrapped == (bytes(32) if made == read else None)


@pytest.mark.parametrize("algorithm", [*DIRECT, *BY_AES])
def test_changed_byte_is_noticed(private: bytes, algorithm: str) -> None:
    """Anywhere in the wrapped material."""
    wrapped = wrapping.wrap(rsa_keys.public_key(private), algorithm, bytes(40), SYSTEM)

    for at in range(0, len(wrapped), 37):
        changed = wrapped[:at] + bytes([wrapped[at] ^ 1]) + wrapped[at + 1 :]
        assert wrapping.unwrap(private, algorithm, changed) is None


@pytest.mark.parametrize("algorithm", BY_AES)
@pytest.mark.parametrize("aes_length", [0, 15, 33, 64])
def test_wrong_aes_key_is_no_crash(
    private: bytes, public: rsa.RSAPublicKey, algorithm: str, aes_length: int
) -> None:
    """What RSA-OAEP holds may be no AES key at all."""
    wrapped = public.encrypt(bytes(aes_length), oaep(algorithm)) + os.urandom(40)

    assert wrapping.unwrap(private, algorithm, wrapped) is None


@pytest.mark.parametrize(
    ("spec", "algorithm", "lengths", "wrong"),
    [
        ("RSA_2048", "RSAES_OAEP_SHA_1", (256,), (0, 255, 257, 384)),
        ("RSA_3072", "RSAES_OAEP_SHA_256", (384,), (256, 383, 385, 512)),
        ("RSA_4096", "RSAES_OAEP_SHA_256", (512,), (256, 511, 513, 768)),
        ("RSA_2048", "RSA_AES_KEY_WRAP_SHA_256", (272, 280, 1480), (256, 264, 271, 273, 1481)),
        ("RSA_4096", "RSA_AES_KEY_WRAP_SHA_1", (528, 2904), (512, 520, 529)),
    ],
)
def test_length_tells_what_cannot_be(
    spec: str, algorithm: str, lengths: tuple[int, ...], wrong: tuple[int, ...]
) -> None:
    """RSA makes as much as its modulus; AES key wrap whole blocks, two at least."""
    assert all(wrapping.is_possible_length(spec, algorithm, length) for length in lengths)
    assert not any(wrapping.is_possible_length(spec, algorithm, length) for length in wrong)


def test_sm2_wraps_in_china() -> None:
    """SM2PKE under a wrapping key of spec SM2."""
    own = sm2.generate("SM2", SYSTEM)
    wrapped = sm2.encrypt(own, wrapping.SM2_ALGORITHM, bytes(16))

    assert wrapping.is_possible_length("SM2", wrapping.SM2_ALGORITHM, len(wrapped))
    assert wrapping.unwrap(own, wrapping.SM2_ALGORITHM, wrapped) == bytes(16)
    assert wrapping.unwrap(own, wrapping.SM2_ALGORITHM, b"garbage") is None
