"""The enclave that a test holds."""

from __future__ import annotations

import time
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from pytest_kmsmock import Enclave, KmsMock, KmsMockError, mock_kms
from pytest_kmsmock.crypto import attestation

pytestmark = pytest.mark.extra("nitro")


def test_a_document_says_what_the_enclave_is(kms: KmsMock) -> None:
    enclave = kms.enclave(module_id="i-1-enc1")

    document = enclave.attestation_document(user_data=b"hello", nonce=b"7")

    content = attestation.read(document).attestation
    assert content.module_id == enclave.module_id == "i-1-enc1"
    assert content.public_key == enclave.public_key
    assert (content.user_data, content.nonce) == (b"hello", b"7")
    assert content.timestamp == pytest.approx(kms.clock() * 1000, abs=60_000)
    assert repr(enclave) == "<Enclave i-1-enc1>"


def test_an_application_can_check_a_document_itself(kms: KmsMock) -> None:
    """By the root certificate, the same for all enclaves."""
    enclave = kms.enclave()
    root = x509.load_pem_x509_certificate(enclave.root_certificate)

    content = attestation.read(enclave.attestation_document()).attestation

    assert content.cabundle[0] == root.public_bytes(serialization.Encoding.DER)
    assert kms.enclave().root_certificate == enclave.root_certificate


def test_each_enclave_has_its_own_key(kms: KmsMock) -> None:
    one, other = kms.enclave(), kms.enclave()
    response = kms.client().generate_random(NumberOfBytes=8, Recipient=one.recipient())

    assert one.public_key != other.public_key
    with pytest.raises(KmsMockError, match="not encrypted for <Enclave"):
        other.open(response)


def test_what_it_opens(kms: KmsMock, enclave: Enclave) -> None:
    """An answer or its CiphertextForRecipient, nothing else."""
    response = kms.client().generate_random(NumberOfBytes=8, Recipient=enclave.recipient())

    assert enclave.open(response["CiphertextForRecipient"]) == enclave.open(response)
    for wrong in (b"", b"garbage", "text", None):
        with pytest.raises(KmsMockError, match="not encrypted for"):
            enclave.open(wrong)  # type: ignore[arg-type]
    with pytest.raises(KmsMockError, match=r"call with Recipient=enclave.recipient\(\)"):
        enclave.open(kms.client().generate_random(NumberOfBytes=8))


def test_an_enclave_of_a_module_serves_each_test(
    pytester: pytest.Pytester, no_other_plugins: None
) -> None:
    """By the clock of the test's own mock."""
    pytester.makepyfile("""
        import pytest

        @pytest.fixture(scope="module")
        def enclave(kms_module):
            return kms_module.enclave()

        @pytest.mark.parametrize("days", [1, 2])
        def test_it(kms, enclave, days):
            kms.clock.advance(days=days)
            response = kms.client().generate_random(
                NumberOfBytes=8, Recipient=enclave.recipient()
            )
            assert len(enclave.open(response)) == 8
    """)

    pytester.runpytest_inprocess("-p", "pytest_kmsmock.plugin").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("name", "longest"), [("user_data", 512), ("nonce", 512), ("public_key", 1024)]
)
def test_what_a_document_cannot_hold(enclave: Enclave, name: str, longest: int) -> None:
    values: tuple[Any, ...] = (bytes(longest + 1), "text")
    for value in values:
        with pytest.raises(KmsMockError, match=f"{name}= takes up to {longest} bytes"):
            enclave.recipient(**{name: value})


def test_an_enclave_has_the_time_of_the_mock_that_gave_it() -> None:
    """Within an unrelated mock, and when its own is over."""
    with mock_kms() as kms:
        enclave = kms.enclave()
        kms.clock.advance(days=1000)
        with mock_kms():
            within = timestamp_of(enclave)
    afterwards = timestamp_of(enclave)

    ahead = (time.time() + 1000 * 86_400) * 1000
    assert within == pytest.approx(ahead, abs=60_000)
    assert afterwards == pytest.approx(ahead, abs=60_000)


def timestamp_of(enclave: Enclave) -> int:
    return attestation.read(enclave.attestation_document()).attestation.timestamp
