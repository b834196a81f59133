"""Attestation documents and their certificates: what is read, and what is refused."""

from __future__ import annotations

import functools
from typing import Any

import attrs
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.asymmetric import rsa as rsa_types
from enclaves import P384, PCRS
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_kmsmock.crypto import attestation, der, extras, rsa
from pytest_kmsmock.crypto.attestation import NITROTPM, Attestation, Unacceptable
from pytest_kmsmock.crypto.randomness import SYSTEM

# A first call imports and makes what later ones have.
without_deadline = settings(deadline=None)


@pytest.fixture
def cbor() -> Any:
    return extras.CBOR.load("cbor2")


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


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"pcrs": None}, "its pcrs are not a map"),
        ({"pcrs": {32: bytes(48)}}, "its pcrs have an index that is not one of 0 to 31"),
        ({"pcrs": {-1: bytes(48)}}, "its pcrs have an index that is not one of 0 to 31"),
        ({"pcrs": {31: bytes(65)}}, "its PCR31 is not a digest"),
        ({"nitrotpm_pcrs": PCRS}, "it must have one of pcrs and nitrotpm_pcrs"),
        ({"digest": None}, "its digest is not SHA384"),
        ({"cabundle": b"root"}, "its cabundle is not a list of certificates"),
        ({"module_id": b"i"}, "its module_id is not a text"),
        ({"timestamp": -1}, "its timestamp is not a time"),
        ({"certificate": b""}, "its certificate is not 1 to 1024 bytes"),
        ({"cabundle": [b"root", b""]}, "its cabundle is not 1 to 1024 bytes"),
        ({"cabundle": [b"root", bytes(1025)]}, "its cabundle is not 1 to 1024 bytes"),
        ({"public_key": bytes(1025)}, "its public_key is not 1 to 1024 bytes"),
        ({"user_data": bytes(513)}, "its user_data is not 1 to 512 bytes"),
        ({"nonce": bytes(513)}, "its nonce is not 1 to 512 bytes"),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_member_is_told(
    cbor: Any, attested: Attestation, change: dict[str, Any], told: str
) -> None:
    """In words that a test's author can act on."""
    payload = cbor.loads(cbor.loads(attestation.write(attested, P384))[2]) | change

    with pytest.raises(Unacceptable) as caught:
        attestation.read(attestation.sign(cbor.dumps(payload), P384))

    assert str(caught.value) == told


def test_members_may_be_as_long_as_the_syntax_says(attested: Attestation) -> None:
    """And registers as long as any digest of SHA-2 that there is."""
    longest = attrs.evolve(
        attested,
        timestamp=1,
        pcrs={0: bytes(32), 1: bytes(48), 31: bytes(64)},
        certificate=bytes(1024),
        cabundle=(bytes(1024), b"r"),
        public_key=bytes(1024),
        user_data=bytes(512),
        nonce=bytes(512),
    )

    assert attestation.read(attestation.write(longest, P384)).attestation == longest


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


def test_what_is_wrong_with_an_envelope_is_told(cbor: Any, attested: Attestation) -> None:
    """From the outside to the inside."""
    good = cbor.loads(attestation.write(attested, P384))
    protected, _, payload, signature = good
    told = {}
    for name, data in {
        "no CBOR": b"",
        "bytes after it": cbor.dumps(good) + b"\0",
        "another tag": cbor.dumps(cbor.CBORTag(98, good)),
        "no array": cbor.dumps({}),
        "another algorithm": cbor.dumps([cbor.dumps({1: -7}), {}, payload, signature]),
        "a header that is no map": cbor.dumps([cbor.dumps([1]), {}, payload, signature]),
        "a short signature": cbor.dumps([protected, {}, payload, signature[1:]]),
        "a payload that is no map": attestation.sign(cbor.dumps([]), P384),
    }.items():
        with pytest.raises(Unacceptable) as caught:
            attestation.read(data)
        told[name] = str(caught.value)

    assert told == {
        "no CBOR": "it is not CBOR",
        "bytes after it": "bytes follow it",
        "another tag": "it is not a COSE_Sign1",
        "no array": "it is not a COSE_Sign1",
        "another algorithm": "it is not signed by ES384",
        "a header that is no map": "it is not signed by ES384",
        "a short signature": "its signature has a wrong length",
        "a payload that is no map": "its payload is not a map",
    }


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
