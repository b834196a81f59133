"""Which attestation documents KMS accepts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from pytest_kmsmock import Enclave, Key, KmsMock, KmsMockError, mock_kms
from pytest_kmsmock.crypto import attestation, certificates
from pytest_kmsmock.service.service import Service
from pytest_kmsmock.service.serving.request import Request

pytestmark = pytest.mark.extra("nitro")

DER = serialization.Encoding.DER
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
ALGORITHM = "RSAES_OAEP_SHA_256"


def recipient(document: bytes) -> dict[str, Any]:
    return {"KeyEncryptionAlgorithm": ALGORITHM, "AttestationDocument": document}


@pytest.fixture
def rejection(client: Any, refusal: Any) -> Any:
    """Ask for random bytes with a Recipient that is refused; return the message."""

    def ask(recipient: dict[str, Any]) -> str:
        error = refusal(client.generate_random, NumberOfBytes=8, Recipient=recipient)
        assert error.code == "ValidationException"
        return str(error.message)

    return ask


# The parameter


def test_another_algorithm_is_refused(rejection: Any, enclave: Enclave) -> None:
    message = rejection(enclave.recipient() | {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_1"})

    assert message == (
        "1 validation error detected: Value 'RSAES_OAEP_SHA_1' at "
        "'recipient.keyEncryptionAlgorithm' failed to satisfy constraint: "
        "Member must satisfy enum value set: [RSAES_OAEP_SHA_256]"
    )


@pytest.mark.parametrize("member", ["KeyEncryptionAlgorithm", "AttestationDocument"])
def test_half_a_recipient_is_refused(rejection: Any, enclave: Enclave, member: str) -> None:
    """The model requires neither, yet there is nothing to do without one."""
    half = enclave.recipient()
    del half[member]

    path = f"recipient.{member[0].lower()}{member[1:]}"
    null = f"Value null at '{path}' failed to satisfy constraint: Member must not be null"
    assert rejection(half) == f"1 validation error detected: {null}"


@pytest.mark.parametrize("length", [0, 262_145])
def test_a_document_has_a_length(rejection: Any, length: int) -> None:
    assert "at 'recipient.attestationDocument' failed" in rejection(recipient(bytes(length)))


# The document


@pytest.mark.parametrize("garbage", [b"garbage", b"\x84\x40\xa0\x40\x40", b"\x81" * 9999])
def test_garbage_is_refused(rejection: Any, garbage: bytes) -> None:
    assert rejection(recipient(garbage)).startswith("The attestation document is not valid: ")


def test_a_changed_document_is_refused(rejection: Any, enclave: Enclave) -> None:
    """The last byte is the signature's."""
    document = enclave.attestation_document()
    changed = document[:-1] + bytes([document[-1] ^ 1])

    assert rejection(recipient(changed)) == (
        "The attestation document is not valid: its signature is not that of its certificate."
    )


def test_a_document_is_good_for_three_hours(
    kms: KmsMock, client: Any, rejection: Any, enclave: Enclave
) -> None:
    """As long as its certificate; the service's clock tells the time."""
    old = enclave.recipient()
    kms.clock.advance(hours=2, minutes=59)
    client.generate_random(NumberOfBytes=8, Recipient=old)

    kms.clock.advance(minutes=1, seconds=1)

    assert rejection(old) == (
        "The attestation document is not valid: a certificate of it has expired."
    )
    assert enclave.open(client.generate_random(NumberOfBytes=8, Recipient=enclave.recipient()))


def test_a_document_of_the_future_is_refused(kms: KmsMock, enclave: Enclave) -> None:
    with mock_kms() as later:
        later.clock.advance(days=1)
        document = later.enclave().attestation_document()
    client = kms.client()

    with pytest.raises(client.exceptions.ClientError, match="not valid yet"):
        client.generate_random(NumberOfBytes=8, Recipient=recipient(document))


@pytest.mark.parametrize("days", [1, 365 * 500])
def test_documents_are_good_at_any_time(
    kms: KmsMock, client: Any, enclave: Enclave, days: int
) -> None:
    kms.clock.advance(days=days)

    response = client.generate_random(NumberOfBytes=8, Recipient=enclave.recipient())

    assert len(enclave.open(response)) == 8


def test_a_document_without_a_key_is_refused(rejection: Any, enclave: Enclave) -> None:
    message = rejection(enclave.recipient(public_key=b""))

    assert message == "The attestation document is not valid: it has no public key."


def test_a_key_that_is_not_rsa_or_too_short_is_refused(rejection: Any, enclave: Enclave) -> None:
    on_a_curve = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(DER, SPKI)
    short = rsa.generate_private_key(65537, 1024).public_key().public_bytes(DER, SPKI)

    for public_key in (on_a_curve, short, b"no key"):
        assert rejection(enclave.recipient(public_key=public_key)) == (
            "The attestation document is not valid: "
            "its public key is not an RSA key of 2048 bits or more."
        )


def test_the_document_is_read_before_the_key_is_looked_for(client: Any, refusal: Any) -> None:
    error = refusal(
        client.generate_data_key,
        KeyId="alias/none",
        KeySpec="AES_256",
        Recipient=recipient(b"garbage"),
    )

    assert error.code == "ValidationException"


