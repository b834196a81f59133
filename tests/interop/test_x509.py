"""Certificates and certificate requests, signed by KMS."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

asn1_x509 = pytest.importorskip("asn1crypto.x509")
asn1_csr = pytest.importorskip("asn1crypto.csr")

NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A root in KMS")])
BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

SPECS = [
    ("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256"),
    ("ECC_NIST_P256", "ECDSA_SHA_256"),
    ("ECC_NIST_P384", "ECDSA_SHA_384"),
    ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512"),
]
each_spec = pytest.mark.parametrize(("spec", "algorithm"), SPECS)


class Authority:
    """Makes what `cryptography` can build and only KMS can sign."""

    def __init__(self, client: Any, arn: str, algorithm: str) -> None:
        self._client, self._arn, self._algorithm = client, arn, algorithm
        self.public_key: Any = serialization.load_der_public_key(
            client.get_public_key(KeyId=arn)["PublicKey"]
        )

    def certificate(self) -> x509.Certificate:
        """Return a certificate of the authority by itself."""
        built = (
            x509.CertificateBuilder()
            .subject_name(NAME)
            .issuer_name(NAME)
            .public_key(self.public_key)
            .serial_number(1)
            .not_valid_before(BEGIN)
            .not_valid_after(BEGIN + dt.timedelta(days=36_500))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(self._stand_in(), self._hash())
        )
        parsed = asn1_x509.Certificate.load(built.public_bytes(serialization.Encoding.DER))
        parsed["signature_value"] = self._sign(built.tbs_certificate_bytes)
        return x509.load_der_x509_certificate(parsed.dump(force=True))

    def request(self) -> x509.CertificateSigningRequest:
        """Return a request, whose key the stand-in cannot have."""
        built = (
            x509.CertificateSigningRequestBuilder()
            .subject_name(NAME)
            .sign(self._stand_in(), self._hash())
        )
        parsed = asn1_csr.CertificationRequest.load(built.public_bytes(serialization.Encoding.DER))
        spki = self.public_key.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        info = parsed["certification_request_info"]
        info["subject_pk_info"] = type(info["subject_pk_info"]).load(spki)
        parsed["signature"] = self._sign(info.dump(force=True))
        return x509.load_der_x509_csr(parsed.dump(force=True))

    def _sign(self, signed: bytes) -> bytes:
        signature: bytes = self._client.sign(
            KeyId=self._arn, Message=signed, SigningAlgorithm=self._algorithm
        )["Signature"]
        return signature

    def _stand_in(self) -> Any:
        """Return a key of the same kind, so that the algorithm's name comes out right."""
        if isinstance(self.public_key, rsa.RSAPublicKey):
            return rsa.generate_private_key(public_exponent=65537, key_size=2048)
        if isinstance(self.public_key, ec.EllipticCurvePublicKey):
            return ec.generate_private_key(self.public_key.curve)
        return ed25519.Ed25519PrivateKey.generate()

    def _hash(self) -> Any:
        names = {"SHA_256": hashes.SHA256(), "SHA_384": hashes.SHA384()}
        return names.get(self._algorithm[-7:])


@pytest.fixture
def authority(client: Any, new_key: Callable[..., str]) -> Callable[[str, str], Authority]:
    return lambda spec, algorithm: Authority(client, new_key(client, spec), algorithm)


@each_spec
def test_a_certificate_is_verified_by_cryptography_and_openssl(
    authority: Callable[[str, str], Authority], openssl: Any, spec: str, algorithm: str
) -> None:
    """A root certificate, signed with the key that it is of."""
    root = authority(spec, algorithm).certificate()

    root.verify_directly_issued_by(root)
    pem = root.public_bytes(serialization.Encoding.PEM)
    done = openssl("verify", "-CAfile", "root", "-check_ss_sig", "root", files={"root": pem})
    assert done.stdout == b"root: OK\n"


@each_spec
def test_a_request_is_verified_by_cryptography_and_openssl(
    authority: Callable[[str, str], Authority], openssl: Any, spec: str, algorithm: str
) -> None:
    """A request proves that its sender has the key."""
    request = authority(spec, algorithm).request()

    assert request.is_signature_valid
    der = request.public_bytes(serialization.Encoding.DER)
    done = openssl(
        *("req", "-verify", "-noout", "-inform", "DER", "-in", "request"), files={"request": der}
    )
    assert b"verify OK" in done.stderr + done.stdout
