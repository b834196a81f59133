"""Log groups with a KMS key."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMock

ARN = "arn:aws:logs:us-east-1:123456789012:log-group:g"


@pytest.fixture
def logs(bridged: KmsMock, client_of: Any) -> Any:
    return client_of("logs")


def key_of(logs: Any) -> str | None:
    [group] = logs.describe_log_groups()["logGroups"]
    key_id: str | None = group.get("kmsKeyId")
    return key_id


def test_logs_tries_the_key_by_its_own_name(bridged: KmsMock, logs: Any) -> None:
    key = bridged.create_key()

    logs.create_log_group(logGroupName="g", kmsKeyId=key.arn)

    assert key_of(logs) == key.arn
    [call] = bridged.calls
    assert (call.operation, call.via) == ("GenerateDataKey", "logs.amazonaws.com")
    assert call.principal == "logs.us-east-1.amazonaws.com"
    assert call.params["EncryptionContext"] == {"aws:logs:arn": ARN}


def test_a_key_is_associated_later(bridged: KmsMock, logs: Any, refusal: Any) -> None:
    """Which moto does not know; the group may be named by its ARN."""
    key = bridged.create_key()
    logs.create_log_group(logGroupName="g")

    logs.associate_kms_key(logGroupName="g", kmsKeyId=key.arn)
    assert key_of(logs) == key.arn
    logs.disassociate_kms_key(logGroupName="g")
    assert key_of(logs) is None
    logs.associate_kms_key(resourceIdentifier=ARN, kmsKeyId=key.arn)
    assert key_of(logs) == key.arn
    missing = {"logGroupName": "none", "kmsKeyId": key.arn}
    assert refusal(logs.associate_kms_key, **missing)["Code"] == "ResourceNotFoundException"


def test_a_key_that_cannot_be_used(bridged: KmsMock, logs: Any, refusal: Any) -> None:
    """One text for all: not there, disabled, not allowed, not given by its ARN."""
    key = bridged.create_key()
    words = {
        "Code": "AccessDeniedException",
        "Message": "The specified KMS key does not exist or is not allowed to be used with Arn "
        f"'{ARN}'",
    }

    def create(key_id: str) -> Any:
        return refusal(logs.create_log_group, logGroupName="g", kmsKeyId=key_id)

    assert create(key.id) == words
    assert create(key.arn[:-1] + "0" if key.arn[-1] != "0" else key.arn[:-1] + "1") == words
    key.disable()
    assert create(key.arn) == words
    assert logs.describe_log_groups()["logGroups"] == []