def test_with_a_good_document_the_key_is_refused_as_usual(
    client: Any, key: Key, enclave: Enclave
) -> None:
    key.disable()

    with pytest.raises(client.exceptions.DisabledException):
        client.generate_data_key(KeyId=key.id, KeySpec="AES_256", Recipient=enclave.recipient())


# The root of trust


@attrs.frozen
class Elsewhere:
    """Enclaves under another root, as another tool may make them."""

    root: bytes
    document: bytes


@pytest.fixture
def elsewhere(enclave: Enclave) -> Elsewhere:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "elsewhere")])
    private, signing = (ec.generate_private_key(ec.SECP384R1()) for _ in range(2))
    since = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(minutes=1)
    root = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(since)
        .not_valid_after(since + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(certificates._usage(key_cert_sign=True), critical=True)
        .sign(private, hashes.SHA384())
        .public_bytes(DER)
    )
    issuer = certificates.Authority(name, private, (root,))
    content = attestation.Attestation(
        module_id="elsewhere",
        timestamp=1,
        pcrs={0: bytes(48)},
        certificate=certificates.certify(issuer, "elsewhere", signing.public_key(), since),
        cabundle=issuer.bundle,
        public_key=enclave.public_key,
    )
    return Elsewhere(root, attestation.write(content, signing))


def test_another_root_is_refused(rejection: Any, elsewhere: Elsewhere) -> None:
    """As AWS refuses all but its own."""
    assert rejection(recipient(elsewhere.document)) == (
        "The attestation document is not valid: its certificate does not lead to a trusted root."
    )


@pytest.mark.parametrize("form", ["DER", "PEM", "text"])
def test_a_test_may_trust_another_root(
    kms: KmsMock, client: Any, enclave: Enclave, elsewhere: Elsewhere, form: str
) -> None:
    root: bytes | str = elsewhere.root
    if form != "DER":
        pem = x509.load_der_x509_certificate(elsewhere.root).public_bytes(
            serialization.Encoding.PEM
        )
        root = pem.decode() if form == "text" else pem

    kms.trust_attestation_root(root)

    response = client.generate_random(NumberOfBytes=8, Recipient=recipient(elsewhere.document))
    assert len(enclave.open(response)) == 8
    own = client.generate_random(NumberOfBytes=8, Recipient=enclave.recipient())
    assert len(enclave.open(own)) == 8


def test_trust_ends_with_the_mock(elsewhere: Elsewhere, enclave: Enclave) -> None:
    with mock_kms() as kms:
        kms.trust_attestation_root(elsewhere.root)
        kms.client().generate_random(NumberOfBytes=8, Recipient=recipient(elsewhere.document))
    with mock_kms() as kms:
        client = kms.client()
        with pytest.raises(client.exceptions.ClientError, match="trusted root"):
            client.generate_random(NumberOfBytes=8, Recipient=recipient(elsewhere.document))


def test_an_inner_mock_trusts_what_the_outer_one_does(
    pytester: pytest.Pytester, no_other_plugins: None, elsewhere: Elsewhere
) -> None:
    pytester.makepyfile(f"""
        import pytest

        RECIPIENT = {recipient(elsewhere.document)!r}

        @pytest.fixture(scope="module", autouse=True)
        def trusted(kms_module):
            kms_module.trust_attestation_root({elsewhere.root!r})

        def test_it(kms):
            kms.client().generate_random(NumberOfBytes=8, Recipient=RECIPIENT)
    """)

    pytester.runpytest_inprocess("-p", "pytest_kmsmock.plugin").assert_outcomes(passed=1)


@pytest.mark.parametrize("root", [b"", b"root", "-----BEGIN CERTIFICATE-----", None])
def test_a_root_is_a_certificate(kms: KmsMock, root: Any) -> None:
    with pytest.raises(KmsMockError, match=r"an X\.509 certificate, PEM or DER"):
        kms.trust_attestation_root(root)


# For the authorization


@pytest.mark.parametrize("nitrotpm", [False, True])
def test_the_request_carries_what_was_attested(
    kms: KmsMock, client: Any, monkeypatch: pytest.MonkeyPatch, nitrotpm: bool
) -> None:
    """Conditions on PCRs will ask it."""
    enclave = kms.enclave(pcrs={4: "cd" * 48}, nitrotpm=nitrotpm)
    seen: list[Request] = []
    handle = Service.handle

    def seeing(self: Service, request: Request) -> Any:
        seen.append(request)
        return handle(self, request)

    monkeypatch.setattr(Service, "handle", seeing)

    client.generate_random(NumberOfBytes=8, Recipient=enclave.recipient())
    client.generate_random(NumberOfBytes=8)

    attested, plain = (request.attestation for request in seen)
    assert plain is None
    assert attested is not None
    assert attested.kind == ("nitrotpm_pcrs" if nitrotpm else "pcrs")
    assert {index: pcr.hex() for index, pcr in attested.pcrs.items()} == enclave.pcrs
    assert attested.pcrs[4] == b"\xcd" * 48
