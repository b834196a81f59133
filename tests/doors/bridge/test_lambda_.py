"""The environment of functions under a KMS key."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from pytest_kmsmock import KmsMock

ROLE = "arn:aws:iam::123456789012:role/function"
CONTEXT = {"aws:lambda:FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:f"}


@pytest.fixture
def functions(bridged: KmsMock, client_of: Any) -> Any:
    pytest.importorskip("docker")
    trust = '{"Version": "2012-10-17", "Statement": []}'
    client_of("iam").create_role(RoleName="function", AssumeRolePolicyDocument=trust)
    return client_of("lambda")


def create(functions: Any, **more: Any) -> Any:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("f.py", "def handler(event, context): return 1")
    return functions.create_function(
        FunctionName="f",
        Runtime="python3.11",
        Role=ROLE,
        Handler="f.handler",
        Code={"ZipFile": archive.getvalue()},
        Environment={"Variables": {"PASSWORD": "hunter2"}},
        **more,
    )


def test_the_environment_is_encrypted_and_the_role_can_open_it(
    bridged: KmsMock, functions: Any
) -> None:
    key = bridged.create_key()

    made = create(functions, KMSKeyArn=key.arn)

    assert made["KMSKeyArn"] == key.arn
    assert bridged.calls.operations == ["CreateGrant", "Encrypt"]
    bridged.calls.assert_called("Encrypt", via="lambda", EncryptionContext=CONTEXT)
    [grant] = key.grants
    assert grant["GranteePrincipal"] == ROLE
    assert grant["Constraints"] == {"EncryptionContextEquals": CONTEXT}


def test_who_looks_at_the_configuration_needs_the_key(bridged: KmsMock, functions: Any) -> None:
    """Else the environment is an error, and the answer is well."""
    key = bridged.create_key()
    create(functions, KMSKeyArn=key.arn)

    well = functions.get_function_configuration(FunctionName="f")
    key.disable()
    ill = functions.get_function_configuration(FunctionName="f")

    assert well["Environment"]["Variables"] == {"PASSWORD": "hunter2"}
    assert "Variables" not in ill["Environment"]
    assert ill["Environment"]["Error"]["ErrorCode"] == "DisabledException"
    assert ill["KMSKeyArn"] == key.arn


def test_an_invocation_opens_the_environment(bridged: KmsMock, functions: Any) -> None:
    """By the role of the function; what KMS refuses has the status 502."""
    key = bridged.create_key()
    create(functions, KMSKeyArn=key.arn)
    key.disable()

    with pytest.raises(functions.exceptions.KMSDisabledException) as caught:
        functions.invoke(FunctionName=CONTEXT["aws:lambda:FunctionArn"])

    response = caught.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 502
    assert response["Error"]["Message"].endswith(
        f"KMS Exception: DisabledExceptionKMS Message: {key.arn} is disabled."
    )
    assert bridged.calls[-1].principal == (
        "arn:aws:sts::123456789012:assumed-role/function/kmsmock"
    )


def test_who_does_not_wait_is_not_told(bridged: KmsMock, functions: Any) -> None:
    """An event is taken, and that KMS refused is on record."""
    key = bridged.create_key()
    create(functions, KMSKeyArn=key.arn)
    key.disable()
    bridged.calls.clear()

    taken = functions.invoke(FunctionName="f", InvocationType="Event")

    assert taken["StatusCode"] == taken["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert taken["Payload"].read() == b""
    [call] = bridged.calls
    assert call.operation == "Decrypt"
    assert call.error is not None
    assert call.error.code == "DisabledException"


def test_a_function_without_a_key_asks_nothing(bridged: KmsMock, functions: Any) -> None:
    create(functions)
    functions.get_function_configuration(FunctionName="f")

    bridged.calls.assert_not_called()


def test_a_key_that_is_not_there_makes_no_function(functions: Any, refusal: Any) -> None:
    nobody = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"

    found = refusal(create, functions=functions, KMSKeyArn=nobody)

    assert found["Code"] == "InvalidParameterValueException"
    assert "is invalid for CreateGrant" in found["Message"]
    assert functions.list_functions()["Functions"] == []


def test_a_changed_environment_is_encrypted_again(bridged: KmsMock, functions: Any) -> None:
    key, other = bridged.create_key(), bridged.create_key()
    create(functions, KMSKeyArn=key.arn)
    bridged.calls.clear()

    functions.update_function_configuration(FunctionName="f", Environment={"Variables": {"A": "b"}})
    functions.update_function_configuration(FunctionName="f", KMSKeyArn=other.arn)

    assert [call.key for call in bridged.calls("Encrypt")] == [key, other]
    functions.delete_function(FunctionName="f")
    bridged.calls.clear()
    create(functions)
    assert functions.get_function_configuration(FunctionName="f").get("KMSKeyArn") is None
