"""Attestation documents and their certificates: what is read, and what is refused."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.asymmetric import rsa as rsa_types
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pytest_kmsmock.crypto import attestation, certificates, der, extras, rsa
from pytest_kmsmock.crypto.attestation import NITROTPM, Attestation, Unacceptable
from pytest_kmsmock.crypto.randomness import SYSTEM

NOW = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
PCRS = {0: b"\xab" * 48, 1: bytes(48)}
P384 = ec.generate_private_key(ec.SECP384R1())
# A first call imports and makes what later ones have.
without_deadline = settings(deadline=None)


@pytest.fixture
def cbor() -> Any:
    return extras.CBOR.load("cbor2")


@pytest.fixture
def attested() -> Attestation:
    issuer = certificates.authority()
    return Attestation(
        module_id="i-1-enc1",
        timestamp=1_900_000_000_000,
        pcrs=PCRS,
        certificate=certificates.certify(issuer, "i-1-enc1", P384.public_key(), NOW),
        cabundle=issuer.bundle,
        public_key=b"key",
        user_data=b"data",
        nonce=b"nonce",
    )


def key_of(attested: Attestation, now: dt.datetime = NOW) -> ec.EllipticCurvePublicKey:
    """Return the key that signs, when the certificates are good *now*."""
    roots = (certificates.root(),)
    return certificates.signing_key(attested.certificate, attested.cabundle, roots, now.timestamp())


# The document


def test_what_was_written_is_read(attested: Attestation) -> None:
    document = attestation.read(attestation.write(attested, P384))

    assert document.attestation == attested
    assert attestation.is_signed_by(document, P384.public_key())


def test_members_may_be_left_out(attested: Attestation) -> None:
    """A null and an empty one are as good as none."""
    bare = attrs.evolve(attested, public_key=None, user_data=b"", nonce=None)

    read = attestation.read(attestation.write(bare, P384)).attestation

    assert (read.public_key, read.user_data, read.nonce) == (None, None, None)


def test_a_document_of_nitrotpm_names_its_registers_otherwise(attested: Attestation) -> None:
    document = attestation.write(attrs.evolve(attested, kind=NITROTPM), P384)

    assert b"nitrotpm_pcrs" in document
    assert attestation.read(document).attestation.kind == NITROTPM


def test_a_document_may_be_tagged(attested: Attestation) -> None:
    """COSE_Sign1 has the tag 18, which enclaves leave out."""
    document = attestation.read(b"\xd2" + attestation.write(attested, P384))

    assert document.attestation == attested
    assert attestation.is_signed_by(document, P384.public_key())


def test_the_signature_is_that_of_cose(cbor: Any, attested: Attestation) -> None:
    """RFC 9052, section 4.4, put together by hand."""
    protected, unprotected, payload, signature = cbor.loads(attestation.write(attested, P384))

    assert protected == bytes.fromhex("a1013822")
    assert unprotected == {}
    head = b"\x84\x6aSignature1\x44" + protected + b"\x40\x59" + len(payload).to_bytes(2, "big")
    r, s = int.from_bytes(signature[:48], "big"), int.from_bytes(signature[48:], "big")
    encoded = utils.encode_dss_signature(r, s)
    P384.public_key().verify(encoded, head + payload, ec.ECDSA(hashes.SHA384()))


def test_another_keys_signature_is_told(attested: Attestation) -> None:
    other = ec.generate_private_key(ec.SECP384R1())
    document = attestation.read(attestation.write(attested, other))

    assert not attestation.is_signed_by(document, P384.public_key())


MALFORMED = {
    "empty text": ({"module_id": ""}, "module_id"),
    "no text": ({"module_id": 7}, "module_id"),
    "another digest": ({"digest": "SHA256"}, "digest"),
    "no time": ({"timestamp": 0}, "timestamp"),
    "time as text": ({"timestamp": "now"}, "timestamp"),
    "true for a time": ({"timestamp": True}, "timestamp"),
    "no registers": ({"pcrs": {}}, "pcrs"),
    "registers in a list": ({"pcrs": [bytes(48)]}, "pcrs"),
    "register 32": ({"pcrs": {32: bytes(48)}}, "index"),
    "register by name": ({"pcrs": {"0": bytes(48)}}, "index"),
    "short register": ({"pcrs": {0: bytes(47)}}, "PCR0"),
    "registers of both kinds": ({"nitrotpm_pcrs": PCRS}, "nitrotpm_pcrs"),
    "no certificate": ({"certificate": None}, "certificate"),
    "long certificate": ({"certificate": bytes(1025)}, "certificate"),
    "no bundle": ({"cabundle": []}, "cabundle"),
    "bundle of texts": ({"cabundle": ["root"]}, "cabundle"),
    "key as text": ({"public_key": "key"}, "public_key"),
    "long key": ({"public_key": bytes(1025)}, "public_key"),
    "long data": ({"user_data": bytes(513)}, "user_data"),
    "long nonce": ({"nonce": bytes(513)}, "nonce"),
}


@pytest.mark.parametrize(("change", "word"), MALFORMED.values(), ids=list(MALFORMED))
def test_a_member_of_another_form_is_named(
    cbor: Any, attested: Attestation, change: dict[str, Any], word: str
) -> None:
    """Source: NSM API, "Attestation process", the syntax of the payload."""
    payload = cbor.loads(cbor.loads(attestation.write(attested, P384))[2]) | change

    with pytest.raises(Unacceptable, match=word):
        attestation.read(attestation.sign(cbor.dumps(payload), P384))


@pytest.mark.parametrize("payload", [b"", b"\x01", b"\x80", b"\xff"], ids=bytes.hex)
def test_a_payload_that_is_no_map_is_refused(cbor: Any, payload: bytes) -> None:
    with pytest.raises(Unacceptable):
        attestation.read(attestation.sign(payload, P384))


def test_other_envelopes_are_refused(cbor: Any, attested: Attestation) -> None:
    good = cbor.loads(attestation.write(attested, P384))
    protected, _, payload, signature = good

    others: tuple[Any, ...] = (
        {},
        "text",
        good[:3],
        [*good, b""],
        [protected, [], payload, signature],
        [protected, {}, None, signature],
        [protected, {}, payload, "signature"],
        [protected, {}, payload, signature[1:]],
        [b"", {}, payload, signature],
        [cbor.dumps({1: -7}), {}, payload, signature],  # ES256
        [cbor.dumps([1]), {}, payload, signature],
        cbor.CBORTag(98, good),  # COSE_Sign
    )
    for outer in others:
        with pytest.raises(Unacceptable):
            attestation.read(cbor.dumps(outer))
    with pytest.raises(Unacceptable, match="follow"):
        attestation.read(cbor.dumps(good) + b"\0")


@given(garbage=st.binary(max_size=100))
@without_deadline
def test_garbage_is_no_document(garbage: bytes) -> None:
    with pytest.raises(Unacceptable):
        attestation.read(garbage)


def test_depth_without_end_is_no_document() -> None:
    with pytest.raises(Unacceptable):
        attestation.read(b"\x81" * 100_000)


@functools.cache
def small_document() -> bytes:
    content = Attestation(
        module_id="i", timestamp=1, pcrs=PCRS, certificate=b"certificate", cabundle=(b"root",)
    )
    return attestation.write(content, P384)


@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@without_deadline
def test_a_changed_document_is_malformed_or_not_signed(place: float, bit: int) -> None:
    """Whatever bit of it is another."""
    good = small_document()
    changed = bytearray(good)
    # After the head, whose empty map may be any.
    changed[8 + int(place * (len(good) - 8))] ^= 1 << bit

    try:
        document = attestation.read(bytes(changed))
    except Unacceptable:
        return

    assert not attestation.is_signed_by(document, P384.public_key())


@pytest.mark.parametrize("spec", ["RSA_2048", "RSA_3072"])
def test_an_rsa_key_can_be_encrypted_to(spec: str) -> None:
    assert attestation.encrypts(rsa.public_key(rsa.generate(spec, SYSTEM)))


def test_other_keys_cannot() -> None:
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    rsa_1024 = rsa_types.generate_private_key(65537, 1024).public_key().public_bytes(*form)

    assert not attestation.encrypts(rsa_1024)
    assert not attestation.encrypts(P384.public_key().public_bytes(*form))
    assert not attestation.encrypts(b"no key")


@pytest.mark.parametrize(
    ("modulus", "exponent"),
    [
        (2**2047, 65537),
        (2**2047 + 2, 65537),
        (2**2047 + 1, 2),
        (2**2047 + 1, 0),
        (2**4095 + 1, 2**70 + 1),
        (2**2047 + 1, 2**2047 + 1),
    ],
    ids=["even", "even too", "even exponent", "no exponent", "long exponent", "as long"],
)
def test_an_rsa_key_that_nothing_can_be_encrypted_to_is_refused(
    modulus: int, exponent: int
) -> None:
    """Some are only found out when they are used."""
    numbers = der.element(der.SEQUENCE, der.integer(modulus), der.integer(exponent))
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    public = der.element(der.SEQUENCE, algorithm, der.element(0x03, b"\0" + numbers))

    assert not attestation.encrypts(public)


# The certificates


def test_the_chain_leads_to_the_root(attested: Attestation) -> None:
    assert key_of(attested) == P384.public_key()


@pytest.mark.parametrize(
    ("offset", "word"),
    [
        (dt.timedelta(seconds=-1), "not valid yet"),
        (dt.timedelta(), None),
        (certificates.LIFETIME, None),
        (certificates.LIFETIME + dt.timedelta(seconds=1), "expired"),
    ],
    ids=["before", "first", "last", "after"],
)
def test_a_certificate_has_its_time(
    attested: Attestation, offset: dt.timedelta, word: str | None
) -> None:
    if word is None:
        assert key_of(attested, NOW + offset)
    else:
        with pytest.raises(Unacceptable, match=word):
            key_of(attested, NOW + offset)


@pytest.mark.parametrize("version", [0, 1, 3, 127])
def test_a_certificate_is_of_version_3(attested: Attestation, version: int) -> None:
    """X.509 counts from 0, so that this is written as 2."""
    head, own, rest = attested.certificate.partition(bytes.fromhex("a003020102"))
    assert own
    changed = head + own[:-1] + bytes([version]) + rest

    with pytest.raises(Unacceptable, match="form a chain"):
        key_of(attrs.evolve(attested, certificate=changed))


@given(place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
@without_deadline
def test_a_changed_certificate_is_refused(place: float, byte: int) -> None:
    """Whatever byte of it is another: its issuer has signed each of them."""
    issuer = certificates.authority()
    changed = bytearray(certificates.certify(issuer, "i", P384.public_key(), NOW))
    index = int(place * len(changed))
    assume(changed[index] != byte)
    changed[index] = byte

    with pytest.raises(Unacceptable):
        certificates.signing_key(
            bytes(changed), issuer.bundle, (certificates.root(),), NOW.timestamp()
        )


@pytest.mark.parametrize(
    "since",
    [
        dt.datetime(1, 1, 1, tzinfo=dt.UTC),
        dt.datetime(9999, 12, 31, 22, tzinfo=dt.UTC),
        dt.datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC),
    ],
    ids=str,
)
def test_a_certificate_is_made_whatever_the_clock_says(
    attested: Attestation, since: dt.datetime
) -> None:
    """It is valid from then on, as far as certificates can tell the time."""
    issuer = certificates.authority()
    certificate = certificates.certify(issuer, "i", P384.public_key(), since)
    valid = max(since, dt.datetime(1950, 1, 1, tzinfo=dt.UTC)).replace(microsecond=0)

    assert key_of(attrs.evolve(attested, certificate=certificate), valid)


def test_another_root_is_not_trusted(attested: Attestation) -> None:
    with pytest.raises(Unacceptable, match="trusted root"):
        certificates.signing_key(
            attested.certificate, attested.cabundle, (b"other",), NOW.timestamp()
        )


def test_links_must_hold(attested: Attestation) -> None:
    """Left out, in another order, of another issuer, or no certificate at all."""
    root, intermediate = attested.cabundle
    forged = certificates.Authority(
        certificates.authority().name, ec.generate_private_key(ec.SECP384R1()), attested.cabundle
    )
    for certificate, cabundle in (
        (attested.certificate, (root,)),
        (attested.certificate, (root, root)),
        (attested.certificate, (root, intermediate, intermediate)),
        (attested.certificate, (root, attested.certificate)),
        (certificates.certify(forged, "i", P384.public_key(), NOW), attested.cabundle),
        (b"no certificate", attested.cabundle),
        (attested.certificate, (root, b"no certificate")),
    ):
        with pytest.raises(Unacceptable, match="do not form a chain"):
            certificates.signing_key(certificate, cabundle, (root,), NOW.timestamp())


def test_an_enclave_is_no_authority(attested: Attestation) -> None:
    """What its key has signed itself is not certified."""
    name = x509.load_der_x509_certificate(attested.certificate).subject
    enclave = certificates.Authority(name, P384, (*attested.cabundle, attested.certificate))
    other = ec.generate_private_key(ec.SECP384R1())
    certificate = certificates.certify(enclave, "i-2", other.public_key(), NOW)

    with pytest.raises(Unacceptable, match="do not form a chain"):
        certificates.signing_key(
            certificate, enclave.bundle, (certificates.root(),), NOW.timestamp()
        )


def test_an_authority_signs_no_documents() -> None:
    root, intermediate = certificates.authority().bundle

    with pytest.raises(Unacceptable, match="not one for signatures"):
        certificates.signing_key(intermediate, (root,), (root,), NOW.timestamp())


def test_the_key_is_on_p384(attested: Attestation) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = certificates.certify(certificates.authority(), "i", key.public_key(), NOW)

    with pytest.raises(Unacceptable, match="P-384"):
        key_of(attrs.evolve(attested, certificate=certificate))


def test_the_process_has_one_root() -> None:
    assert certificates.root() == certificates.root()
