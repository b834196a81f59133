"""The partitions aws, aws-cn and aws-us-gov: in ARNs, in principals, in policies."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock

ACCOUNT: Final = "123456789012"
OTHER: Final = "210987654321"
PARTITIONS: Final = {
    "us-east-1": "aws",
    "eu-central-1": "aws",
    "cn-north-1": "aws-cn",
    "cn-northwest-1": "aws-cn",
    "us-gov-west-1": "aws-us-gov",
    "us-gov-east-1": "aws-us-gov",
}
each_region = pytest.mark.parametrize(("region", "partition"), PARTITIONS.items())


@each_region
def test_every_arn_is_of_the_regions_partition(kms: KmsMock, region: str, partition: str) -> None:
    """Of keys, aliases and grants, and what names them in lists and answers."""
    client = kms.client(region)
    worker = f"arn:{partition}:iam::{ACCOUNT}:role/worker"
    key_prefix = f"arn:{partition}:kms:{region}:{ACCOUNT}:key/"

    metadata = client.create_key()["KeyMetadata"]
    client.create_alias(AliasName="alias/app", TargetKeyId=metadata["Arn"])
    client.create_grant(KeyId=metadata["Arn"], GranteePrincipal=worker, Operations=["Encrypt"])

    alias_arn = f"arn:{partition}:kms:{region}:{ACCOUNT}:alias/app"
    (alias,) = client.list_aliases()["Aliases"]
    (grant,) = client.list_grants(KeyId=metadata["Arn"])["Grants"]
    assert metadata["Arn"] == key_prefix + metadata["KeyId"]
    assert client.list_keys()["Keys"][0]["KeyArn"] == metadata["Arn"]
    assert alias["AliasArn"] == alias_arn
    assert client.encrypt(KeyId=alias_arn, Plaintext=b"x")["KeyId"] == metadata["Arn"]
    assert grant["KeyId"] == metadata["Arn"]
    assert grant["IssuingAccount"] == f"arn:{partition}:iam::{ACCOUNT}:root"
    assert grant["GranteePrincipal"] == worker


@each_region
def test_the_default_policy_names_the_account_of_its_partition(
    kms: KmsMock, region: str, partition: str
) -> None:
    """The root principal, to whom everything is allowed."""
    client = kms.client(region)
    key_id = client.create_key()["KeyMetadata"]["KeyId"]

    policy = json.loads(client.get_key_policy(KeyId=key_id)["Policy"])

    assert policy == {
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [
            {
                "Sid": "Enable IAM User Permissions",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:{partition}:iam::{ACCOUNT}:root"},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }


@each_region
def test_the_caller_is_of_the_partition(kms: KmsMock, region: str, partition: str) -> None:
    """As the record and a denial say."""
    foreign = f"arn:{partition}:kms:{region}:{OTHER}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    caller = f"arn:{partition}:iam::{ACCOUNT}:root"

    with pytest.raises(ClientError, match=f"User: {caller} is not authorized"):
        kms.client(region).describe_key(KeyId=foreign)

    assert kms.calls[0].principal == caller


@each_region
def test_another_partitions_arn_names_nothing(kms: KmsMock, region: str, partition: str) -> None:
    """An ARN whose partition does not fit its Region is no ARN."""
    key = kms.create_key(region=region, alias="alias/app")
    wrong = "aws" if partition != "aws" else "aws-cn"
    client = kms.client(region)

    for arn in (key.arn, f"arn:{partition}:kms:{region}:{ACCOUNT}:alias/app"):
        with pytest.raises(ClientError) as caught:
            client.describe_key(KeyId=arn.replace(f"arn:{partition}:", f"arn:{wrong}:"))
        assert caught.value.response["Error"]["Code"] in (
            "InvalidArnException",
            "NotFoundException",
        )


@pytest.mark.parametrize("far", ["cn-north-1", "us-gov-west-1"])
def test_no_replica_in_another_partition(kms: KmsMock, far: str) -> None:
    """Multi-Region keys stay in their partition."""
    client = kms.client()
    key_id = client.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]

    with pytest.raises(ClientError, match="ValidationException"):
        client.replicate_key(KeyId=key_id, ReplicaRegion=far)

    assert kms.client(far).list_keys()["Keys"] == []


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_a_replica_in_the_same_partition(kms: KmsMock, region: str, partition: str) -> None:
    """Its ARN and its policy are of the partition too."""
    second = {"aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-east-1"}[partition]
    client = kms.client(region)
    key_id = client.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]

    answer = client.replicate_key(KeyId=key_id, ReplicaRegion=second)

    assert answer["ReplicaKeyMetadata"]["Arn"] == (
        f"arn:{partition}:kms:{second}:{ACCOUNT}:key/{key_id}"
    )
    assert f"arn:{partition}:iam::{ACCOUNT}:root" in answer["ReplicaPolicy"]


@each_region
def test_a_client_of_another_account(kms: KmsMock, region: str, partition: str) -> None:
    """Its principal's ARN is of the partition; so is what RAM's policy says."""
    key = kms.create_key(region=region)
    partner = kms.client(region, principal=f"arn:{partition}:iam::{OTHER}:role/partner")
    key.share_with(OTHER)

    blob = partner.encrypt(KeyId=key.arn, Plaintext=b"x")["CiphertextBlob"]

    assert key.decrypt(blob) == b"x"
    policy: dict[str, Any] = kms.client(region).get_key_policy(KeyId=key.id, PolicyName="AWS_RAM")
    assert f'"arn:{partition}:iam::{OTHER}:root"' in policy["Policy"]
