"""ECDSA and ECDH against `cryptography` used directly; known answers are in test_vectors.py."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from pytest_kmsmock.crypto import ecc, rsa
from pytest_kmsmock.crypto.randomness import SYSTEM

HASHES = {
    "ECDSA_SHA_256": hashes.SHA256(),
    "ECDSA_SHA_384": hashes.SHA384(),
    "ECDSA_SHA_512": hashes.SHA512(),
}
SPECS = [
    ("ECC_NIST_P256", "ECDSA_SHA_256", 91, 72),
    ("ECC_NIST_P384", "ECDSA_SHA_384", 120, 104),
    ("ECC_NIST_P521", "ECDSA_SHA_512", 158, 139),
    ("ECC_SECG_P256K1", "ECDSA_SHA_256", 88, 72),
]
every_spec = pytest.mark.parametrize(("spec", "algorithm", "public", "longest"), SPECS)
# Orders of the groups (FIPS 186-5, SEC 2).
N_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@every_spec
def test_others_read_our_keys_and_accept_our_signatures(
    spec: str, algorithm: str, public: int, longest: int
) -> None:
    private = ecc.generate(spec, SYSTEM)

    signature = ecc.sign(private, algorithm, b"invoice")

    key = serialization.load_der_public_key(ecc.public_key(private))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(signature, b"invoice", ec.ECDSA(HASHES[algorithm]))
    assert len(ecc.public_key(private)) == public
    assert len(signature) <= longest
    assert ecc.is_private_key(spec, private)


@every_spec
def test_a_message_and_its_digest_are_signed_alike(
    spec: str, algorithm: str, public: int, longest: int
) -> None:
    private = ecc.generate(spec, SYSTEM)
    digest = hashlib.new(f"sha{algorithm[-3:]}", b"invoice").digest()

    of_message = ecc.sign(private, algorithm, b"invoice")
    of_digest = ecc.sign(private, algorithm, digest, is_digest=True)

    assert ecc.verify(private, algorithm, digest, of_message, is_digest=True)
    assert ecc.verify(private, algorithm, b"invoice", of_digest)
    assert not ecc.verify(private, algorithm, b"another", of_digest)


@every_spec
@pytest.mark.parametrize("length", [0, 1, 64, 72, 6144])
def test_what_can_be_no_signature_is_none(
    spec: str, algorithm: str, public: int, longest: int, length: int
) -> None:
    private = ecc.generate(spec, SYSTEM)

    assert not ecc.verify(private, algorithm, b"invoice", bytes(length))
    assert not ecc.verify(private, algorithm, b"invoice", b"\x30" * length)


def test_signatures_that_are_nearly_right_are_none() -> None:
    private = ecc.generate("ECC_NIST_P256", SYSTEM)
    signature = ecc.sign(private, "ECDSA_SHA_256", b"invoice")
    r, s = utils.decode_dss_signature(signature)

    # Only the opposite of s makes the same signature: ECDSA allows both.
    assert ecc.verify(
        private, "ECDSA_SHA_256", b"invoice", utils.encode_dss_signature(r, N_P256 - s)
    )
    for wrong in (
        signature + b"\0",
        signature[:-1],
        utils.encode_dss_signature(s, r),
        utils.encode_dss_signature(r, 0),
        utils.encode_dss_signature(0, s),
        utils.encode_dss_signature(r + N_P256, s),
        r.to_bytes(32, "big") + s.to_bytes(32, "big"),
    ):
        assert not ecc.verify(private, "ECDSA_SHA_256", b"invoice", wrong)


@pytest.mark.parametrize(
    ("spec", "length"), [("ECC_NIST_P256", 32), ("ECC_NIST_P384", 48), ("ECC_NIST_P521", 66)]
)
def test_both_sides_agree_on_the_secret(spec: str, length: int) -> None:
    ours = ecc.generate(spec, SYSTEM)
    key = serialization.load_der_private_key(ours, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    theirs = ec.generate_private_key(key.curve)
    peer = theirs.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    secret = ecc.exchange(ours, peer)

    assert secret == theirs.exchange(ec.ECDH(), key.public_key())
    assert secret is not None
    assert len(secret) == length


def test_no_secret_is_shared_with_what_is_no_key_of_the_curve() -> None:
    private = ecc.generate("ECC_NIST_P256", SYSTEM)
    own = ecc.public_key(private)
    off_curve = own[:-1] + bytes([own[-1] ^ 1])
    infinity = bytes.fromhex("3019301306072a8648ce3d020106082a8648ce3d03010703020000")

    for peer in (
        b"",
        b"no key",
        own[:-1],
        own + b"\0",
        off_curve,
        infinity,
        private,
        ecc.public_key(ecc.generate("ECC_NIST_P384", SYSTEM)),
        ecc.public_key(ecc.generate("ECC_SECG_P256K1", SYSTEM)),
        rsa.public_key(rsa.generate("RSA_2048", SYSTEM)),
    ):
        assert ecc.exchange(private, peer) is None


def test_a_key_of_others_is_checked() -> None:
    private = ecc.generate("ECC_NIST_P256", SYSTEM)

    assert not ecc.is_private_key("ECC_SECG_P256K1", private)
    assert not ecc.is_private_key("ECC_NIST_P256", b"no key")
    assert not ecc.is_private_key("ECC_NIST_P256", rsa.generate("RSA_2048", SYSTEM))


def test_a_key_of_another_family_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^not an elliptic curve private key$"):
        ecc.public_key(rsa.generate("RSA_2048", SYSTEM))


class Given:
    """Randomness that is told what it gives."""

    is_repeatable = True

    def __init__(self, *drawn: bytes) -> None:
        self._drawn = list(drawn)

    def draw(self, length: int) -> bytes:
        return self._drawn.pop(0)[:length].rjust(length, b"\0")

    def copy(self) -> Given:
        return Given(*self._drawn)


@pytest.mark.parametrize("spec", ecc.SPECS)
def test_a_pair_follows_from_what_is_drawn_where_that_is_repeatable(spec: str) -> None:
    """And is one of the curve, whatever is drawn."""
    drawn = [b"\0", b"\1", b"\xff" * 80, bytes(range(80))]

    pairs = [ecc.generate(spec, Given(each)) for each in drawn]

    assert pairs == [ecc.generate(spec, Given(each)) for each in drawn]
    assert len({*pairs}) == len(drawn)
    assert all(ecc.is_private_key(spec, pair) for pair in pairs)
    assert ecc.generate(spec, SYSTEM) != ecc.generate(spec, SYSTEM)


def _is_repeatable() -> bool:
    """Tell whether the installed OpenSSL signs as RFC 6979 says."""
    try:
        ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    except UnsupportedAlgorithm:
        return False
    return True


@pytest.mark.skipif(not _is_repeatable(), reason="OpenSSL before 3.2 draws by itself")
@pytest.mark.parametrize("is_digest", [False, True])
def test_a_repeatable_signature_is_that_of_rfc_6979(is_digest: bool) -> None:
    """Source: RFC 6979, appendix A.2.5, with SHA-256 and the message "sample"."""
    number = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
    r = 0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716
    s = 0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8
    private = ecc.generate("ECC_NIST_P256", Given((number - 1).to_bytes(40, "big")))
    message = hashlib.sha256(b"sample").digest() if is_digest else b"sample"

    signature = ecc.sign(private, "ECDSA_SHA_256", message, is_digest=is_digest, randomness=Given())

    assert utils.decode_dss_signature(signature) == (r, s)
    assert ecc.verify(private, "ECDSA_SHA_256", message, signature, is_digest=is_digest)
    assert ecc.sign(private, "ECDSA_SHA_256", message, is_digest=is_digest) != signature


def test_where_openssl_draws_by_itself_a_signature_holds_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before OpenSSL 3.2."""

    def unsupported(*_: object, **__: object) -> None:
        raise UnsupportedAlgorithm("no deterministic ECDSA")

    private = ecc.generate("ECC_NIST_P256", SYSTEM)
    ecc._repeatable.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(ec, "ECDSA", unsupported)
        signature = ecc.sign(private, "ECDSA_SHA_256", b"sample", randomness=Given())
    ecc._repeatable.cache_clear()

    assert ecc.verify(private, "ECDSA_SHA_256", b"sample", signature)
