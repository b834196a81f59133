"""Volumes of EBS under a KMS key."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMock

ZONE = "us-east-1a"
IMAGE = "ami-12c6146b"


@pytest.fixture
def ec2(bridged: KmsMock, client_of: Any) -> Any:
    return client_of("ec2")


def create(ec2: Any, key_id: str | None = None, **more: Any) -> Any:
    named = {} if key_id is None else {"KmsKeyId": key_id}
    return ec2.create_volume(AvailabilityZone=ZONE, Size=1, Encrypted=True, **named, **more)


def volumes(ec2: Any) -> list[Any]:
    found: list[Any] = ec2.describe_volumes()["Volumes"]
    return found


def test_a_volume_has_a_data_key(bridged: KmsMock, ec2: Any) -> None:
    """Of 64 bytes, which nobody sees in the clear."""
    key = bridged.create_key(alias="alias/app")

    made = create(ec2, "alias/app")

    assert made["KmsKeyId"] == volumes(ec2)[0]["KmsKeyId"] == key.arn
    bridged.calls.assert_called_once(
        "GenerateDataKeyWithoutPlaintext",
        via="ec2",
        key=key,
        NumberOfBytes=64,
        EncryptionContext={"aws:ebs:id": made["VolumeId"]},
    )


def test_without_a_key_it_is_the_accounts_default(bridged: KmsMock, ec2: Any) -> None:
    """At first that of EBS; the account can have another."""
    first = create(ec2)
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == "alias/aws/ebs"
    key = bridged.create_key()

    ec2.modify_ebs_default_kms_key_id(KmsKeyId=key.id)
    second = create(ec2)

    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == key.arn
    assert first["KmsKeyId"] == bridged.key("alias/aws/ebs").arn
    assert second["KmsKeyId"] == key.arn
    ec2.reset_ebs_default_kms_key_id()
    assert create(ec2)["KmsKeyId"] == first["KmsKeyId"]


def test_a_key_that_is_refused_is_seen_later(bridged: KmsMock, ec2: Any, refusal: Any) -> None:
    """The answer is that of a volume in the making; then there is none."""
    key = bridged.create_key()
    key.disable()

    for key_id in (key.arn, "alias/nobody"):
        made = create(ec2, key_id)
        assert refusal(ec2.describe_volumes, VolumeIds=[made["VolumeId"]])["Code"] == (
            "InvalidVolume.NotFound"
        )
    assert [call.error.code for call in bridged.calls if call.error] == [
        "DisabledException",
        "NotFoundException",
    ]


def test_a_volume_without_encryption_asks_nothing(bridged: KmsMock, ec2: Any) -> None:
    ec2.create_volume(AvailabilityZone=ZONE, Size=1)

    bridged.calls.assert_not_called()


def run(ec2: Any, **more: Any) -> str:
    made = ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, **more)
    instance: str = made["Instances"][0]["InstanceId"]
    return instance


def test_an_instance_opens_the_key_of_its_volume(bridged: KmsMock, ec2: Any) -> None:
    """By a grant to EC2's own infrastructure."""
    key = bridged.create_key()
    volume = create(ec2, key.arn)["VolumeId"]
    instance = run(ec2)
    bridged.calls.clear()

    ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdf")

    assert bridged.calls.operations == ["CreateGrant", "Decrypt"]
    infrastructure = f"arn:aws:sts::123456789012:assumed-role/aws:ec2-infrastructure/{instance}"
    assert bridged.calls[1].principal == infrastructure
    [grant] = key.grants
    assert grant["GranteePrincipal"] == infrastructure
    assert grant["Constraints"] == {"EncryptionContextSubset": {"aws:ebs:id": volume}}


def state(ec2: Any, instance: str) -> Any:
    [found] = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"]
    return found


def test_an_instance_opens_it_again_when_it_is_started(bridged: KmsMock, ec2: Any) -> None:
    """While it runs, nobody notices that the key is disabled; it does not start again."""
    key = bridged.create_key()
    volume = create(ec2, key.arn)["VolumeId"]
    instance = run(ec2)
    ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdf")
    ec2.stop_instances(InstanceIds=[instance])
    bridged.calls.clear()

    ec2.start_instances(InstanceIds=[instance])
    assert bridged.calls.operations == ["CreateGrant", "Decrypt"]
    key.disable()
    ec2.start_instances(InstanceIds=[instance])
    assert state(ec2, instance)["State"]["Name"] == "running"

    ec2.stop_instances(InstanceIds=[instance])
    ec2.start_instances(InstanceIds=[instance])

    found = state(ec2, instance)
    assert found["State"]["Name"] == "stopped"
    assert found["StateReason"]["Code"] == "Client.InvalidKMSKey.InvalidState"
    assert len(bridged.calls) == 3


