"""RSA against `cryptography` used directly; known answers are in test_vectors.py."""

from __future__ import annotations

import hashlib
import math
import time

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric import rsa as pyca_rsa

from pytest_kmsmock.crypto import der, ecc, rsa
from pytest_kmsmock.crypto.randomness import SYSTEM

ALGORITHMS = list(rsa.DIGEST_LENGTHS)
OAEP = {"RSAES_OAEP_SHA_1": hashes.SHA1(), "RSAES_OAEP_SHA_256": hashes.SHA256()}


@pytest.fixture(scope="module")
def private() -> bytes:
    return rsa.generate("RSA_2048", SYSTEM)


def pyca_public(private: bytes) -> pyca_rsa.RSAPublicKey:
    key = serialization.load_der_public_key(rsa.public_key(private))
    assert isinstance(key, pyca_rsa.RSAPublicKey)
    return key


def test_a_key_is_sound_pkcs8_of_the_length_in_its_name(private: bytes) -> None:
    key = serialization.load_der_private_key(private, password=None)  # validates it

    assert isinstance(key, pyca_rsa.RSAPrivateKey)
    assert key.key_size == 2048
    assert key.public_key().public_numbers().e == 65537


@pytest.mark.parametrize(
    ("spec", "length"), [("RSA_2048", 294), ("RSA_3072", 422), ("RSA_4096", 550)]
)
def test_public_keys_have_the_length_of_their_spec(spec: str, length: int) -> None:
    assert len(rsa.public_key(rsa.generate(spec, SYSTEM))) == length


@pytest.mark.parametrize(
    ("spec", "sha_1", "sha_256"),
    [("RSA_2048", 214, 190), ("RSA_3072", 342, 318), ("RSA_4096", 470, 446)],
)
def test_limits_of_the_plaintext_are_those_of_aws(spec: str, sha_1: int, sha_256: int) -> None:
    assert rsa.max_plaintext(spec, "RSAES_OAEP_SHA_1") == sha_1
    assert rsa.max_plaintext(spec, "RSAES_OAEP_SHA_256") == sha_256


@pytest.mark.parametrize("algorithm", OAEP)
def test_a_ciphertext_made_offline_from_the_public_key_decrypts(
    private: bytes, algorithm: str
) -> None:
    hash_ = OAEP[algorithm]
    offline = pyca_public(private).encrypt(
        b"card number", padding.OAEP(padding.MGF1(hash_), hash_, None)
    )

    assert rsa.decrypt(private, algorithm, offline) == b"card number"


@pytest.mark.parametrize("algorithm", OAEP)
def test_what_fits_is_encrypted_and_one_byte_more_is_refused(
    private: bytes, algorithm: str
) -> None:
    longest = b"x" * rsa.max_plaintext("RSA_2048", algorithm)

    ciphertext = rsa.encrypt(private, algorithm, longest)

    assert len(ciphertext) == 256
    assert rsa.decrypt(private, algorithm, ciphertext) == longest
    with pytest.raises(ValueError):  # noqa: PT011  the words are of `cryptography`
        rsa.encrypt(private, algorithm, longest + b"x")


@pytest.mark.parametrize("length", [0, 1, 255, 256, 257, 6144])
def test_garbage_of_any_length_does_not_decrypt(private: bytes, length: int) -> None:
    assert rsa.decrypt(private, "RSAES_OAEP_SHA_256", b"\x5a" * length) is None
    assert rsa.decrypt(private, "RSAES_OAEP_SHA_1", b"\xff" * length) is None


