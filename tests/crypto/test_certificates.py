"""Certificates behind attestation documents: what leads to the root, and what does not."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from enclaves import NOW, P384
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pytest_kmsmock.crypto import certificates
from pytest_kmsmock.crypto.attestation import Attestation, Unacceptable

# A first call imports and makes what later ones have.
without_deadline = settings(deadline=None)


USES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
    *("key_agreement", "key_cert_sign", "crl_sign"),
)


def key_of(attested: Attestation, now: dt.datetime = NOW) -> ec.EllipticCurvePublicKey:
    """Return the key that signs, when the certificates are good *now*."""
    roots = (certificates.root(),)
    return certificates.signing_key(attested.certificate, attested.cabundle, roots, now.timestamp())


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


def test_a_certificate_says_what_it_is_for(attested: Attestation) -> None:
    """Those of authorities sign certificates, the last signs documents; all else is left out."""
    found = []
    for data in (*attested.cabundle, attested.certificate):
        extensions = x509.load_der_x509_certificate(data).extensions
        constraints = extensions.get_extension_for_class(x509.BasicConstraints)
        usage = extensions.get_extension_for_class(x509.KeyUsage)
        assert constraints.critical
        assert usage.critical
        uses = [each for each in USES if getattr(usage.value, each)]
        found.append((constraints.value.ca, constraints.value.path_length, uses))

    assert found == [
        (True, 1, ["key_cert_sign", "crl_sign"]),
        (True, 0, ["key_cert_sign", "crl_sign"]),
        (False, None, ["digital_signature"]),
    ]


def test_what_is_wrong_with_certificates_is_told(attested: Attestation) -> None:
    """In words that a test's author can act on."""
    issuer, other = certificates.authority(), ec.generate_private_key(ec.SECP256R1())
    elsewhere = certificates.certify(issuer, "i", other.public_key(), NOW)
    told = []
    for certificate, cabundle, now in (
        (attested.certificate, (b"other",), NOW),
        (b"no certificate", attested.cabundle, NOW),
        (attested.certificate, attested.cabundle, NOW - dt.timedelta(seconds=1)),
        (attested.certificate, attested.cabundle, NOW + dt.timedelta(days=1)),
        (attested.cabundle[-1], attested.cabundle[:-1], NOW),
        (elsewhere, attested.cabundle, NOW),
    ):
        with pytest.raises(Unacceptable) as caught:
            key_of(attrs.evolve(attested, certificate=certificate, cabundle=cabundle), now)
        told.append(str(caught.value))

    assert told == [
        "its certificate does not lead to a trusted root",
        "its certificates do not form a chain",
        "a certificate of it is not valid yet",
        "a certificate of it has expired",
        "its certificate is not one for signatures",
        "its certificate's key is not on P-384",
    ]


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
