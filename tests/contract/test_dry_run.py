"""`DryRun`: all checks, no action, always an error."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import xform_name

from pytest_kmsmock.service.api.shapes import shapes_of

WOULD = "The request would have succeeded, but the DryRun option is set."
DRY_RUN = ("DryRunOperationException", WOULD)
IGNORING = {"DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]}

NULL = "failed to satisfy constraint: Member must not be null"


def request(client: Any, key_id: str, operation: str) -> dict[str, Any]:
    blob = client.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    requests: dict[str, dict[str, Any]] = {
        "Encrypt": {"KeyId": key_id, "Plaintext": b"secret"},
        "Decrypt": {"CiphertextBlob": blob},
        "ReEncrypt": {"CiphertextBlob": blob, "DestinationKeyId": key_id},
        "GenerateDataKey": {"KeyId": key_id, "KeySpec": "AES_256"},
        "GenerateDataKeyWithoutPlaintext": {"KeyId": key_id, "KeySpec": "AES_256"},
    }
    return requests[operation]


HAS_MODIFIERS = "DryRunModifiers" in shapes_of("Decrypt").members
with_modifiers = pytest.mark.skipif(
    not HAS_MODIFIERS, reason="this botocore has no DryRunModifiers"
)
every_operation = pytest.mark.parametrize(
    "operation",
    ["Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"],
)


@every_operation
def test_good_request_fails_as_a_dry_run(
    client: Any, key_id: str, error_response: Any, operation: str
) -> None:
    """The error is declared, so botocore shows its text twice."""
    params = request(client, key_id, operation)

    response = error_response(getattr(client, xform_name(operation)), **params, DryRun=True)

    assert response["Error"] == {"Code": DRY_RUN[0], "Message": WOULD}
    assert response["message"] == WOULD


@every_operation
def test_false_is_no_dry_run(client: Any, key_id: str, operation: str) -> None:
    """As if it were not there; so are modifiers without a dry run."""
    params = request(client, key_id, operation)
    if HAS_MODIFIERS and operation in ("Decrypt", "ReEncrypt"):
        params["DryRunModifiers"] = ["IGNORE_CIPHERTEXT"]

    response = getattr(client, xform_name(operation))(**params, DryRun=False)

    assert response["KeyId"].endswith(key_id)


@every_operation
def test_missing_key_is_told(client: Any, key_id: str, refusal: Any, operation: str) -> None:
    """A dry run fails as the call would have."""
    member = "DestinationKeyId" if operation == "ReEncrypt" else "KeyId"
    params = request(client, key_id, operation) | {member: "alias/none"}

    error = refusal(getattr(client, xform_name(operation)), **params, DryRun=True)

    assert error.code == "NotFoundException"


@pytest.mark.parametrize("operation", ["Decrypt", "ReEncrypt"])
def test_wrong_ciphertext_is_told(client: Any, key_id: str, refusal: Any, operation: str) -> None:
    """Without the modifier, a dry run looks at the ciphertext."""
    params = request(client, key_id, operation)
    wrong_context = "SourceEncryptionContext" if operation == "ReEncrypt" else "EncryptionContext"

    for change in ({"CiphertextBlob": b"garbage"}, {wrong_context: {"tenant": "7"}}):
        response = refusal(getattr(client, xform_name(operation)), **(params | change), DryRun=True)

        assert response == ("InvalidCiphertextException", "")


@with_modifiers
@pytest.mark.parametrize("blob", [{}, {"CiphertextBlob": b"garbage"}], ids=str)
def test_ciphertext_can_be_left_out_of_account(
    client: Any, key_id: str, refusal: Any, blob: dict[str, Any]
) -> None:
    """So that permissions can be tried before there is a ciphertext."""
    decrypted = refusal(client.decrypt, KeyId=key_id, **blob, **IGNORING)
    re_encrypted = refusal(
        client.re_encrypt, SourceKeyId=key_id, DestinationKeyId=key_id, **blob, **IGNORING
    )

    assert decrypted == re_encrypted == DRY_RUN


@with_modifiers
def test_key_must_be_named_then(client: Any, key_id: str, refusal: Any) -> None:
    """There is no ciphertext that names it; the destination does not help."""
    blob = client.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]

    for ciphertext in ({}, {"CiphertextBlob": blob}):
        decrypted = refusal(client.decrypt, **ciphertext, **IGNORING)
        re_encrypted = refusal(client.re_encrypt, DestinationKeyId=key_id, **ciphertext, **IGNORING)

        text = f"1 validation error detected: Value null at 'keyId' {NULL}"
        assert decrypted == ("ValidationException", text)
        text = f"1 validation error detected: Value null at 'sourceKeyId' {NULL}"
        assert re_encrypted == ("ValidationException", text)


@with_modifiers
def test_modifier_alone_changes_nothing(client: Any, key_id: str, refusal: Any) -> None:
    """It counts only together with DryRun; the ciphertext is needed otherwise."""
    error = refusal(client.decrypt, KeyId=key_id, DryRunModifiers=["IGNORE_CIPHERTEXT"])

    text = f"1 validation error detected: Value null at 'ciphertextBlob' {NULL}"
    assert error == ("ValidationException", text)


@with_modifiers
def test_ignored_ciphertext_does_not_hide_the_state(client: Any, refusal: Any) -> None:
    """Usage and state of both keys are checked."""
    good, bad = (client.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    client.disable_key(KeyId=bad)
    expected = ("DisabledException", f"{bad} is disabled.")

    for keys in ((good, bad), (bad, good)):
        error = refusal(
            client.re_encrypt, SourceKeyId=keys[0], DestinationKeyId=keys[1], **IGNORING
        )

        assert error == expected
    assert refusal(client.decrypt, KeyId=bad, **IGNORING) == expected


@with_modifiers
def test_unknown_modifier_is_refused(client: Any, key_id: str, refusal: Any) -> None:
    """Source: the model, DryRunModifierType."""
    blob = client.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]

    response = refusal(client.decrypt, CiphertextBlob=blob, DryRun=True, DryRunModifiers=["FAST"])

    assert response.code == "ValidationException"
    assert "at 'dryRunModifiers' failed to satisfy constraint" in response.message
    assert "[IGNORE_CIPHERTEXT]" in response.message
