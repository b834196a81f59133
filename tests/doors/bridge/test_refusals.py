"""Errors as botocore would have parsed them, whatever the protocol of the service."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.session import Session

from pytest_kmsmock.doors.bridge.refusals import ServiceError, refused


def model_of(service: str, operation: str) -> Any:
    return Session().get_service_model(service).operation_model(operation)


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("s3", "PutObject"),
        ("ssm", "PutParameter"),
        ("sns", "Publish"),
        ("ec2", "CreateVolume"),
        ("lambda", "Invoke"),
        ("rds", "CreateDBInstance"),
    ],
)
def test_code_and_message_come_through_every_protocol(service: str, operation: str) -> None:
    error = ServiceError("KMS.Refused", "no <key> & no door", 403)

    response, parsed = refused(model_of(service, operation), error, "an-id")

    assert parsed["Error"]["Code"] == "KMS.Refused"
    assert parsed["Error"]["Message"] == "no <key> & no door"
    assert response.status_code == parsed["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert parsed["ResponseMetadata"]["RequestId"] == "an-id"
    assert parsed["ResponseMetadata"]["RetryAttempts"] == 0


def test_an_error_of_the_model_has_its_members() -> None:
    error = ServiceError("DecryptionFailure", "cannot")

    _, parsed = refused(model_of("secretsmanager", "GetSecretValue"), error, "an-id")

    assert parsed["Message"] == "cannot"


def test_what_else_an_error_says() -> None:
    error = ServiceError("InvalidArgument", "no", members={"ArgumentName": "that"})

    _, parsed = refused(model_of("s3", "PutObject"), error, "an-id")

    assert parsed["Error"]["ArgumentName"] == "that"
