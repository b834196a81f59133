"""MACs against `cryptography`; known answers are in test_vectors.py."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from pytest_kmsmock.crypto import mac
from pytest_kmsmock.crypto.randomness import SYSTEM

SPECS = [
    ("HMAC_224", "HMAC_SHA_224", hashes.SHA224()),
    ("HMAC_256", "HMAC_SHA_256", hashes.SHA256()),
    ("HMAC_384", "HMAC_SHA_384", hashes.SHA384()),
    ("HMAC_512", "HMAC_SHA_512", hashes.SHA512()),
]


@pytest.mark.parametrize(("spec", "algorithm", "hash_"), SPECS)
def test_others_accept_our_macs(spec: str, algorithm: str, hash_: hashes.HashAlgorithm) -> None:
    key = mac.generate(spec, SYSTEM)

    code = mac.mac(key, algorithm, b"order 7")

    other = HMAC(key, hash_)
    other.update(b"order 7")
    other.verify(code)
    assert len(key) == len(code) == hash_.digest_size


@pytest.mark.parametrize(("spec", "algorithm", "hash_"), SPECS)
def test_only_the_whole_mac_of_the_message_is_accepted(
    spec: str, algorithm: str, hash_: hashes.HashAlgorithm
) -> None:
    key = mac.generate(spec, SYSTEM)
    code = mac.mac(key, algorithm, b"order 7")

    assert mac.verify(key, algorithm, b"order 7", code)
    for wrong in (b"", code[:-1], code + b"\0", bytes(len(code)), bytes(6144)):
        assert not mac.verify(key, algorithm, b"order 7", wrong)
    assert not mac.verify(key, algorithm, b"order 8", code)
    assert not mac.verify(mac.generate(spec, SYSTEM), algorithm, b"order 7", code)


@pytest.mark.parametrize(
    ("spec", "shortest", "longest"),
    [("HMAC_224", 28, 64), ("HMAC_256", 32, 64), ("HMAC_384", 48, 128), ("HMAC_512", 64, 128)],
)
def test_the_lengths_of_imported_keys(spec: str, shortest: int, longest: int) -> None:
    assert mac.is_key(spec, bytes(shortest))
    assert mac.is_key(spec, bytes(longest))
    assert not mac.is_key(spec, bytes(shortest - 1))
    assert not mac.is_key(spec, bytes(longest + 1))
