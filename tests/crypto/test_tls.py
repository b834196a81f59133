"""Certificates of a server: valid now, for this computer, and vouched for by nobody's key."""

from __future__ import annotations

import datetime as dt
import ipaddress
import time

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from pytest_kmsmock.crypto.tls import server_certificate

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
USES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
    *("key_agreement", "key_cert_sign", "crl_sign"),
)


def test_a_certificate_is_for_this_computer() -> None:
    made = server_certificate(time.time())
    authority = x509.load_pem_x509_certificate(made.authority)
    server = x509.load_pem_x509_certificate(made.chain)
    key = serialization.load_pem_private_key(made.key, None)

    server.verify_directly_issued_by(authority)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("127.0.0.1")]
    assert key.public_key() == server.public_key()
    now = dt.datetime.now(dt.UTC)
    assert server.not_valid_before_utc < now < server.not_valid_after_utc


def test_each_is_new_and_shows_no_secret() -> None:
    one, other = server_certificate(0.0), server_certificate(0.0)

    assert one.key != other.key
    assert one.authority != other.authority
    assert repr(one) == "<certificate of a server>"


def test_a_certificate_says_what_it_is_for() -> None:
    """The authority signs certificates and no other authority; the server is one and no more."""
    made = server_certificate(NOW.timestamp())
    authority = x509.load_pem_x509_certificate(made.authority)
    server = x509.load_pem_x509_certificate(made.chain)

    def what(certificate: x509.Certificate) -> list[object]:
        extensions = certificate.extensions
        constraints = extensions.get_extension_for_class(x509.BasicConstraints)
        usage = extensions.get_extension_for_class(x509.KeyUsage)
        names = [each for each in USES if getattr(usage.value, each)]
        assert constraints.critical
        assert usage.critical
        return [constraints.value.ca, constraints.value.path_length, names]

    assert what(authority) == [True, 0, ["key_cert_sign"]]
    assert what(server) == [False, None, ["digital_signature"]]
    purposes = server.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert list(purposes.value) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert not purposes.critical
    assert not server.extensions.get_extension_for_class(x509.SubjectAlternativeName).critical
    assert {extension.oid for extension in authority.extensions}.isdisjoint(
        {purposes.oid, ExtensionOID.SUBJECT_ALTERNATIVE_NAME}
    )


def test_a_certificate_names_its_issuer_by_name_and_key() -> None:
    """So a client finds the authority among others of the same name."""
    made = server_certificate(NOW.timestamp())
    authority = x509.load_pem_x509_certificate(made.authority)
    server = x509.load_pem_x509_certificate(made.chain)
    own = x509.SubjectKeyIdentifier.from_public_key(authority.public_key())
    keys = []

    for certificate in (authority, server):
        issuer = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
        subject = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        assert issuer.value.key_identifier == own.digest
        assert not issuer.critical
        assert not subject.critical
        assert certificate.issuer == authority.subject
        keys.append(subject.value)

    assert keys[0] == own
    assert keys[1] == x509.SubjectKeyIdentifier.from_public_key(server.public_key())
    assert authority.subject.rfc4514_string() == "CN=pytest-kmsmock\\, for one test"
    assert server.subject.rfc4514_string() == "CN=localhost"
    assert authority.serial_number != server.serial_number


def test_a_certificate_is_valid_from_the_day_before() -> None:
    """For 397 days, as some clients trust no longer one."""
    made = server_certificate(NOW.timestamp())

    for data in (made.authority, made.chain):
        certificate = x509.load_pem_x509_certificate(data)
        assert certificate.not_valid_before_utc == NOW - dt.timedelta(days=1)
        assert certificate.not_valid_after_utc == NOW + dt.timedelta(days=396)
