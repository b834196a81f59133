"""CMS envelopes: opened by readers that are not ours, and ours against other writers."""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric import rsa as rsa_types
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_kmsmock.crypto import ber, cms, rsa
from pytest_kmsmock.crypto.randomness import SYSTEM

# A first call imports and makes what later ones have.
without_deadline = settings(deadline=None)
OPENSSL = shutil.which("openssl")
LENGTHS = [0, 1, 15, 16, 17, 32, 999, 1000, 1001, 2400, 4096]

# What an answer of KMS begins with, for a key of 2048 bits: all lengths open,
# one recipient of version 2, named by 32 bytes.
HEAD = bytes.fromhex(
    "308006092a864886f70d010703a0803080020102"  # ContentInfo, EnvelopedData
    "3182016b308201670201028020"  # the recipient
)
ALGORITHM = bytes.fromhex(
    "303c06092a864886f70d010107302f"
    "a00f300d06096086480165030402010500"
    "a11c301a06092a864886f70d010108300d06096086480165030402010500"
)


@functools.cache
def private_key(number: int = 0) -> bytes:
    return rsa.generate("RSA_2048", SYSTEM)


def opened_by_asn1crypto(private: bytes, sealed: bytes) -> bytes:
    """Return the plaintext, by a parser and by primitives that are not ours."""
    asn1 = pytest.importorskip("asn1crypto.cms")
    info: Any = asn1.ContentInfo.load(sealed, strict=True)
    assert info["content_type"].native == "enveloped_data"
    enveloped = info["content"]
    assert enveloped["version"].native == "v2"
    (recipient,) = enveloped["recipient_infos"]
    recipient = recipient.chosen
    assert recipient["version"].native == "v2"
    assert recipient["rid"].name == "subject_key_identifier"
    algorithm = recipient["key_encryption_algorithm"]
    assert algorithm["algorithm"].native == "rsaes_oaep"
    assert algorithm["parameters"]["hash_algorithm"]["algorithm"].native == "sha256"
    mask = algorithm["parameters"]["mask_gen_algorithm"]
    assert mask["algorithm"].native == "mgf1"
    assert mask["parameters"]["algorithm"].native == "sha256"
    key = serialization.load_der_private_key(private, None)
    assert isinstance(key, rsa_types.RSAPrivateKey)
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    content_key = key.decrypt(recipient["encrypted_key"].native, oaep)
    content = enveloped["encrypted_content_info"]
    assert content["content_type"].native == "data"
    cipher = content["content_encryption_algorithm"]
    assert cipher["algorithm"].native == "aes256_cbc"
    iv = cipher["parameters"].native
    decryptor = Cipher(algorithms.AES(content_key), modes.CBC(iv)).decryptor()
    padded = decryptor.update(content["encrypted_content"].native) + decryptor.finalize()
    assert padded[-padded[-1] :] == padded[-1:] * padded[-1]
    return padded[: -padded[-1]]


def openssl(command: str, folder: Path) -> bytes:
    """Return what the command prints."""
    arguments = [str(OPENSSL), *command.split()]
    return subprocess.run(arguments, cwd=folder, check=True, capture_output=True).stdout


