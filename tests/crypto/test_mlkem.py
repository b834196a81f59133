"""ML-KEM; known answers are in test_vectors.py."""

from __future__ import annotations

import pytest

from pytest_kmsmock.crypto import der, ecc, mlkem
from pytest_kmsmock.crypto.randomness import SYSTEM

SPECS = [("ML_KEM_512", 822, 768), ("ML_KEM_768", 1206, 1088), ("ML_KEM_1024", 1590, 1568)]
every_spec = pytest.mark.parametrize(("spec", "public", "length"), SPECS)


@every_spec
def test_what_was_encapsulated_decapsulates(spec: str, public: int, length: int) -> None:
    private = mlkem.generate(spec, SYSTEM)

    secret, ciphertext = mlkem.encapsulate(private)

    assert mlkem.decapsulate(private, ciphertext) == secret
    assert len(secret) == 32
    assert len(ciphertext) == mlkem.CIPHERTEXT_LENGTHS[spec] == length
    assert len(private) == 86
    assert len(mlkem.public_key(private)) == public


@every_spec
def test_each_encapsulation_is_another(spec: str, public: int, length: int) -> None:
    private = mlkem.generate(spec, SYSTEM)

    assert len({mlkem.encapsulate(private) for _ in range(3)}) == 3


@every_spec
def test_an_altered_ciphertext_gives_another_secret_and_no_error(
    spec: str, public: int, length: int
) -> None:
    """FIPS 203: implicit rejection."""
    private = mlkem.generate(spec, SYSTEM)
    secret, ciphertext = mlkem.encapsulate(private)
    altered = bytes([ciphertext[0] ^ 1]) + ciphertext[1:]

    answer = mlkem.decapsulate(private, altered)

    assert answer is not None
    assert len(answer) == 32
    assert answer != secret
    assert answer == mlkem.decapsulate(private, altered)
    assert answer != mlkem.decapsulate(mlkem.generate(spec, SYSTEM), altered)


@every_spec
def test_a_ciphertext_of_a_wrong_length_has_no_secret(spec: str, public: int, length: int) -> None:
    private = mlkem.generate(spec, SYSTEM)

    for wrong in (0, 1, length - 1, length + 1, 6144):
        assert mlkem.decapsulate(private, bytes(wrong)) is None


@every_spec
def test_pycryptodome_reads_our_keys_and_shares_our_secrets(
    spec: str, public: int, length: int
) -> None:
    library = pytest.importorskip("Crypto.PublicKey.MLKEM", reason="no PyCryptodome with ML-KEM")
    private = mlkem.generate(spec, SYSTEM)

    theirs = library.import_key(private)

    assert theirs.export_key() == private
    assert theirs.public_key().export_key() == mlkem.public_key(private)


def test_a_key_of_another_family_is_refused() -> None:
    mlkem.generate("ML_KEM_768", SYSTEM)

    with pytest.raises(ValueError, match=r"^not an ML-KEM private key$"):
        mlkem.encapsulate(ecc.generate("ECC_NIST_P256", SYSTEM))


@every_spec
def test_a_private_key_of_somebody_else_is_checked(spec: str, public: int, length: int) -> None:
    private = mlkem.generate(spec, SYSTEM)
    (other, *_) = (each for each, _, _ in SPECS if each != spec)

    assert mlkem.is_private_key(spec, private)
    for wrong in (
        mlkem.generate(other, SYSTEM),
        ecc.generate("ECC_NIST_P256", SYSTEM),
        private[:-1],
        b"no key",
    ):
        assert not mlkem.is_private_key(spec, wrong)


@every_spec
def test_a_key_whose_content_is_none_is_no_key(spec: str, public: int, length: int) -> None:
    """Though its algorithm is the right one."""
    algorithm = der.algorithm(mlkem.generate(spec, SYSTEM))
    assert algorithm is not None
    empty = der.element(
        der.SEQUENCE,
        der.integer(0),
        der.element(der.SEQUENCE, algorithm),
        der.element(der.OCTET_STRING, b"no key"),
    )

    assert der.algorithm(empty) == algorithm
    assert not mlkem.is_private_key(spec, empty)
