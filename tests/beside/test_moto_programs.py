"""Whole little programs on services that moto mocks and that ask this KMS."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.session import Session

from pytest_kmsmock import KmsMock, mock_kms

moto = pytest.importorskip("moto")

SESSION = Session()
REGION = "us-east-1"


def client_of(service: str) -> Any:
    return SESSION.create_client(
        service,
        region_name=REGION,
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="example",
    )


@pytest.fixture
def kms() -> Iterator[KmsMock]:
    """All of it at once, as an application has it."""
    services = ("s3", "ssm", "secretsmanager", "sqs", "dynamodb", "cloudformation")
    with moto.mock_aws(), mock_kms(bridge=services) as kms:
        yield kms


# Backups in a bucket.


class LockedError(Exception):
    """A backup is there, and its key is not to be used."""


class Backups:
    """Keeps a backup of each day under the key of its owner."""

    def __init__(self, bucket: str) -> None:
        self._s3 = client_of("s3")
        self._bucket = bucket

    def save(self, day: str, content: bytes, key: str) -> None:
        self._s3.put_object(
            Bucket=self._bucket,
            Key=day,
            Body=content,
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=key,
        )

    def restore(self, day: str) -> bytes:
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=day)
        except ClientError as error:
            if error.response["Error"]["Code"].startswith("KMS."):
                raise LockedError(day) from error
            raise
        content: bytes = found["Body"].read()
        return content

    def move_to(self, key: str) -> None:
        """Let all backups be under *key*, as when the old one is to go."""
        for found in self._s3.list_objects_v2(Bucket=self._bucket)["Contents"]:
            self._s3.copy_object(
                Bucket=self._bucket,
                Key=found["Key"],
                CopySource={"Bucket": self._bucket, "Key": found["Key"]},
                ServerSideEncryption="aws:kms",
                SSEKMSKeyId=key,
            )


@pytest.fixture
def backups(kms: KmsMock) -> Backups:
    client_of("s3").create_bucket(Bucket="backups")
    return Backups("backups")


def test_a_backup_whose_key_is_disabled_later(kms: KmsMock, backups: Backups) -> None:
    key = kms.create_key(alias="alias/backups")
    backups.save("monday", b"everything", "alias/backups")
    assert backups.restore("monday") == b"everything"

    key.disable()
    with pytest.raises(LockedError):
        backups.restore("monday")
    key.enable()

    assert backups.restore("monday") == b"everything"
    kms.calls.assert_keys_used(key)


def test_backups_move_to_another_key_before_theirs_goes(kms: KmsMock, backups: Backups) -> None:
    old, new = kms.create_key(), kms.create_key()
    for day in ("monday", "tuesday"):
        backups.save(day, day.encode(), old.arn)

    backups.move_to(new.arn)
    old.schedule_deletion(days=7)
    kms.clock.advance(days=8)

    assert backups.restore("tuesday") == b"tuesday"
    kms.calls.assert_called("GenerateDataKey", key=new, via="s3", times=2)


def test_a_backup_whose_key_is_gone_for_good(kms: KmsMock, backups: Backups) -> None:
    key = kms.create_key()
    backups.save("monday", b"everything", key.arn)

    key.schedule_deletion(days=7)
    with pytest.raises(LockedError):
        backups.restore("monday")
    kms.clock.advance(days=8)

    with pytest.raises((LockedError, ClientError)):
        backups.restore("monday")


# A configuration of parameters and secrets.


def configuration(names: list[str]) -> dict[str, str]:
    """Return the parameters of *names*, and without those that cannot be opened."""
    ssm = client_of("ssm")
    found = {}
    for name in names:
        try:
            parameter = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
        except ssm.exceptions.InvalidKeyId:
            continue
        found[name] = parameter["Value"]
    return found


def test_parameters_after_the_deletion_of_their_key(kms: KmsMock) -> None:
    ssm = client_of("ssm")
    key = kms.create_key(alias="alias/config")
    ssm.put_parameter(Name="/user", Value="app", Type="String")
    ssm.put_parameter(Name="/own", Value="a", Type="SecureString", KeyId="alias/config")
    ssm.put_parameter(Name="/default", Value="b", Type="SecureString")
    names = ["/user", "/own", "/default"]
    assert configuration(names) == {"/user": "app", "/own": "a", "/default": "b"}

    key.schedule_deletion()

    assert configuration(names) == {"/user": "app", "/default": "b"}
    assert [call.error.code for call in kms.calls if call.error] == ["KMSInvalidStateException"]


def test_a_secret_that_changes_its_key(kms: KmsMock) -> None:
    secrets = client_of("secretsmanager")
    old, new = kms.create_key(), kms.create_key()
    secrets.create_secret(Name="db", SecretString="a", KmsKeyId=old.arn)

    secrets.update_secret(SecretId="db", KmsKeyId=new.arn)
    old.disable()

    assert secrets.get_secret_value(SecretId="db")["SecretString"] == "a"
    new.disable()
    with pytest.raises(secrets.exceptions.DecryptionFailure):
        secrets.get_secret_value(SecretId="db")


# A queue of work, with its state in a table.


def test_work_waits_while_the_key_of_its_queue_is_disabled(kms: KmsMock) -> None:
    sqs, table = client_of("sqs"), client_of("dynamodb")
    key = kms.create_key()
    url = sqs.create_queue(QueueName="work", Attributes={"KmsMasterKeyId": key.arn})["QueueUrl"]
    table.create_table(
        TableName="done",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
    )

    def work() -> int:
        try:
            messages = sqs.receive_message(QueueUrl=url).get("Messages", [])
        except ClientError as error:
            if error.response["Error"]["Code"] != "KMS.DisabledException":
                raise
            return 0
        for message in messages:
            table.put_item(TableName="done", Item={"id": {"S": message["Body"]}})
        return len(messages)

    sqs.send_message(QueueUrl=url, MessageBody="one")
    key.disable()
    assert work() == 0
    key.enable()

    assert work() == 1
    assert table.scan(TableName="done")["Items"] == [{"id": {"S": "one"}}]
    kms.calls.assert_called("Decrypt", via="dynamodb", key="alias/aws/dynamodb", times=2)


# A stack.

TEMPLATE = {
    "Resources": {
        "Key": {
            "Type": "AWS::KMS::Key",
            "Properties": {"Description": "of the stack", "EnableKeyRotation": True},
        },
        "Alias": {
            "Type": "AWS::KMS::Alias",
            "Properties": {"AliasName": "alias/stack", "TargetKeyId": {"Ref": "Key"}},
        },
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "BucketName": "stack",
                "BucketEncryption": {
                    "ServerSideEncryptionConfiguration": [
                        {
                            "ServerSideEncryptionByDefault": {
                                "SSEAlgorithm": "aws:kms",
                                "KMSMasterKeyID": {"Fn::GetAtt": ["Key", "Arn"]},
                            }
                        }
                    ]
                },
            },
        },
    }
}


def test_a_stack_makes_a_key_an_alias_and_a_bucket_under_it(kms: KmsMock) -> None:
    try:
        importlib.import_module("moto.cloudformation.parsing")
    except ImportError as error:
        pytest.skip(f"what moto needs is not installed: {error}")
    stacks, s3 = client_of("cloudformation"), client_of("s3")

    stacks.create_stack(StackName="app", TemplateBody=json.dumps(TEMPLATE))
    key = kms.key("alias/stack")
    written = s3.put_object(Bucket="stack", Key="a", Body=b"x")

    assert written["SSEKMSKeyId"] == key.arn
    kms.calls.assert_order("CreateKey", "CreateAlias", "GenerateDataKey")
    key.disable()
    with pytest.raises(ClientError, match=r"KMS\.DisabledException"):
        s3.get_object(Bucket="stack", Key="a")
    s3.delete_object(Bucket="stack", Key="a")
    stacks.delete_stack(StackName="app")
    assert key.state == "PendingDeletion"
