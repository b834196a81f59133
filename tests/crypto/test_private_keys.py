"""The cache of private keys by their DER."""

from __future__ import annotations

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pytest_kmsmock.crypto import ecc
from pytest_kmsmock.crypto.private_keys import PrivateKeys
from pytest_kmsmock.crypto.randomness import SYSTEM


class Loading:
    """Loads keys and counts."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, private: bytes) -> ec.EllipticCurvePrivateKey:
        self.count += 1
        key = serialization.load_der_private_key(private, password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key


def test_a_new_key_is_not_loaded() -> None:
    load = Loading()
    keys = PrivateKeys(load)
    key = ec.generate_private_key(ec.SECP256R1())

    assert keys(keys.add(key)) is key
    assert load.count == 0


def test_a_key_from_elsewhere_is_loaded_once() -> None:
    load = Loading()
    keys = PrivateKeys(load)
    private = ecc.generate("ECC_NIST_P256", SYSTEM)

    assert keys(private) is keys(bytes(bytearray(private)))
    assert load.count == 1


def test_what_has_been_forgotten_is_loaded_again() -> None:
    """Only so many keys are kept: a run may make thousands."""
    load = Loading()
    keys = PrivateKeys(load)
    first = keys.add(ec.generate_private_key(ec.SECP256R1()))
    for _ in range(256):
        keys.add(ec.generate_private_key(ec.SECP256R1()))

    assert keys(first).private_numbers() == Loading()(first).private_numbers()
    assert load.count == 1
