"""The secret numbers within private keys."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from pytest_kmsmock.crypto import families
from pytest_kmsmock.crypto.extras import MissingExtra
from pytest_kmsmock.crypto.private_parts import private_parts
from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.values.specs import KEY_SPECS

SPECS = [name for name, spec in KEY_SPECS.items() if spec.family in families.KEY_PAIRS]


def pair(spec: str) -> tuple[bytes, bytes]:
    family = families.KEY_PAIRS[KEY_SPECS[spec].family]()
    try:
        private = family.generate(spec, SYSTEM)
    except MissingExtra as error:
        pytest.skip(str(error))
    return private, family.public_key(private)


@pytest.mark.parametrize("spec", [spec for spec in SPECS if spec not in ("RSA_3072", "RSA_4096")])
def test_they_are_in_the_private_key_and_not_in_the_public_one(spec: str) -> None:
    private, public = pair(spec)

    parts = private_parts(private)

    assert parts
    assert all(len(part) >= 16 and part in private and part not in public for part in parts)


def test_they_are_the_numbers_that_cryptography_has() -> None:
    numbers = {}
    for spec in ("RSA_2048", "ECC_NIST_P256", "ECC_NIST_EDWARDS25519"):
        private, _ = pair(spec)
        key = serialization.load_der_private_key(private, None)
        numbers[spec] = (key, private_parts(private))

    key, parts = numbers["RSA_2048"]
    assert isinstance(key, rsa.RSAPrivateKey)
    known = key.private_numbers()
    assert [int.from_bytes(part, "big") for part in parts] == [
        *(known.d, known.p, known.q, known.dmp1, known.dmq1, known.iqmp)
    ]
    key, [part] = numbers["ECC_NIST_P256"]
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert int.from_bytes(part, "big") == key.private_numbers().private_value
    key, [part] = numbers["ECC_NIST_EDWARDS25519"]
    assert isinstance(key, ed25519.Ed25519PrivateKey)
    assert part == key.private_bytes_raw()


@pytest.mark.parametrize("other", [b"", b"no key", b"\x30\x03\x02\x01\x00"])
def test_of_another_thing_there_are_none(other: bytes) -> None:
    assert private_parts(other) == []
