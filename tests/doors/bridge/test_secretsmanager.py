"""Secrets, and the data key of each of their versions."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from pytest_kmsmock import KmsMock, mock_kms


@pytest.fixture
def secrets(bridged: KmsMock, client_of: Any) -> Any:
    return client_of("secretsmanager")


def contexts(kms: KmsMock) -> list[tuple[str, str]]:
    """Return the operations that were called, each with the version that it was for."""
    return [
        (call.operation, call.params["EncryptionContext"]["SecretVersionId"]) for call in kms.calls
    ]


def test_a_version_has_a_data_key(bridged: KmsMock, secrets: Any) -> None:
    """Without a key it is that of the account for the service."""
    made = secrets.create_secret(Name="db", SecretString="hunter2")
    read = secrets.get_secret_value(SecretId="db")

    assert read["SecretString"] == "hunter2"
    key, context = (
        "alias/aws/secretsmanager",
        {
            "SecretARN": made["ARN"],
            "SecretVersionId": made["VersionId"],
        },
    )
    bridged.calls.assert_called_once(
        "GenerateDataKey", via="secretsmanager", key=key, EncryptionContext=context
    )
    bridged.calls.assert_called_once(
        "Decrypt", via="secretsmanager.amazonaws.com", key=key, EncryptionContext=context
    )


def test_a_key_that_is_named_is_tried_first(bridged: KmsMock, secrets: Any) -> None:
    """It is encrypted and decrypted with, and what comes of it thrown away."""
    key = bridged.create_key()

    made = secrets.create_secret(Name="db", SecretString="hunter2", KmsKeyId=key.arn)
    secrets.create_secret(Name="empty", KmsKeyId=key.arn)

    tried = [
        ("GenerateDataKey", "RequestToValidateKeyAccess"),
        ("Decrypt", "RequestToValidateKeyAccess"),
    ]
    assert contexts(bridged) == [*tried, ("GenerateDataKey", made["VersionId"]), *tried]


def test_a_new_version_has_a_new_data_key(bridged: KmsMock, secrets: Any) -> None:
    """And one that is there already is compared with."""
    secrets.create_secret(Name="db", SecretString="hunter2")
    bridged.calls.clear()
    token = str(uuid.uuid4())

    put = secrets.put_secret_value(SecretId="db", SecretString="b", ClientRequestToken=token)
    updated = secrets.update_secret(SecretId="db", SecretString="c")
    secrets.put_secret_value(SecretId="db", SecretString="b", ClientRequestToken=token)

    assert put["VersionId"] == token
    assert contexts(bridged) == [
        ("GenerateDataKey", token),
        ("GenerateDataKey", updated["VersionId"]),
        ("Decrypt", token),
    ]


def test_with_a_new_key_the_versions_in_use_are_encrypted_anew(
    bridged: KmsMock, secrets: Any
) -> None:
    old, new = bridged.create_key(), bridged.create_key()
    made = secrets.create_secret(Name="db", SecretString="a", KmsKeyId=old.arn)
    bridged.calls.clear()

    secrets.update_secret(SecretId="db", KmsKeyId=new.arn)

    assert contexts(bridged)[2:] == [
        ("Decrypt", made["VersionId"]),
        ("GenerateDataKey", made["VersionId"]),
    ]
    old.disable()
    assert secrets.get_secret_value(SecretId="db")["SecretString"] == "a"
    # What the old key no longer opens stays under it.
    new.disable()
    bridged.calls.clear()
    old.enable()
    secrets.update_secret(SecretId="db", KmsKeyId=old.arn)
    assert bridged.calls[-1].error is not None


def test_the_versions_name_their_keys(bridged: KmsMock, secrets: Any) -> None:
    """The default one by a name that it has only there."""
    key = bridged.create_key()
    secrets.create_secret(Name="own", SecretString="a", KmsKeyId=key.arn)
    secrets.create_secret(Name="default", SecretString="a")

    def keys(name: str) -> list[list[str]]:
        found = secrets.list_secret_version_ids(SecretId=name)
        return [version["KmsKeyIds"] for version in found["Versions"]]

    assert keys("own") == [[key.arn]]
    assert keys("default") == [["DefaultEncryptionKey"]]


def test_a_key_that_is_not_there_makes_no_secret(secrets: Any, refusal: Any) -> None:
    found = refusal(secrets.create_secret, Name="db", SecretString="a", KmsKeyId="alias/nobody")

    assert found == {"Code": "AccessDeniedException", "Message": "Access to KMS is not allowed"}
    assert refusal(secrets.describe_secret, SecretId="db")["Code"] == "ResourceNotFoundException"


def test_a_key_that_is_disabled(bridged: KmsMock, secrets: Any) -> None:
    """As the exceptions of the client, with the member that they have."""
    key = bridged.create_key()
    secrets.create_secret(Name="db", SecretString="a", KmsKeyId=key.arn)
    key.disable()

    with pytest.raises(secrets.exceptions.DecryptionFailure) as reading:
        secrets.get_secret_value(SecretId="db")
    with pytest.raises(secrets.exceptions.EncryptionFailure) as writing:
        secrets.put_secret_value(SecretId="db", SecretString="b")

    assert reading.value.response["Message"].startswith("Secrets Manager can't decrypt")
    assert writing.value.response["Message"].startswith("Secrets Manager can't encrypt")
    key.enable()
    assert secrets.get_secret_value(SecretId="db")["SecretString"] == "a"


def test_of_a_batch_each_secret_is_refused_by_itself(bridged: KmsMock, secrets: Any) -> None:
    """Among the errors, with those of the other mock; the rest is answered."""
    if not hasattr(secrets, "batch_get_secret_value"):
        pytest.skip("this botocore has no BatchGetSecretValue")
    key = bridged.create_key()
    arn = secrets.create_secret(Name="db", SecretString="a", KmsKeyId=key.arn)["ARN"]
    secrets.create_secret(Name="other", SecretString="b")
    key.disable()

    try:
        found = secrets.batch_get_secret_value(SecretIdList=["db", "other", "nobody"])
    except NotImplementedError:
        pytest.skip("this moto has no BatchGetSecretValue")

    assert [each["SecretString"] for each in found["SecretValues"]] == ["b"]
    codes = {each["SecretId"]: each["ErrorCode"] for each in found["Errors"]}
    assert codes[arn] == "DecryptionFailure"
    assert {*codes.values()} == {"DecryptionFailure", "ResourceNotFoundException"}


def test_a_caller_without_the_key(bridged: KmsMock, client_of: Any, refusal: Any) -> None:
    role = bridged.principal("arn:aws:iam::123456789012:role/app")
    key = bridged.create_key()
    client_of("secretsmanager").create_secret(Name="db", SecretString="a", KmsKeyId=key.arn)

    found = refusal(client_of("secretsmanager", **role.credentials).get_secret_value, SecretId="db")

    assert found == {"Code": "AccessDeniedException", "Message": "Access to KMS is not allowed"}
    assert bridged.calls[-1].principal == role.session_arn


def test_what_has_no_secret_asks_nothing(bridged: KmsMock, secrets: Any, refusal: Any) -> None:
    put = {"SecretId": "none", "SecretString": "a"}

    assert refusal(secrets.put_secret_value, **put)["Code"] == "ResourceNotFoundException"
    assert refusal(secrets.update_secret, **put)["Code"] == "ResourceNotFoundException"
    bridged.calls.assert_not_called()


def test_what_was_written_without_this_kms_is_under_its_key(bridged: KmsMock, secrets: Any) -> None:
    """As a secret of a stack."""
    key = bridged.create_key()
    with mock_kms():
        made = secrets.create_secret(Name="db", SecretString="a", KmsKeyId=key.arn)

    secrets.get_secret_value(SecretId="db")

    [call] = bridged.calls
    assert (call.operation, call.key) == ("Decrypt", key)
    assert call.params["EncryptionContext"]["SecretVersionId"] == made["VersionId"]
