"""ML-DSA; known answers are in test_vectors.py."""

from __future__ import annotations

import hashlib

import pytest

from pytest_kmsmock.crypto import der, ecc, mldsa
from pytest_kmsmock.crypto.randomness import SYSTEM

ALGORITHM = "ML_DSA_SHAKE_256"
SPECS = [("ML_DSA_44", 1334, 2420), ("ML_DSA_65", 1974, 3309), ("ML_DSA_87", 2614, 4627)]
every_spec = pytest.mark.parametrize(("spec", "public", "length"), SPECS)


def mu_of(private: bytes, message: bytes) -> bytes:
    """FIPS 204, algorithms 2 and 7: the context is empty."""
    raw = mldsa.public_key(private)[22:]  # FIPS 204, table 2: what the SPKI wraps
    tr = hashlib.shake_256(raw).digest(64)
    return hashlib.shake_256(tr + b"\0\0" + message).digest(64)


@every_spec
def test_keys_and_signatures_have_the_lengths_of_fips_204(
    spec: str, public: int, length: int
) -> None:
    private = mldsa.generate(spec, SYSTEM)

    assert len(mldsa.public_key(private)) == public
    assert len(mldsa.sign(private, ALGORITHM, b"firmware")) == length
    assert mldsa.is_private_key(spec, private)


@every_spec
def test_pycryptodome_accepts_our_signatures(spec: str, public: int, length: int) -> None:
    library = pytest.importorskip("Crypto.PublicKey.MLDSA", reason="no PyCryptodome with ML-DSA")
    scheme = pytest.importorskip("Crypto.Signature.mldsa")
    private = mldsa.generate(spec, SYSTEM)
    key = library.import_key(mldsa.public_key(private))

    scheme.new(key).verify(b"firmware", mldsa.sign(private, ALGORITHM, b"firmware"))

    theirs = scheme.new(library.import_key(private)).sign(b"firmware")
    assert mldsa.verify(private, ALGORITHM, b"firmware", theirs)


@every_spec
def test_a_message_and_its_mu_are_signed_alike(spec: str, public: int, length: int) -> None:
    private = mldsa.generate(spec, SYSTEM)
    mu = mu_of(private, b"firmware")

    of_message = mldsa.sign(private, ALGORITHM, b"firmware")
    of_mu = mldsa.sign(private, ALGORITHM, mu, is_digest=True)

    assert mldsa.verify(private, ALGORITHM, b"firmware", of_mu)
    assert mldsa.verify(private, ALGORITHM, mu, of_message, is_digest=True)
    assert not mldsa.verify(private, ALGORITHM, b"Firmware", of_mu)
    assert not mldsa.verify(private, ALGORITHM, mu, of_message)


@every_spec
def test_what_can_be_no_signature_is_none(spec: str, public: int, length: int) -> None:
    private = mldsa.generate(spec, SYSTEM)

    for wrong in (0, 1, length - 1, length, length + 1, 6144):
        assert not mldsa.verify(private, ALGORITHM, b"firmware", bytes(wrong))
        assert not mldsa.verify(private, ALGORITHM, bytes(64), bytes(wrong), is_digest=True)


def test_a_mu_has_64_bytes() -> None:
    private = mldsa.generate("ML_DSA_44", SYSTEM)

    with pytest.raises(ValueError, match="64"):
        mldsa.sign(private, ALGORITHM, b"firmware", is_digest=True)


def test_a_key_of_others_is_checked() -> None:
    private = mldsa.generate("ML_DSA_44", SYSTEM)
    other = ecc.generate("ECC_NIST_P256", SYSTEM)

    assert not mldsa.is_private_key("ML_DSA_65", private)
    assert not mldsa.is_private_key("ML_DSA_44", other)
    assert not mldsa.is_private_key("ML_DSA_44", b"no key")


@every_spec
def test_a_key_whose_content_is_none_is_no_key(spec: str, public: int, length: int) -> None:
    """Though its algorithm is the right one."""
    algorithm = der.algorithm(mldsa.generate(spec, SYSTEM))
    assert algorithm is not None
    empty = der.element(
        der.SEQUENCE,
        der.integer(0),
        der.element(der.SEQUENCE, algorithm),
        der.element(der.OCTET_STRING, b"no key"),
    )

    assert der.algorithm(empty) == algorithm
    assert not mldsa.is_private_key(spec, empty)
