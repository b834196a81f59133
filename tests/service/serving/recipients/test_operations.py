"""The operations that encrypt their answer for the Recipient."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from pytest_kmsmock import Enclave, Key, KmsMock, KmsMockError, mock_kms
from pytest_kmsmock.service.api.shapes import service_model
from pytest_kmsmock.service.serving import recipients
from pytest_kmsmock.service.serving.request import Request
from pytest_kmsmock.service.values.caller import Caller

pytestmark = pytest.mark.extra("nitro")

DER = serialization.Encoding.DER
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
WOULD = "The request would have succeeded, but the DryRun option is set."
WITH_RECIPIENT = [
    name
    for name in service_model().operation_names
    if "Recipient" in getattr(service_model().operation_model(name).input_shape, "members", {})
]
PEER = ec.generate_private_key(ec.SECP256R1())


def known(operation: str, *members: str) -> set[str]:
    """Return those of *members* that this botocore knows."""
    shape: Any = service_model().operation_model(operation).output_shape
    return {*members} & {*shape.members}


def request(kms: KmsMock, operation: str) -> dict[str, Any]:
    """Return good parameters, but for the Recipient."""
    key = kms.create_key()
    if operation == "Decrypt":
        return {"CiphertextBlob": key.encrypt(b"secret")}
    if operation == "DeriveSharedSecret":
        agreement = kms.create_key(spec="ECC_NIST_P256", usage="KEY_AGREEMENT")
        peer = PEER.public_key().public_bytes(DER, SPKI)
        return {"KeyId": agreement.id, "KeyAgreementAlgorithm": "ECDH", "PublicKey": peer}
    others: dict[str, dict[str, Any]] = {
        "GenerateDataKey": {"KeyId": key.id, "KeySpec": "AES_256"},
        "GenerateDataKeyPair": {"KeyId": key.id, "KeyPairSpec": "RSA_2048"},
        "GenerateRandom": {"NumberOfBytes": 32},
    }
    return others[operation]


def test_which_operations_take_a_recipient() -> None:
    """If a newer botocore has another, it belongs into these tests."""
    assert sorted(WITH_RECIPIENT) == [
        "Decrypt",
        "DeriveSharedSecret",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateRandom",
    ]


def test_a_recipient_that_only_a_newer_botocore_has_is_not_passed_over() -> None:
    asking = Request("Sign", {}, "us-east-1", Caller("123456789012"))
    asking.params["Recipient"] = {}

    with pytest.raises(KmsMockError, match=r"does not know the Recipient of kms:Sign.*Decrypt"):
        recipients.attest(asking)


# What each answers


def test_decrypt_returns_the_plaintext_to_the_enclave_alone(
    client: Any, key: Key, enclave: Enclave
) -> None:
    """Plaintext and KeyMaterialId are not there. Source: API Reference, Decrypt."""
    blob = key.encrypt(b"secret", context={"tenant": "7"})

    response = client.decrypt(
        CiphertextBlob=blob, EncryptionContext={"tenant": "7"}, Recipient=enclave.recipient()
    )

    del response["ResponseMetadata"]
    assert response.keys() == {"KeyId", "EncryptionAlgorithm", "CiphertextForRecipient"}
    assert enclave.open(response) == b"secret"


def test_decrypt_with_a_key_pair(client: Any, kms: KmsMock, enclave: Enclave) -> None:
    key = kms.create_key(spec="RSA_2048", usage="ENCRYPT_DECRYPT")
    algorithm = "RSAES_OAEP_SHA_1"
    blob = client.encrypt(KeyId=key.id, Plaintext=b"secret", EncryptionAlgorithm=algorithm)

    response = client.decrypt(
        KeyId=key.id,
        CiphertextBlob=blob["CiphertextBlob"],
        EncryptionAlgorithm=algorithm,
        Recipient=enclave.recipient(),
    )

    assert "Plaintext" not in response
    assert enclave.open(response) == b"secret"


@pytest.mark.parametrize("size", [{"KeySpec": "AES_128"}, {"NumberOfBytes": 1024}], ids=str)
def test_generate_data_key(client: Any, key: Key, enclave: Enclave, size: dict[str, Any]) -> None:
    """CiphertextBlob is the same data key, for later."""
    response = client.generate_data_key(KeyId=key.id, **size, Recipient=enclave.recipient())

    del response["ResponseMetadata"]
    assert response.keys() == {"KeyId", "CiphertextBlob", "CiphertextForRecipient"}
    assert enclave.open(response) == key.decrypt(response["CiphertextBlob"])


@pytest.mark.parametrize("spec", ["RSA_4096", "ECC_NIST_P256"])
def test_generate_data_key_pair(client: Any, key: Key, enclave: Enclave, spec: str) -> None:
    """Only the private key goes to the enclave; KeyMaterialId stays."""
    response = client.generate_data_key_pair(
        KeyId=key.id, KeyPairSpec=spec, Recipient=enclave.recipient()
    )

    del response["ResponseMetadata"]
    assert response.keys() == known(
        "GenerateDataKeyPair",
        "KeyId",
        "KeyPairSpec",
        "KeyMaterialId",
        "PublicKey",
        "PrivateKeyCiphertextBlob",
        "CiphertextForRecipient",
    )
    private = enclave.open(response)
    assert private == key.decrypt(response["PrivateKeyCiphertextBlob"])
    loaded = serialization.load_der_private_key(private, None)
    assert loaded.public_key().public_bytes(DER, SPKI) == response["PublicKey"]


def test_derive_shared_secret(client: Any, kms: KmsMock, enclave: Enclave) -> None:
    params = request(kms, "DeriveSharedSecret")

    response = client.derive_shared_secret(**params, Recipient=enclave.recipient())

    del response["ResponseMetadata"]
    assert response.keys() == {
        "KeyId",
        "KeyAgreementAlgorithm",
        "KeyOrigin",
        "CiphertextForRecipient",
    }
    ours: Any = kms.key(params["KeyId"]).public_key
    assert enclave.open(response) == PEER.exchange(ec.ECDH(), ours)


def test_generate_random(client: Any, enclave: Enclave) -> None:
    response = client.generate_random(NumberOfBytes=24, Recipient=enclave.recipient())

    del response["ResponseMetadata"]
    assert response.keys() == {"CiphertextForRecipient"}
    assert len(enclave.open(response)) == 24


@pytest.mark.parametrize("operation", WITH_RECIPIENT)
def test_without_a_recipient_nothing_is_encrypted_for_one(
    client: Any, kms: KmsMock, operation: str
) -> None:
    response = getattr(client, xform_name(operation))(**request(kms, operation))

    assert "CiphertextForRecipient" not in response
    assert {"Plaintext", "PrivateKeyPlaintext", "SharedSecret"} & response.keys()


@pytest.mark.parametrize("operation", WITH_RECIPIENT)
def test_over_the_wire(operation: str) -> None:
    """As botocore's parser has it."""
    with mock_kms(transport="wire") as kms:
        enclave = kms.enclave()
        call = getattr(kms.client(), xform_name(operation))

        response = call(**request(kms, operation), Recipient=enclave.recipient())

        assert enclave.open(response)
        assert not {"Plaintext", "PrivateKeyPlaintext", "SharedSecret"} & response.keys()