def test_another_oaep_hash_does_not_decrypt(private: bytes) -> None:
    ciphertext = rsa.encrypt(private, "RSAES_OAEP_SHA_1", b"x")

    assert rsa.decrypt(private, "RSAES_OAEP_SHA_256", ciphertext) is None


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_others_accept_our_signatures(private: bytes, algorithm: str) -> None:
    signature = rsa.sign(private, algorithm, b"invoice")

    hash_ = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[algorithm[-3:]]
    scheme: padding.AsymmetricPadding = padding.PKCS1v15()
    if "PSS" in algorithm:
        scheme = padding.PSS(padding.MGF1(hash_), hash_.digest_size)
    pyca_public(private).verify(signature, b"invoice", scheme, hash_)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_message_and_its_digest_are_signed_alike(private: bytes, algorithm: str) -> None:
    digest = hashlib.new(f"sha{algorithm[-3:]}", b"invoice").digest()

    of_message = rsa.sign(private, algorithm, b"invoice")
    of_digest = rsa.sign(private, algorithm, digest, is_digest=True)

    assert rsa.verify(private, algorithm, digest, of_message, is_digest=True)
    assert rsa.verify(private, algorithm, b"invoice", of_digest)
    assert not rsa.verify(private, algorithm, digest, of_message)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_digest_of_a_wrong_length_is_an_error(private: bytes, algorithm: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the words are of `cryptography`
        rsa.sign(private, algorithm, b"short", is_digest=True)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("length", [0, 1, 255, 256, 257, 6144])
def test_what_can_be_no_signature_is_none(private: bytes, algorithm: str, length: int) -> None:
    digest = bytes(rsa.DIGEST_LENGTHS[algorithm])

    assert not rsa.verify(private, algorithm, b"invoice", bytes(length))
    assert not rsa.verify(private, algorithm, digest, b"\xff" * length, is_digest=True)


def test_the_salt_of_pss_is_as_long_as_the_digest(private: bytes) -> None:
    """AWS signs and accepts no other salt."""
    key = serialization.load_der_private_key(private, password=None)
    assert isinstance(key, pyca_rsa.RSAPrivateKey)
    short = padding.PSS(padding.MGF1(hashes.SHA256()), 20)

    foreign = key.sign(b"invoice", short, hashes.SHA256())

    assert not rsa.verify(private, "RSASSA_PSS_SHA_256", b"invoice", foreign)
    with pytest.raises(InvalidSignature):
        pyca_public(private).verify(
            rsa.sign(private, "RSASSA_PSS_SHA_256", b"invoice"), b"invoice", short, hashes.SHA256()
        )


def test_a_key_of_others_is_checked(private: bytes) -> None:
    key = serialization.load_der_private_key(private, password=None)
    assert isinstance(key, pyca_rsa.RSAPrivateKey)
    numbers = key.private_numbers()
    prime = numbers.p.to_bytes(128, "big")
    broken = private.replace(prime, (numbers.p + 2).to_bytes(128, "big"))

    assert rsa.is_private_key("RSA_2048", private)
    assert broken != private
    assert not rsa.is_private_key("RSA_2048", broken)
    assert not rsa.is_private_key("RSA_3072", private)
    assert not rsa.is_private_key("RSA_2048", b"no key")
    assert not rsa.is_private_key("RSA_2048", ecc.generate("ECC_NIST_P256", SYSTEM))


def test_a_key_of_another_length_is_not_checked() -> None:
    """To find out whether these two are primes takes more than half a minute."""
    p, q = 2**4423 - 1, 2**9689 - 1
    e = 65537
    d = pow(e, -1, math.lcm(p - 1, q - 1))
    crt = (d % (p - 1), d % (q - 1), pow(q, -1, p))
    numbers = der.element(der.SEQUENCE, *map(der.integer, (0, p * q, e, d, p, q, *crt)))
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    key = der.element(
        der.SEQUENCE, der.integer(0), algorithm, der.element(der.OCTET_STRING, numbers)
    )
    start = time.process_time()

    assert not rsa.is_private_key("RSA_4096", key)

    assert time.process_time() - start < 5


def test_a_key_of_another_family_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^not an RSA private key$"):
        rsa.public_key(ecc.generate("ECC_NIST_P256", SYSTEM))
