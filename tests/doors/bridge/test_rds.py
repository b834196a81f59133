"""Databases under a KMS key."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMock


@pytest.fixture
def rds(bridged: KmsMock, client_of: Any) -> Any:
    return client_of("rds")


def create(rds: Any, **more: Any) -> Any:
    return rds.create_db_instance(
        DBInstanceIdentifier="db",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="admin1",
        MasterUserPassword="hunter2hunter2",
        **more,
    )["DBInstance"]


def test_storage_is_encrypted_by_a_grant(bridged: KmsMock, rds: Any) -> None:
    key = bridged.create_key(alias="alias/app")

    made = create(rds, StorageEncrypted=True, KmsKeyId="alias/app")

    assert made["KmsKeyId"] == key.arn
    assert bridged.calls.operations == [
        "DescribeKey",
        "CreateGrant",
        "GenerateDataKeyWithoutPlaintext",
    ]
    assert [*bridged.calls[2].params["EncryptionContext"]] == ["aws:rds:db-id"]
    assert bridged.calls[2].principal == "rds.amazonaws.com"
    [grant] = key.grants
    assert grant["GranteePrincipal"] == "rds.amazonaws.com"


def test_without_a_key_it_is_the_accounts_own(bridged: KmsMock, rds: Any) -> None:
    made = create(rds, StorageEncrypted=True)

    assert made["KmsKeyId"] == bridged.key("alias/aws/rds").arn


def test_without_encryption_nothing_is_asked(bridged: KmsMock, rds: Any) -> None:
    create(rds)

    bridged.calls.assert_not_called()


def test_a_cluster(bridged: KmsMock, rds: Any, refusal: Any) -> None:
    key = bridged.create_key()
    params = {
        "DBClusterIdentifier": "c",
        "Engine": "aurora-postgresql",
        "MasterUsername": "admin1",
        "MasterUserPassword": "hunter2hunter2",
        "StorageEncrypted": True,
        "KmsKeyId": key.id,
    }

    made = rds.create_db_cluster(**params)["DBCluster"]

    assert made["KmsKeyId"] == key.arn
    assert bridged.calls.operations[-1] == "GenerateDataKeyWithoutPlaintext"


@pytest.mark.parametrize(
    ("operation", "named"),
    [
        ("restore_db_instance_from_db_snapshot", {"DBSnapshotIdentifier": "snapshot"}),
        ("create_db_instance_read_replica", {"SourceDBInstanceIdentifier": "db"}),
    ],
)
def test_what_is_made_from_another_needs_its_key(
    bridged: KmsMock, rds: Any, refusal: Any, operation: str, named: dict[str, str]
) -> None:
    key = bridged.create_key()
    create(rds, StorageEncrypted=True, KmsKeyId=key.id)
    rds.create_db_snapshot(DBInstanceIdentifier="db", DBSnapshotIdentifier="snapshot")
    make = getattr(rds, operation)
    bridged.calls.clear()

    make(DBInstanceIdentifier="second", **named)
    assert bridged.calls.operations == [
        "DescribeKey",
        "CreateGrant",
        "GenerateDataKeyWithoutPlaintext",
    ]
    bridged.calls.assert_keys_used(key)
    key.disable()
    found = refusal(make, DBInstanceIdentifier="third", **named)

    assert found["Code"] == "KMSKeyNotAccessibleFault"
    names = {each["DBInstanceIdentifier"] for each in rds.describe_db_instances()["DBInstances"]}
    assert names == {"db", "second"}


def test_what_is_made_from_another_without_a_key_asks_nothing(bridged: KmsMock, rds: Any) -> None:
    create(rds)
    rds.create_db_snapshot(DBInstanceIdentifier="db", DBSnapshotIdentifier="snapshot")

    rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="second", DBSnapshotIdentifier="snapshot"
    )

    bridged.calls.assert_not_called()


def test_a_key_that_cannot_be_used(bridged: KmsMock, rds: Any, refusal: Any) -> None:
    """One text for all reasons, with the key as it was named."""
    key = bridged.create_key()
    key.disable()

    for name in (key.id, "alias/nobody"):
        assert refusal(create, rds=rds, StorageEncrypted=True, KmsKeyId=name) == {
            "Type": "Sender",
            "Code": "KMSKeyNotAccessibleFault",
            "Message": f"Specified KMS key [{name}] does not exist, is not enabled or you do not "
            "have permissions to access it.",
        }
    assert rds.describe_db_instances()["DBInstances"] == []


def test_a_caller_who_may_not_grant_makes_no_database(
    bridged: KmsMock, client_of: Any, refusal: Any
) -> None:
    """What was made is taken back."""
    allowing = {"Effect": "Allow", "Action": "kms:DescribeKey", "Resource": "*"}
    role = bridged.principal(
        "arn:aws:iam::123456789012:role/app",
        policies=[{"Version": "2012-10-17", "Statement": [allowing]}],
    )
    rds, key = client_of("rds", **role.credentials), bridged.create_key()

    found = refusal(create, rds=rds, StorageEncrypted=True, KmsKeyId=key.arn)

    assert found["Code"] == "KMSKeyNotAccessibleFault"
    assert rds.describe_db_instances()["DBInstances"] == []


def test_a_copy_of_a_snapshot(bridged: KmsMock, rds: Any, refusal: Any) -> None:
    create(rds, StorageEncrypted=True)
    rds.create_db_snapshot(DBInstanceIdentifier="db", DBSnapshotIdentifier="s")
    key = bridged.create_key()
    names = {"SourceDBSnapshotIdentifier": "s", "TargetDBSnapshotIdentifier": "c"}

    copied = rds.copy_db_snapshot(**names, KmsKeyId=key.id)["DBSnapshot"]

    assert copied["KmsKeyId"] == key.arn
    names["TargetDBSnapshotIdentifier"] = "d"
    found = refusal(rds.copy_db_snapshot, **names, KmsKeyId="nope")
    assert found["Message"].startswith("The source snapshot KMS key [nope] does not exist")
