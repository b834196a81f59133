"""What a service asks KMS: on record, under faults, by whose name."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock


def put(client_of: Any, name: str = "a") -> None:
    client_of("ssm").put_parameter(Name=name, Value="x", Type="SecureString", KeyId="alias/app")


def test_calls_of_a_service_and_of_the_application_are_told_apart(
    bridged: KmsMock, client_of: Any
) -> None:
    """`via` names the service in either form; None is the application itself."""
    bridged.create_key(alias="alias/app")
    put(client_of)
    client_of("kms").encrypt(KeyId="alias/app", Plaintext=b"x")

    assert [call.via for call in bridged.calls] == ["ssm.amazonaws.com", None]
    assert len(bridged.calls(via="ssm")) == len(bridged.calls(via=None)) == 1
    bridged.calls.assert_called("Encrypt", times=2)
    bridged.calls.assert_called_once("Encrypt", via="ssm.amazonaws.com")
    bridged.calls.assert_not_called(via="s3")
    bridged.calls.assert_at_most(1, "Encrypt", via=None)
    assert "via ssm.amazonaws.com" in repr(bridged.calls[0])


def test_a_scheduled_fault_befalls_a_service_too(bridged: KmsMock, client_of: Any) -> None:
    bridged.create_key(alias="alias/app")
    bridged.throttle("Encrypt", times=1)

    with pytest.raises(ClientError, match="Error Code: ThrottlingException"):
        put(client_of)
    put(client_of)


def test_a_lost_connection_is_between_the_service_and_kms(bridged: KmsMock, client_of: Any) -> None:
    """The application gets an answer of the service."""
    bridged.create_key(alias="alias/app")
    bridged.disconnect("Encrypt", "refused")

    with pytest.raises(ClientError, match="Error Code: KMSInternalException"):
        put(client_of)


def test_a_service_needs_the_policy_of_the_application(bridged: KmsMock, client_of: Any) -> None:
    """It asks with the caller's permissions, so that those are what calls needed."""
    bridged.create_key(alias="alias/app")
    put(client_of)

    [statement] = bridged.calls.required_policy()["Statement"]

    assert statement["Action"] == ["kms:Encrypt"]


def test_its_repr_tells_no_secret(bridged: KmsMock, client_of: Any) -> None:
    from pytest_kmsmock.doors.bridge.crossing import Crossing
    from pytest_kmsmock.service.values.caller import Caller

    crossing = Crossing(
        backend=bridged._backend,
        service="ssm",
        operation="PutParameter",
        params={"Value": "hunter2"},
        request={"body": "hunter2"},
        caller=Caller("123456789012"),
        account="123456789012",
        region="us-east-1",
        source=None,
    )

    assert "hunter2" not in repr(crossing)
    assert crossing.adopt("alias/nobody", {}) is None
    rsa = bridged.create_key(spec="RSA_2048", usage="ENCRYPT_DECRYPT")
    assert crossing.adopt(rsa.arn, {}) is None
    assert crossing.arn("parameter/a") == "arn:aws:ssm:us-east-1:123456789012:parameter/a"


def test_what_a_service_calls_by_its_own_name_needs_no_policy(
    bridged: KmsMock, client_of: Any
) -> None:
    key = bridged.create_key()
    client_of("logs").create_log_group(logGroupName="g", kmsKeyId=key.arn)

    assert bridged.calls.operations == ["GenerateDataKey"]
    assert bridged.calls.required_policy()["Statement"] == []


def test_the_report_of_a_failing_test_names_the_service(bridged: KmsMock, client_of: Any) -> None:
    from pytest_kmsmock.reports.timeline import timeline

    bridged.create_key(alias="alias/app")
    put(client_of)

    assert "Encrypt alias/app via ssm" in timeline([bridged._backend], verbose=False)
