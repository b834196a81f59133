"""SM2 against the openssl command; known answers are in test_vectors.py."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pytest_kmsmock.crypto import der, ecc, sm2
from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.crypto.repeatable import RepeatableRandomness

OPENSSL = shutil.which("openssl")
ID = "distid:1234567812345678"


@pytest.fixture
def private() -> bytes:
    return sm2.generate("SM2", SYSTEM)


class OpenSsl:
    """The openssl command, in a folder that holds our key."""

    def __init__(self, folder: Path, private: bytes) -> None:
        self._folder = folder
        self._write("private.der", private)
        self._write("public.der", sm2.public_key(private))

    def run(self, command: str, **files: bytes) -> bytes:
        for name, content in files.items():
            self._write(name, content)
        done = subprocess.run(
            [OPENSSL or "openssl", *command.split()],
            cwd=self._folder,
            capture_output=True,
            check=True,
        )
        return done.stdout

    def _write(self, name: str, content: bytes) -> None:
        (self._folder / name).write_bytes(content)


@pytest.fixture
def openssl(tmp_path: Path, private: bytes) -> OpenSsl:
    command = OpenSsl(tmp_path, private)
    if (
        OPENSSL is None
        or "SM2"
        not in subprocess.run(
            [OPENSSL, "ecparam", "-list_curves"], capture_output=True, text=True, check=False
        ).stdout
    ):
        pytest.skip("there is no openssl command with SM2")
    return command


def test_openssl_reads_our_keys(openssl: OpenSsl, private: bytes) -> None:
    assert openssl.run("pkey -inform DER -in private.der -pubout -outform DER") == (
        sm2.public_key(private)
    )
    assert b"Key is valid" in openssl.run("pkey -inform DER -in private.der -noout -check")


def test_openssl_accepts_our_signatures(openssl: OpenSsl, private: bytes) -> None:
    signature = sm2.sign(private, "SM2DSA", b"invoice")

    answer = openssl.run(
        "pkeyutl -verify -pubin -keyform DER -inkey public.der -rawin -digest sm3"
        f" -pkeyopt {ID} -in message -sigfile signature",
        message=b"invoice",
        signature=signature,
    )

    assert b"Signature Verified Successfully" in answer


def test_we_accept_the_signatures_of_openssl(openssl: OpenSsl, private: bytes) -> None:
    signature = openssl.run(
        f"pkeyutl -sign -keyform DER -inkey private.der -rawin -digest sm3 -pkeyopt {ID}"
        " -in message",
        message=b"invoice",
    )

    assert sm2.verify(private, "SM2DSA", b"invoice", signature)
    assert not sm2.verify(private, "SM2DSA", b"Invoice", signature)


def test_digests_are_signed_as_openssl_signs_them(openssl: OpenSsl, private: bytes) -> None:
    digest = bytes(range(32))

    theirs = openssl.run("pkeyutl -sign -keyform DER -inkey private.der -in digest", digest=digest)
    answer = openssl.run(
        "pkeyutl -verify -pubin -keyform DER -inkey public.der -in digest -sigfile signature",
        signature=sm2.sign(private, "SM2DSA", digest, is_digest=True),
    )

    assert sm2.verify(private, "SM2DSA", digest, theirs, is_digest=True)
    assert b"Signature Verified Successfully" in answer


@pytest.mark.parametrize("length", [1, 32, 100, 1024])
def test_openssl_and_we_decrypt_each_others_ciphertexts(
    openssl: OpenSsl, private: bytes, length: int
) -> None:
    plaintext = b"\x5a" * length

    ours = sm2.encrypt(private, "SM2PKE", plaintext)
    theirs = openssl.run(
        "pkeyutl -encrypt -pubin -keyform DER -inkey public.der -in plaintext",
        plaintext=plaintext,
    )

    assert sm2.decrypt(private, "SM2PKE", theirs) == plaintext
    assert (
        openssl.run(
            "pkeyutl -decrypt -keyform DER -inkey private.der -in ciphertext", ciphertext=ours
        )
        == plaintext
    )


def test_what_can_be_no_signature_is_none(private: bytes) -> None:
    signature = sm2.sign(private, "SM2DSA", b"invoice")

    assert len(signature) <= 72
    for wrong in (
        *(bytes(length) for length in (0, 1, 64, 72, 6144)),
        signature[:-1],
        signature + b"\0",
        bytes.fromhex("3006020100020100"),  # r and s are 0
        bytes.fromhex("30060201ff0201ff"),  # negative
    ):
        assert not sm2.verify(private, "SM2DSA", b"invoice", wrong)


def test_a_digest_of_a_wrong_length_is_an_error(private: bytes) -> None:
    with pytest.raises(ValueError, match=r"^a digest must be 32 bytes$"):
        sm2.sign(private, "SM2DSA", b"short", is_digest=True)


@pytest.mark.parametrize("length", [0, 1, 96, 200, 6144])
def test_garbage_of_any_length_does_not_decrypt(private: bytes, length: int) -> None:
    assert sm2.decrypt(private, "SM2PKE", bytes(length)) is None
    assert sm2.decrypt(private, "SM2PKE", b"\x30" * length) is None


def test_another_key_does_not_decrypt(private: bytes) -> None:
    ciphertext = sm2.encrypt(private, "SM2PKE", b"x" * 20)

    assert sm2.decrypt(sm2.generate("SM2", SYSTEM), "SM2PKE", ciphertext) is None


def test_both_sides_agree_on_the_secret(private: bytes) -> None:
    other = sm2.generate("SM2", SYSTEM)

    secret = sm2.exchange(private, sm2.public_key(other))

    assert secret == sm2.exchange(other, sm2.public_key(private))
    assert secret is not None
    assert len(secret) == 32


def test_no_secret_is_shared_with_what_is_no_key_of_the_curve(private: bytes) -> None:
    own = sm2.public_key(private)
    too_large = own[:27] + b"\xff" * 32 + own[59:]

    for peer in (
        b"",
        own[:-1],
        own + b"\0",
        own[:-1] + bytes([own[-1] ^ 1]),
        too_large,
        ecc.public_key(ecc.generate("ECC_NIST_P256", SYSTEM)),
    ):
        assert sm2.exchange(private, peer) is None


# Two points of the curve, each with a coordinate so small that the prime fits on top of it.
P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
SMALL_X = (1, 0x9F7A091433A81E3F218F405F792355BF2AA98B5FFA95982F03870800065279A3)
SMALL_Y = (0x9C17043EFFE1A805A74A9A5E70B9D659705D3242094A566DC016F49311178D1F, 1)


@pytest.mark.parametrize(
    ("x", "y", "is_point"),
    [
        (*SMALL_X, True),
        (SMALL_X[0] + P, SMALL_X[1], False),
        (*SMALL_Y, True),
        (SMALL_Y[0], SMALL_Y[1] + P, False),
    ],
)
def test_a_coordinate_is_smaller_than_the_prime(
    private: bytes, x: int, y: int, is_point: bool
) -> None:
    """One that is not would be the same point by another name."""
    start = sm2.public_key(private)[:27]

    secret = sm2.exchange(private, start + x.to_bytes(32, "big") + y.to_bytes(32, "big"))

    assert (secret is not None) is is_point


def pkcs8(secret: int) -> bytes:
    """Return the private key of that number, without its public key."""
    inner = der.element(
        der.SEQUENCE,
        der.element(der.INTEGER, b"\1"),
        der.element(der.OCTET_STRING, secret.to_bytes(32, "big")),
    )
    pair = sm2.generate("SM2", SYSTEM)
    _, algorithm, _ = der.sequence(pair, der.INTEGER, der.SEQUENCE, der.OCTET_STRING)
    return der.element(
        der.SEQUENCE,
        der.element(der.INTEGER, b"\0"),
        der.element(der.SEQUENCE, algorithm),
        der.element(der.OCTET_STRING, inner),
    )


@pytest.mark.parametrize(
    ("secret", "is_key"), [(0, False), (1, True), (N - 2, True), (N - 1, False), (N, False)]
)
def test_a_private_key_lies_between_1_and_n_minus_2(secret: int, is_key: bool) -> None:
    """Signing divides by one more than it. Source: GB/T 32918.1, 6.1."""
    assert sm2.is_private_key("SM2", pkcs8(secret)) is is_key


def test_a_key_of_others_is_checked(private: bytes) -> None:
    assert len(private) == 138
    assert sm2.is_private_key("SM2", private)
    for wrong in (
        b"",
        b"no key",
        private[:-1],
        private[:-1] + bytes([private[-1] ^ 1]),
        ecc.generate("ECC_NIST_P256", SYSTEM),
    ):
        assert not sm2.is_private_key("SM2", wrong)


def test_kms_encrypts_1024_bytes_at_most() -> None:
    assert sm2.max_plaintext("SM2", "SM2PKE") == 1024


def test_what_is_random_is_drawn_from_what_is_given(private: bytes) -> None:
    """So that signatures and ciphertexts can be the same in every run."""

    def sign() -> bytes:
        return sm2.sign(private, sm2.SIGNING, b"x", randomness=RepeatableRandomness(b"seed"))

    def encrypt() -> bytes:
        return sm2.encrypt(private, sm2.ENCRYPTION, b"x", randomness=RepeatableRandomness(b"seed"))

    assert sign() == sign() != sm2.sign(private, sm2.SIGNING, b"x")
    assert encrypt() == encrypt() != sm2.encrypt(private, sm2.ENCRYPTION, b"x")
    assert sm2.verify(private, sm2.SIGNING, b"x", sign())
    assert sm2.decrypt(private, sm2.ENCRYPTION, encrypt()) == b"x"
