"""
Certificates behind attestation documents: the mock's own, and the check of any.

AWS has one root of trust for all enclaves, so this process has one too. It is
made when first needed, and nobody outside has its key.

Source: AWS Nitro Enclaves NSM API, "Attestation process"; RFC 5280.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Collection, Sequence
from typing import Final

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from . import attestation
from .attestation import Attestation, Unacceptable
from .forking import Lock

LIFETIME: Final = dt.timedelta(hours=3)
"""How long the certificate of an enclave is valid, as AWS makes them."""

# Whatever time a test says that it is: those that a certificate can tell (RFC 5280).
_FIRST: Final = dt.datetime(1950, 1, 1, tzinfo=dt.UTC)
_LAST: Final = dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)

_lock = Lock()


@attrs.frozen
class Authority:
    """
    One that issues certificates.

    Attributes:
        bundle: Its own certificate and those above it, DER, the root's first.
    """

    name: x509.Name
    private: ec.EllipticCurvePrivateKey = attrs.field(repr=False)
    bundle: tuple[bytes, ...] = attrs.field(repr=False)


def authority() -> Authority:
    """Return the one that certifies enclaves in this process, under the root."""
    with _lock.current:
        return _intermediate()


def root() -> bytes:
    """Return the certificate of this process's root of trust, DER."""
    return authority().bundle[0]


def certify(
    issuer: Authority,
    name: str,
    public: ec.EllipticCurvePublicKey,
    since: dt.datetime,
    lifetime: dt.timedelta = LIFETIME,
) -> bytes:
    """Return a certificate of the key that signs documents, DER."""
    usage = _usage(digital_signature=True)
    subject = _name(name)
    since = min(max(since, _FIRST), _LAST)
    until = since + min(lifetime, _LAST - since)
    return _issue(issuer.private, issuer.name, subject, public, None, usage, since, until)


def verified(data: bytes, roots: Collection[bytes], now: float) -> Attestation:
    """
    Return what *data*, an attestation document, says.

    Args:
        roots: Certificates, DER; its own has to lead to one of them.
        now: Seconds since the epoch.

    Raises:
        Unacceptable: It is malformed or does not hold, or no answer can be
            encrypted to its public key.
        MissingExtra: There is no cbor2.
    """
    document = attestation.read(data)
    attested = document.attestation
    key = signing_key(attested.certificate, attested.cabundle, roots, now)
    if not attestation.is_signed_by(document, key):
        raise Unacceptable("its signature is not that of its certificate")
    if attested.public_key is None:
        raise Unacceptable("it has no public key")
    if not attestation.encrypts(attested.public_key):
        raise Unacceptable("its public key is not an RSA key of 2048 bits or more")
    return attested


def signing_key(
    certificate: bytes, cabundle: Sequence[bytes], roots: Collection[bytes], now: float
) -> ec.EllipticCurvePublicKey:
    """
    Return the key of *certificate*, which has to lead to one of *roots*.

    Args:
        cabundle: The certificates above it, the root first; all are DER.
        now: Seconds since the epoch.

    Raises:
        Unacceptable: It does not, or a certificate has not the form, the right
            or the time to do what it does.
    """
    if cabundle[0] not in roots:
        raise Unacceptable("its certificate does not lead to a trusted root")
    try:
        authorities = [x509.load_der_x509_certificate(each) for each in cabundle]
        leaf = x509.load_der_x509_certificate(certificate)
        for issuer, subject in zip(authorities, [*authorities[1:], leaf], strict=True):
            subject.verify_directly_issued_by(issuer)
        for below, issuer in enumerate(reversed(authorities)):
            _check_authority(issuer, below)
        usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
        key = leaf.public_key()
        certificates = (*authorities, leaf)
        # In seconds: *now* can be beyond the last date that Python has.
        starts = [each.not_valid_before_utc.timestamp() for each in certificates]
        ends = [each.not_valid_after_utc.timestamp() for each in certificates]
    except Exception as error:  # of garbage `cryptography` raises a dozen errors of its own
        raise Unacceptable("its certificates do not form a chain") from error
    if now < max(starts):
        raise Unacceptable("a certificate of it is not valid yet")
    if now > min(ends):
        raise Unacceptable("a certificate of it has expired")
    if not usage.digital_signature or not isinstance(key, ec.EllipticCurvePublicKey):
        raise Unacceptable("its certificate is not one for signatures")
    if not isinstance(key.curve, ec.SECP384R1):
        raise Unacceptable("its certificate's key is not on P-384")
    return key


def _check_authority(certificate: x509.Certificate, below: int) -> None:
    """Raise ValueError unless *certificate* may issue others, with *below* of them on the way."""
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    length = constraints.path_length
    if not constraints.ca or not usage.key_cert_sign or (length is not None and length < below):
        raise ValueError("not a certificate of an authority")


@functools.cache
def _intermediate() -> Authority:
    top, private = _root(), ec.generate_private_key(ec.SECP384R1())
    name = _name("zone.pytest-kmsmock.nitro-enclaves")
    usage = _usage(key_cert_sign=True)
    certificate = _issue(top.private, top.name, name, private.public_key(), 0, usage, _FIRST, _LAST)
    return Authority(name, private, (*top.bundle, certificate))


@functools.cache
def _root() -> Authority:
    private = ec.generate_private_key(ec.SECP384R1())
    name = _name("pytest-kmsmock.nitro-enclaves")
    usage = _usage(key_cert_sign=True)
    certificate = _issue(private, name, name, private.public_key(), 1, usage, _FIRST, _LAST)
    return Authority(name, private, (certificate,))


def _issue(
    private: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    subject: x509.Name,
    public: ec.EllipticCurvePublicKey,
    path_length: int | None,
    usage: x509.KeyUsage,
    since: dt.datetime,
    until: dt.datetime,
) -> bytes:
    constraints = x509.BasicConstraints(ca=path_length is not None, path_length=path_length)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(constraints, critical=True)
        .add_extension(usage, critical=True)
        .sign(private, hashes.SHA384())
    )
    return certificate.public_bytes(serialization.Encoding.DER)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=key_cert_sign,
        encipher_only=False,
        decipher_only=False,
    )
