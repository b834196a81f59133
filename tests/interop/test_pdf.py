"""PDF documents, signed by pyHanko with a key in KMS, and validated by it."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import io
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pytest_kmsmock import Key, KmsMock

aiobotocore_session = pytest.importorskip("aiobotocore.session")
boto3 = pytest.importorskip("boto3")
signers = pytest.importorskip("pyhanko.sign.signers")
fields = pytest.importorskip("pyhanko.sign.fields")
algos = pytest.importorskip("asn1crypto.algos")
asn1_x509 = pytest.importorskip("asn1crypto.x509")
pdf_reader = pytest.importorskip("pyhanko.pdf_utils.reader")
pdf_writer = pytest.importorskip("pyhanko.pdf_utils.writer")
incremental_writer = pytest.importorskip("pyhanko.pdf_utils.incremental_writer")
validation = pytest.importorskip("pyhanko.sign.validation")
certvalidator = pytest.importorskip("pyhanko_certvalidator")
registry = pytest.importorskip("pyhanko_certvalidator.registry")

Signer: Any = signers.Signer

BEGIN = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
END = BEGIN + dt.timedelta(days=36_500)

# As pyHanko calls what the certificate's key does, and as KMS does.
ALGORITHMS = {
    "sha256_rsa": "RSASSA_PKCS1_V1_5_SHA_256",
    "rsassa_pss": "RSASSA_PSS_SHA_256",
    "sha256_ecdsa": "ECDSA_SHA_256",
    "ed25519": "ED25519_SHA_512",
    "mldsa65": "ML_DSA_SHAKE_256",
}
# These hash by themselves, and so are sent what is signed.
OF_MESSAGES = ("ed25519", "mldsa65")
# The salt is as long as the digest, with KMS.
PSS = {
    "algorithm": "rsassa_pss",
    "parameters": {
        "hash_algorithm": {"algorithm": "sha256"},
        "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": "sha256"}},
        "salt_length": 32,
    },
}
# With what pyHanko is told to do, where that is not what it does by itself.
SPECS: list[tuple[Any, Any, str]] = [
    ("RSA_2048", None, "DIGEST"),
    ("RSA_3072", PSS, "DIGEST"),
    ("ECC_NIST_P256", None, "DIGEST"),
    ("ECC_NIST_EDWARDS25519", None, "RAW"),
    ("ML_DSA_65", None, "RAW"),
]


class Paper(NamedTuple):
    """What it takes to sign a document: a key, its certificate, and who has issued that."""

    key: Key
    certificate: Any
    issuer: Any

    def registered(self) -> Any:
        """Return the store in which pyHanko looks for the issuer."""
        store = registry.SimpleCertificateStore()
        store.register(self.issuer)
        return store


# What pyHanko's users write. It has types, but is not there for mypy.
class KmsSigner(Signer):  # type: ignore[misc]
    """A signer whose private key is in KMS, which is sent the digest and not the document."""

    def __init__(self, paper: Paper, **options: Any) -> None:
        super().__init__(
            signing_cert=paper.certificate, cert_registry=paper.registered(), **options
        )
        self._arn = paper.key.arn

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        """Sign *data*; a dry run is for the length of the signature only."""
        if dry_run:
            return bytes(4096)
        mechanism = self.get_signature_mechanism_for_digest(digest_algorithm)["algorithm"].native
        is_raw = mechanism in OF_MESSAGES
        return await self.ask(
            KeyId=self._arn,
            Message=data if is_raw else hashlib.new(digest_algorithm, data).digest(),
            MessageType="RAW" if is_raw else "DIGEST",
            SigningAlgorithm=ALGORITHMS[mechanism],
        )

    async def ask(self, **params: str | bytes) -> bytes:
        """Ask KMS by boto3, in a thread, so that the loop goes on."""
        client = boto3.client("kms")
        answer = await asyncio.to_thread(client.sign, **params)
        signature: bytes = answer["Signature"]
        return signature


class AsyncKmsSigner(KmsSigner):
    """The same by aiobotocore."""

    async def ask(self, **params: str | bytes) -> bytes:
        """Ask KMS within the loop."""
        session = aiobotocore_session.get_session()
        async with session.create_client("kms", region_name="us-east-1") as client:
            answer = await client.sign(**params)
        signature: bytes = answer["Signature"]
        return signature


@pytest.fixture(params=[KmsSigner, AsyncKmsSigner], ids=["boto3", "aiobotocore"])
def signer_class(request: pytest.FixtureRequest) -> Any:
    """Each of the two, which differ in nothing else."""
    return request.param


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _certified(key: Key) -> Paper:
    """Have an authority outside of KMS certify *key*."""
    authority = ec.generate_private_key(ec.SECP256R1())

    def issued(subject: str, public_key: Any, *, ca: bool) -> Any:
        usage = dict.fromkeys(
            ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
        )
        usage |= {"decipher_only": False, "digital_signature": not ca, "content_commitment": not ca}
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name("An authority"))
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(BEGIN)
            .not_valid_after(END)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**usage, key_cert_sign=ca, crl_sign=ca), critical=True)
            .sign(authority, hashes.SHA256())
        )
        return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))

    return Paper(
        key,
        issued("A signer", key.public_key, ca=False),
        issued("An authority", authority.public_key(), ca=True),
    )


def _document() -> io.BytesIO:
    """Return a PDF of one empty page."""
    document = pdf_writer.PdfFileWriter()
    contents = document.add_object(pdf_writer.generic.StreamObject(stream_data=b""))
    document.insert_page(pdf_writer.PageObject(contents=contents, media_box=(0, 0, 595, 842)))
    written = io.BytesIO()
    document.write(written)
    written.seek(0)
    return written


def _signed(signer: Any, digest: str = "sha256") -> io.BytesIO:
    """Return the document, whose *digest* is signed by *signer*."""
    signed: io.BytesIO = signers.sign_pdf(
        incremental_writer.IncrementalPdfFileWriter(_document()),
        signers.PdfSignatureMetadata(field_name="Approval", md_algorithm=digest),
        signer=signer,
    )
    return signed


def _validated(document: io.BytesIO, *, trusted: Any) -> Any:
    [embedded] = pdf_reader.PdfFileReader(document).embedded_signatures
    context = certvalidator.ValidationContext(trust_roots=[trusted], allow_fetching=False)
    return validation.validate_pdf_signature(embedded, context)


@pytest.mark.parametrize(("spec", "mechanism", "message_type"), SPECS)
def test_a_document_is_signed_and_validated(
    kms: KmsMock, signer_class: Any, spec: Any, mechanism: Any, message_type: str
) -> None:
    """KMS signs once, and sees no more than it must; who trusts the issuer trusts it."""
    paper = _certified(kms.create_key(spec=spec, usage="SIGN_VERIFY"))
    signer = signer_class(
        paper, signature_mechanism=mechanism and algos.SignedDigestAlgorithm(mechanism)
    )

    document = _signed(signer, "sha256" if message_type == "DIGEST" else "sha512")

    status = _validated(document, trusted=paper.issuer)
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    [call] = kms.calls
    assert (call.operation, call.key) == ("Sign", paper.key)
    assert call.params["MessageType"] == message_type
    assert len(call.params["Message"]) == 32 or message_type == "RAW"


def test_the_longest_salt_is_not_that_of_kms(kms: KmsMock) -> None:
    """`prefer_pss` alone announces a salt that KMS does not use: such a signature is not valid."""
    paper = _certified(kms.create_key(spec="RSA_2048", usage="SIGN_VERIFY"))

    document = _signed(KmsSigner(paper, prefer_pss=True))

    status = _validated(document, trusted=paper.issuer)
    assert (status.intact, status.valid) == (True, False)
    kms.calls.assert_called_once("Sign", SigningAlgorithm="RSASSA_PSS_SHA_256")


def test_a_changed_document_is_noticed(kms: KmsMock) -> None:
    """The signature is of this document and no other."""
    paper = _certified(kms.create_key(spec="ECC_NIST_P256", usage="SIGN_VERIFY"))
    content = _signed(KmsSigner(paper)).getvalue()

    changed = io.BytesIO(content.replace(b"842", b"841", 1))

    assert not _validated(changed, trusted=paper.issuer).intact


def test_the_key_of_another_certificate_signs_nothing_valid(kms: KmsMock) -> None:
    """A signature by whatever other key is not that of the certificate."""
    paper = _certified(kms.create_key(spec="ECC_NIST_P256", usage="SIGN_VERIFY"))
    other = kms.create_key(spec="ECC_NIST_P256", usage="SIGN_VERIFY")

    document = _signed(KmsSigner(paper._replace(key=other)))

    status = _validated(document, trusted=paper.issuer)
    assert (status.intact, status.valid) == (True, False)


def test_a_disabled_key_signs_no_document(kms: KmsMock, signer_class: Any) -> None:
    """What KMS refuses comes through."""
    paper = _certified(kms.create_key(spec="ECC_NIST_P256", usage="SIGN_VERIFY"))
    paper.key.disable()

    with pytest.raises(ClientError, match="DisabledException"):
        _signed(signer_class(paper))
