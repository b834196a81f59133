"""Certificates of a server on this computer, made for one test, and of who vouches for them."""

from __future__ import annotations

import datetime as dt
import ipaddress
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# Some clients trust nothing that is valid for longer.
_LIFETIME: Final = dt.timedelta(days=397)
_NAMES: Final = (
    x509.DNSName("localhost"),
    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
)
_USAGES: Final = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
    *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


class ServerCertificate(NamedTuple):
    """
    A certificate with its key, PEM.

    Attributes:
        authority: The certificate of who vouches for it; the key of that is forgotten.
        chain: The certificate.
        key: Its private key.
    """

    authority: bytes
    chain: bytes
    key: bytes

    # Secret.
    def __repr__(self) -> str:
        return "<certificate of a server>"


def server_certificate(now: float) -> ServerCertificate:
    """
    Return a new certificate for this computer.

    Args:
        now: Real time, in seconds since the epoch.
    """
    authority, server = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    issuer = _name("pytest-kmsmock, for one test")
    since = dt.datetime.fromtimestamp(now, dt.UTC) - dt.timedelta(days=1)

    def builder(subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .issuer_name(issuer)
            .subject_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(since + _LIFETIME)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), False
            )
        )

    of_authority = (
        builder(issuer, authority)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .add_extension(_usage("key_cert_sign"), True)
    )
    of_server = (
        builder(_name("localhost"), server)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(_usage("digital_signature"), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .add_extension(x509.SubjectAlternativeName(_NAMES), False)
    )
    authority_pem, server_pem = (
        each.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        for each in (of_authority, of_server)
    )
    key_pem = server.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return ServerCertificate(authority_pem, server_pem, key_pem)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(name: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{each: each == name for each in _USAGES})