def test_an_account_can_want_all_volumes_encrypted(bridged: KmsMock, ec2: Any) -> None:
    """By its default key, those of instances too."""
    ec2.enable_ebs_encryption_by_default()

    made = ec2.create_volume(AvailabilityZone=ZONE, Size=1)
    instance = run(ec2)

    key = bridged.key("alias/aws/ebs")
    assert (made["Encrypted"], made["KmsKeyId"]) == (True, key.arn)
    bridged.calls.assert_called("GenerateDataKeyWithoutPlaintext", times=2, key=key)
    assert all(volume["Encrypted"] for volume in volumes(ec2))
    assert state(ec2, instance)["State"]["Name"] == "running"


def test_an_instance_whose_volume_cannot_be_encrypted_ends(bridged: KmsMock, ec2: Any) -> None:
    key = bridged.create_key()

    def mapping() -> dict[str, Any]:
        volume = {"VolumeSize": 1, "Encrypted": True, "KmsKeyId": key.arn}
        return {"BlockDeviceMappings": [{"DeviceName": "/dev/sdf", "Ebs": volume}]}

    well = run(ec2, **mapping())
    key.disable()
    ill = run(ec2, **mapping())

    assert state(ec2, well)["State"]["Name"] == "running"
    assert state(ec2, ill)["State"]["Name"] == "terminated"
    assert state(ec2, ill)["StateReason"] == {
        "Code": "Client.InvalidKMSKey.InvalidState",
        "Message": "The KMS key provided is in an incorrect state",
    }


def test_a_snapshot_has_the_key_of_its_volume(bridged: KmsMock, ec2: Any) -> None:
    """A volume of it is encrypted anew by KMS, from the one context to the other."""
    first, second = bridged.create_key(), bridged.create_key()
    volume = create(ec2, first.arn)["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    bridged.calls.clear()

    again = create(ec2, second.arn, SnapshotId=snapshot)["VolumeId"]
    copy = ec2.copy_snapshot(
        SourceSnapshotId=snapshot, SourceRegion="us-east-1", Encrypted=True, KmsKeyId=second.arn
    )["SnapshotId"]

    assert [
        (
            call.operation,
            call.params["SourceEncryptionContext"]["aws:ebs:id"],
            call.params["DestinationEncryptionContext"]["aws:ebs:id"],
        )
        for call in bridged.calls
    ] == [("ReEncrypt", volume, again), ("ReEncrypt", volume, copy)]
    assert [key for call in bridged.calls for key in call.keys] == [first, second] * 2


def test_a_copy_whose_key_is_refused_is_not_there(bridged: KmsMock, ec2: Any) -> None:
    key = bridged.create_key()
    snapshot = ec2.create_snapshot(VolumeId=create(ec2, key.arn)["VolumeId"])["SnapshotId"]

    copy = ec2.copy_snapshot(
        SourceSnapshotId=snapshot,
        SourceRegion="us-east-1",
        Encrypted=True,
        KmsKeyId="alias/nobody",
    )["SnapshotId"]

    snapshots = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    assert copy not in {each["SnapshotId"] for each in snapshots}


def test_grants_of_a_service_are_for_a_resource_of_aws(
    bridged: KmsMock, client_of: Any, refusal: Any
) -> None:
    """kms:GrantIsForAWSResource, by which policies let nobody grant but services."""
    allowing = [
        {
            "Effect": "Allow",
            "Action": "kms:CreateGrant",
            "Resource": "*",
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        },
        {"Effect": "Allow", "Action": "kms:GenerateDataKeyWithoutPlaintext", "Resource": "*"},
    ]
    role = bridged.principal(
        "arn:aws:iam::123456789012:role/app",
        policies=[{"Version": "2012-10-17", "Statement": allowing}],
    )
    ec2, key = client_of("ec2", **role.credentials), bridged.create_key()

    volume = create(ec2, key.arn)["VolumeId"]
    ec2.attach_volume(VolumeId=volume, InstanceId=run(ec2), Device="/dev/sdf")

    assert [call.error for call in bridged.calls] == [None] * 3
    granting = client_of("kms", **role.credentials).create_grant
    found = refusal(granting, KeyId=key.arn, GranteePrincipal=role.arn, Operations=["Decrypt"])
    assert found["Code"] == "AccessDeniedException"
