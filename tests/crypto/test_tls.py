"""Certificates of a server: valid now, for this computer, and vouched for by nobody's key."""

from __future__ import annotations

import datetime as dt
import ipaddress
import time

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from pytest_kmsmock.crypto.tls import server_certificate


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