def pem(private: bytes) -> bytes:
    return serialization.load_der_private_key(private, None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@pytest.mark.parametrize("length", LENGTHS)
def test_an_independent_parser_opens_an_envelope(length: int) -> None:
    private, plaintext = private_key(), bytes(range(256)) * 16

    sealed = cms.seal(rsa.public_key(private), plaintext[:length], SYSTEM)

    assert opened_by_asn1crypto(private, sealed) == plaintext[:length]


@pytest.mark.skipif(OPENSSL is None, reason="there is no openssl command")
@pytest.mark.parametrize("length", LENGTHS)
def test_openssl_opens_an_envelope(length: int, tmp_path: Path) -> None:
    private, plaintext = private_key(), bytes(range(256)) * 16
    (tmp_path / "key.pem").write_bytes(pem(private))
    (tmp_path / "sealed").write_bytes(cms.seal(rsa.public_key(private), plaintext[:length], SYSTEM))

    opened = openssl("cms -decrypt -binary -inform DER -in sealed -inkey key.pem", tmp_path)

    assert opened == plaintext[:length]


@pytest.mark.skipif(OPENSSL is None, reason="there is no openssl command")
def test_what_openssl_sealed_opens(tmp_path: Path) -> None:
    """With lengths that are given, and with such that are left open."""
    private = private_key()
    (tmp_path / "key.pem").write_bytes(pem(private))
    (tmp_path / "plaintext").write_bytes(b"secret" * 500)
    # The command names the recipient by what its certificate has.
    identifier = cms.key_identifier(rsa.public_key(private)).hex()
    (tmp_path / "config").write_text(
        f"[req]\ndistinguished_name=name\n[name]\n[extensions]\nsubjectKeyIdentifier={identifier}\n"
    )
    openssl(
        "req -x509 -key key.pem -subj /CN=x -config config -extensions extensions -out cert.pem",
        tmp_path,
    )

    for lengths in ("", "-stream"):
        sealed = openssl(
            f"cms -encrypt -binary -in plaintext -outform DER -aes-256-cbc -keyid {lengths} "
            "-recip cert.pem -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256",
            tmp_path,
        )

        assert cms.open_(private, sealed) == b"secret" * 500


def test_the_form_is_that_of_kms() -> None:
    """Byte for byte, but for what is random or encrypted."""
    public = rsa.public_key(private_key())

    sealed = cms.seal(public, bytes(32), SYSTEM)

    assert sealed.startswith(HEAD + cms.key_identifier(public) + ALGORITHM)
    rest = sealed[len(HEAD) + 32 + len(ALGORITHM) + 4 + 256 :]
    algorithm = "308006092a864886f70d010701301d060960864801650304012a0410"
    assert rest.startswith(bytes.fromhex(algorithm))
    rest = rest[len(bytes.fromhex(algorithm)) + 16 :]
    assert rest.startswith(bytes.fromhex("a0800430"))
    assert rest[4 + 48 :] == bytes(10)


def test_each_envelope_is_another() -> None:
    public = rsa.public_key(private_key())

    assert cms.seal(public, b"secret", SYSTEM) != cms.seal(public, b"secret", SYSTEM)


@given(plaintext=st.binary(max_size=5000))
@without_deadline
def test_what_was_sealed_opens(plaintext: bytes) -> None:
    sealed = cms.seal(rsa.public_key(private_key()), plaintext, SYSTEM)

    assert cms.open_(private_key(), sealed) == plaintext


def test_another_key_does_not_open_it() -> None:
    sealed = cms.seal(rsa.public_key(private_key()), b"secret", SYSTEM)

    assert cms.open_(private_key(1), sealed) is None


def test_an_envelope_for_another_name_does_not_open() -> None:
    """Even where the key would decrypt what is in it."""
    public = rsa.public_key(private_key())
    sealed = cms.seal(public, b"secret", SYSTEM)

    renamed = sealed.replace(cms.key_identifier(public), bytes(32))

    assert renamed != sealed
    assert cms.open_(private_key(), renamed) is None


@given(data=st.data())
@without_deadline
def test_what_is_no_whole_envelope_does_not_open(data: st.DataObject) -> None:
    """Cut short, or with bytes after it."""
    sealed = cms.seal(rsa.public_key(private_key()), b"secret", SYSTEM)
    cut = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    more = sealed + data.draw(st.binary(min_size=1, max_size=4))

    assert cms.open_(private_key(), cut) is None
    assert cms.open_(private_key(), more) is None


@given(position=st.integers(0, 395), bit=st.integers(0, 7))
@without_deadline
def test_a_changed_envelope_never_raises(position: int, bit: int) -> None:
    sealed = bytearray(cms.seal(rsa.public_key(private_key()), b"secret", SYSTEM))
    sealed[position] ^= 1 << bit

    opened = cms.open_(private_key(), bytes(sealed))

    # Versions and other algorithm identifiers say nothing that we need.
    assert opened is None or isinstance(opened, bytes)


@given(garbage=st.binary(max_size=64))
@without_deadline
def test_garbage_is_no_envelope(garbage: bytes) -> None:
    assert cms.open_(private_key(), garbage) is None


def test_a_string_comes_in_one_piece_or_in_several() -> None:
    whole = ber.parse(bytes.fromhex("0403616263"))
    pieces = ber.parse(ber.open_ended(0x24, ber.pieces(b"abc", 2)))

    assert whole.octets == pieces.octets == b"abc"
    assert [child.content for child in pieces.children] == [b"ab", b"c"]
