"""SecureString parameters."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest

from pytest_kmsmock import KmsMock, mock_kms

CONTEXT = {"PARAMETER_ARN": "arn:aws:ssm:us-east-1:123456789012:parameter/db/password"}
TAIL = (
    r" \(Service: AWSKMS; Status Code: 400; Error Code: {}; "
    r"Request ID: [0-9a-f-]{{36}}; Proxy: null\)"
)


@pytest.fixture
def ssm(bridged: KmsMock, client_of: Any) -> Any:
    return client_of("ssm")


def put(ssm: Any, key_id: str | None = None, **more: Any) -> Any:
    named = {} if key_id is None else {"KeyId": key_id}
    params = {"Name": "/db/password", "Value": "hunter2", "Type": "SecureString"}
    return ssm.put_parameter(**{**params, **named, **more})


def test_a_parameter_is_encrypted_and_decrypted_by_kms_itself(bridged: KmsMock, ssm: Any) -> None:
    """Of the standard tier; a leading slash is not doubled in the ARN."""
    key = bridged.create_key(alias="alias/app")

    put(ssm, "alias/app")
    found = ssm.get_parameter(Name="/db/password", WithDecryption=True)["Parameter"]

    assert found["Value"] == "hunter2"
    bridged.calls.assert_called_once(
        "Encrypt", via="ssm", key=key, Plaintext=b"hunter2", EncryptionContext=CONTEXT
    )
    bridged.calls.assert_called_once("Decrypt", via="ssm", key=key, EncryptionContext=CONTEXT)


def test_without_decryption_it_is_a_ciphertext_that_kms_opens(bridged: KmsMock, ssm: Any) -> None:
    key = bridged.create_key()
    put(ssm, key.arn)
    bridged.calls.clear()

    value = ssm.get_parameter(Name="/db/password")["Parameter"]["Value"]

    bridged.calls.assert_not_called()
    assert key.decrypt(base64.b64decode(value), CONTEXT) == b"hunter2"


def test_what_is_too_long_for_its_tier_does_not_reach_kms(
    bridged: KmsMock, ssm: Any, refusal: Any
) -> None:
    """A parameter that is of the advanced tier stays so."""
    put(ssm, Tier="Advanced")
    bridged.calls.clear()

    found = refusal(put, ssm=ssm, Name="other", Value="x" * 4097)

    assert found["Code"] == "ValidationException"
    assert found["Message"].startswith("Standard tier parameters support a maximum parameter")
    bridged.calls.assert_not_called()
    put(ssm, Value="x" * 4097, Overwrite=True)
    assert bridged.calls.operations == ["GenerateDataKey"]


def test_the_advanced_tier_has_a_data_key(bridged: KmsMock, ssm: Any) -> None:
    """Asked for, or where the value is too long for the standard one and that is allowed."""
    put(ssm, Name="a", Tier="Advanced")
    put(ssm, Name="b", Tier="Intelligent-Tiering", Value="x" * 4097)
    put(ssm, Name="c", Tier="Intelligent-Tiering", Value="x" * 4096)

    assert bridged.calls.operations == ["GenerateDataKey", "GenerateDataKey", "Encrypt"]
    bridged.calls.assert_called("GenerateDataKey", key="alias/aws/ssm", KeySpec="AES_256")
    for name in "abc":
        ssm.get_parameter(Name=name, WithDecryption=True)
    assert bridged.calls.operations[3:] == ["Decrypt"] * 3


def test_each_way_to_read_decrypts_what_it_returns(bridged: KmsMock, ssm: Any) -> None:
    """One call for each SecureString, and for nothing else."""
    put(ssm)
    put(ssm, Name="/db/user", Type="String")
    put(ssm, Overwrite=True, Value="newer")
    bridged.calls.clear()

    named = ssm.get_parameters(Names=["/db/password", "/db/user"], WithDecryption=True)
    below = ssm.get_parameters_by_path(Path="/db", WithDecryption=True)
    history = ssm.get_parameter_history(Name="/db/password", WithDecryption=True)

    assert bridged.calls.operations == ["Decrypt"] * 4
    assert {each["Value"] for each in named["Parameters"]} >= {"newer"}
    assert len(below["Parameters"]) == 2
    assert [each["Value"] for each in history["Parameters"]] == ["hunter2", "newer"]


def test_what_is_refused_anyway_asks_nothing(bridged: KmsMock, ssm: Any, refusal: Any) -> None:
    put(ssm)
    bridged.calls.clear()

    assert refusal(put, ssm=ssm)["Code"] == "ParameterAlreadyExists"
    bridged.calls.assert_not_called()


def test_a_key_that_is_not_there(ssm: Any, refusal: Any) -> None:
    found = refusal(put, ssm=ssm, key_id="alias/nobody")

    assert found["Code"] == "InvalidKeyId"
    assert re.fullmatch(
        r"Alias arn:aws:kms:us-east-1:123456789012:alias/nobody is not found\."
        + TAIL.format("NotFoundException"),
        found["Message"],
    )
    assert refusal(ssm.get_parameter, Name="/db/password")["Code"] == "ParameterNotFound"


def test_a_key_that_is_disabled_or_being_deleted(bridged: KmsMock, ssm: Any, refusal: Any) -> None:
    key = bridged.create_key()
    put(ssm, key.arn)
    names = {"Name": "/db/password", "WithDecryption": True}

    key.disable()
    disabled = refusal(ssm.get_parameter, **names)
    key.schedule_deletion()
    deleting = refusal(ssm.get_parameter, **names)

    assert disabled["Code"] == deleting["Code"] == "InvalidKeyId"
    assert re.fullmatch(
        re.escape(f"{key.arn} is disabled.") + TAIL.format("DisabledException"),
        disabled["Message"],
    )
    assert re.fullmatch(
        re.escape(f"{key.arn} is pending deletion.") + TAIL.format("KMSInvalidStateException"),
        deleting["Message"],
    )
    # The parameter is there all the same.
    assert ssm.get_parameter(Name="/db/password")["Parameter"]["Type"] == "SecureString"


def test_the_caller_needs_the_key(bridged: KmsMock, client_of: Any, refusal: Any) -> None:
    """By policies that can ask for the service, and for the parameter."""
    allowing = {
        "Effect": "Allow",
        "Action": "kms:Encrypt",
        "Resource": "*",
        "Condition": {
            "StringEquals": {
                "kms:ViaService": "ssm.us-east-1.amazonaws.com",
                "kms:EncryptionContext:PARAMETER_ARN": CONTEXT["PARAMETER_ARN"],
            },
            "Bool": {"aws:ViaAWSService": "true"},
        },
    }
    role = bridged.principal(
        "arn:aws:iam::123456789012:role/app",
        policies=[{"Version": "2012-10-17", "Statement": [allowing]}],
    )
    ssm = client_of("ssm", **role.credentials)
    key = bridged.create_key()

    put(ssm, key.arn)

    assert refusal(put, ssm=ssm, key_id=key.arn, Name="other")["Code"] == "AccessDeniedException"
    found = refusal(ssm.get_parameter, Name="/db/password", WithDecryption=True)
    assert found["Code"] == "AccessDeniedException"
    assert "is not authorized to perform: kms:Decrypt" in found["Message"]
    direct = client_of("kms", **role.credentials)
    assert refusal(direct.encrypt, KeyId=key.arn, Plaintext=b"x")["Code"] == (
        "AccessDeniedException"
    )


def test_what_was_written_without_this_kms_is_under_its_key(bridged: KmsMock, ssm: Any) -> None:
    key = bridged.create_key()
    with mock_kms():
        put(ssm, key.arn)
        put(ssm, "nope", Name="other")

    ssm.get_parameters(Names=["/db/password", "other"], WithDecryption=True)

    bridged.calls.assert_called_once("Decrypt", key=key, EncryptionContext=CONTEXT)
    assert len(bridged.calls) == 1