# Dry runs


@pytest.mark.parametrize("operation", [name for name in WITH_RECIPIENT if name != "GenerateRandom"])
def test_a_dry_run_for_an_enclave(
    client: Any, kms: KmsMock, enclave: Enclave, refusal: Any, operation: str
) -> None:
    call = getattr(client, xform_name(operation))
    params = request(kms, operation) | {"DryRun": True}
    bad = enclave.recipient() | {"AttestationDocument": b"garbage"}

    good = refusal(call, **params, Recipient=enclave.recipient())

    assert good == ("DryRunOperationException", WOULD)
    assert refusal(call, **params, Recipient=bad).code == "ValidationException"


# Opened by others


def test_an_application_opens_it_with_a_key_of_its_own(
    client: Any, key: Key, enclave: Enclave, tmp_path: Path
) -> None:
    """As in an enclave: its own key pair, its own CMS reader; here the openssl command."""
    private = rsa.generate_private_key(65537, 3072)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "key.pem").write_bytes(pem)
    public = private.public_key().public_bytes(DER, SPKI)

    response = client.decrypt(
        CiphertextBlob=key.encrypt(b"secret"), Recipient=enclave.recipient(public_key=public)
    )

    (tmp_path / "sealed").write_bytes(response["CiphertextForRecipient"])
    command = "openssl cms -decrypt -binary -inform DER -in sealed -inkey key.pem"
    try:
        done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=True)
    except FileNotFoundError:
        pytest.skip("there is no openssl command")
    assert done.stdout == b"secret"


# The record


def test_the_record_shows_no_secret(client: Any, key: Key, kms: KmsMock, enclave: Enclave) -> None:
    """Neither plaintext nor, in all of its length, the document."""
    recipient = enclave.recipient()

    client.decrypt(CiphertextBlob=key.encrypt(b"secret"), Recipient=recipient)

    [call] = kms.calls
    assert call.params["Recipient"] == recipient
    assert call.response is not None
    assert "Plaintext" not in call.response
    length = len(recipient["AttestationDocument"])
    assert f"'AttestationDocument': <{length} bytes>" in repr(call)
    with pytest.raises(AssertionError) as caught:
        kms.calls.assert_called("Decrypt", Recipient=enclave.recipient())
    assert "\\x" not in str(caught.value)


def test_a_failing_tests_report_shows_no_secret(
    pytester: pytest.Pytester, no_other_plugins: None
) -> None:
    pytester.makepyfile("""
        def test_it(kms):
            enclave = kms.enclave(debug=True)
            key = kms.create_key()
            blob = key.encrypt(b"plain as day")
            response = kms.client().decrypt(CiphertextBlob=blob, Recipient=enclave.recipient())
            assert enclave.open(response) == kms
    """)

    result = pytester.runpytest_inprocess("-p", "pytest_kmsmock.plugin")

    result.assert_outcomes(failed=1)
    report = result.stdout.str()
    _, _, timeline = report.partition("KMS calls")
    assert "Decrypt" in timeline
    assert "plain as day" not in timeline
    assert "\\x" not in timeline
