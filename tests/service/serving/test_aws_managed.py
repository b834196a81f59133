"""AWS managed keys, `alias/aws/…`: made when first described, looked at, and not used."""

from __future__ import annotations

import csv
import functools
import json
import re
import threading
from pathlib import Path
from typing import Any, Final

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from calling import code_of

from pytest_kmsmock import Key, KmsMock, KmsMockError
from pytest_kmsmock.service.service import Service
from pytest_kmsmock.service.serving.aws_managed import SERVICES
from pytest_kmsmock.service.serving.request import Options, Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.state.state import Draft
from pytest_kmsmock.service.values.caller import Caller
from pytest_kmsmock.service.values.key import Alias

ALIAS: Final = "alias/aws/s3"
FACTS: Final = Path(__file__).parents[2] / "facts" / "aws_managed.csv"
_LINES: Final = FACTS.read_text(encoding="utf-8").splitlines()
WITH_A_KEY: Final = list(csv.DictReader(line for line in _LINES if line[0] != "#"))
ROOT: Final = "arn:aws:iam::123456789012:root"
OTHER: Final = "210987654321"


@pytest.fixture
def managed(kms: KmsMock, client: Any) -> Key:
    """The AWS managed key of S3."""
    return kms.key(client.describe_key(KeyId=ALIAS)["KeyMetadata"]["Arn"])


def test_it_comes_into_being_when_it_is_first_described(kms: KmsMock, client: Any) -> None:
    """Once; from then on it is found by its ID and its ARN too."""
    assert kms.keys == []

    first = client.describe_key(KeyId=ALIAS)["KeyMetadata"]

    assert [key.id for key in kms.keys] == [first["KeyId"]]
    for identifier in (ALIAS, f"arn:aws:kms:us-east-1:123456789012:{ALIAS}", first["Arn"]):
        assert client.describe_key(KeyId=identifier)["KeyMetadata"] == first


def test_it_says_what_it_is(client: Any) -> None:
    """KeyManager is AWS; the description names the service's data, as recorded."""
    s3 = client.describe_key(KeyId=ALIAS)["KeyMetadata"]
    dynamodb = client.describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]

    assert s3["KeyManager"] == dynamodb["KeyManager"] == "AWS"
    assert s3["Description"] == (
        "Default key that protects my S3 objects when no other key is defined"
    )
    assert dynamodb["Description"] == (
        "Default key that protects my DynamoDB data when no other key is defined"
    )
    assert s3["KeySpec"] == "SYMMETRIC_DEFAULT"
    assert s3["Origin"] == "AWS_KMS"
    assert s3["Enabled"] is True
    assert s3["MultiRegion"] is False


# Of those whose words nobody has recorded.
INFERRED: Final = {
    "cloud9": "Cloud9 data",
    "codeartifact": "CodeArtifact data",
    "dax": "DAX data",
    "kendra": "Kendra data",
    "kinesis": "Kinesis data",
    "kinesisvideo": "Kinesis Video data",
    "lambda": "Lambda data",
    "lex": "Lex data",
    "lightsail": "Lightsail data",
    "mq": "MQ data",
    "secretsmanager": "Secrets Manager data",
    "ssm": "SSM data",
    "timestream": "Timestream data",
    "workmail": "WorkMail data",
    "workspaces": "WorkSpaces data",
    "xray": "X-Ray data",
}


def test_a_service_whose_words_nobody_knows_is_called_by_its_name() -> None:
    """All others have those that were recorded."""
    recorded = {row["name"]: row["protects"] for row in WITH_A_KEY if row["protects"]}

    assert recorded | INFERRED == SERVICES
    assert not recorded.keys() & INFERRED.keys()


@pytest.mark.parametrize("row", WITH_A_KEY, ids=lambda row: row["name"])
def test_each_service_that_has_a_key_has_one_here(client: Any, row: dict[str, str]) -> None:
    """Where the words of its description are known, with those."""
    metadata = client.describe_key(KeyId=f"alias/aws/{row['name']}")["KeyMetadata"]

    assert metadata["KeyManager"] == "AWS"
    protects = re.escape(row["protects"]) or ".+"
    words = f"Default key that protects my {protects} when no other key is defined"
    assert re.fullmatch(words, metadata["Description"])


def test_no_other_service_has_a_key(kms: KmsMock) -> None:
    """What the mock knows is what is known."""
    assert sorted(SERVICES) == sorted(row["name"] for row in WITH_A_KEY)


def test_a_customers_key_is_managed_by_the_customer(kms: KmsMock) -> None:
    assert kms.create_key().metadata["KeyManager"] == "CUSTOMER"


def test_it_is_listed(client: Any, managed: Key) -> None:
    """Among the keys and the aliases of its account."""
    (key,) = client.list_keys()["Keys"]
    (alias,) = client.list_aliases()["Aliases"]

    assert key == {"KeyId": managed.id, "KeyArn": managed.arn}
    assert alias["AliasName"] == ALIAS
    assert alias["AliasArn"] == f"arn:aws:kms:us-east-1:123456789012:{ALIAS}"
    assert alias["TargetKeyId"] == managed.id
    assert client.list_aliases(KeyId=managed.id)["Aliases"] == [alias]


def test_each_account_and_region_has_its_own(kms: KmsMock, client: Any) -> None:
    """Of the same name."""
    stranger = kms.client(principal=f"arn:aws:iam::{OTHER}:role/app")
    abroad = kms.client("eu-west-1")

    arns = {
        each.describe_key(KeyId=ALIAS)["KeyMetadata"]["Arn"] for each in (client, stranger, abroad)
    }

    assert len(arns) == 3
    assert len(client.list_keys()["Keys"]) == 1


@pytest.mark.parametrize(
    "name", ["alias/aws/nothing", "alias/aws/", "alias/aws", "alias/aws/s3/", "alias/aws/S3"]
)
def test_not_every_name_is_a_services(kms: KmsMock, client: Any, name: str) -> None:
    """`alias/aws/<unknown>` is an alias that does not exist."""
    with pytest.raises(client.exceptions.NotFoundException, match=f"{name} is not found"):
        client.describe_key(KeyId=name)

    assert kms.keys == []


def test_another_regions_alias_makes_no_key_here(kms: KmsMock, client: Any) -> None:
    """The Region of an ARN is checked before anything else."""
    with pytest.raises(client.exceptions.NotFoundException, match=r"Invalid arn eu-west-1$"):
        client.describe_key(KeyId=f"arn:aws:kms:eu-west-1:123456789012:{ALIAS}")

    assert kms.keys == []


def test_another_accounts_alias_makes_no_key(kms: KmsMock, client: Any) -> None:
    """Nobody learns from KMS which services another account uses."""
    assert (
        code_of(client.describe_key, KeyId=f"arn:aws:kms:us-east-1:{OTHER}:{ALIAS}")
        == "AccessDeniedException"
    )
    assert kms.keys == []


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("Encrypt", {"Plaintext": b"x"}),
        ("GenerateDataKey", {"KeySpec": "AES_256"}),
        ("GetPublicKey", {}),
    ],
)
def test_only_describing_makes_it(
    kms: KmsMock, client: Any, operation: str, params: dict[str, Any]
) -> None:
    """Another operation finds no such alias yet."""
    method = getattr(client, xform_name(operation))

    assert code_of(method, KeyId=ALIAS, **params) == "NotFoundException"
    assert kms.keys == []


def test_a_call_that_fails_makes_no_key(kms: KmsMock, client: Any) -> None:
    """A fault befalls the request before KMS has done anything."""
    kms.fail("DescribeKey", "KMSInternalException", times=None)

    assert code_of(client.describe_key, KeyId=ALIAS) == "KMSInternalException"

    assert kms.keys == []


def test_threads_that_describe_it_get_one_key(kms: KmsMock) -> None:
    """Whoever comes second finds the first one's."""
    for _ in range(20):
        clients = [kms.client() for _ in range(4)]
        start = threading.Barrier(len(clients))
        found: list[str] = []

        def describe(client: Any, start: Any = start, found: list[str] = found) -> None:
            start.wait()
            found.append(client.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"])

        threads = [threading.Thread(target=describe, args=(each,)) for each in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(set(found)) == len(kms.keys) == 1
        kms.keys[0].delete()


# A test can make one, too.


def test_a_test_makes_one(kms: KmsMock, client: Any) -> None:
    """Off the record, where an application must find one that it has not described."""
    made = kms.create_key(alias=ALIAS)

    assert list(kms.calls) == []
    assert made.metadata["KeyManager"] == "AWS"
    assert made.aliases == [ALIAS]
    assert client.describe_key(KeyId=ALIAS)["KeyMetadata"] == made.metadata
    assert len(kms.keys) == 1


@pytest.mark.usefixtures("newest_model")
def test_a_test_says_where_and_with_which_id(kms: KmsMock) -> None:
    """As of any other key."""
    key_id = "1234abcd-12ab-34cd-56ef-1234567890ab"

    made = kms.create_key(
        alias=ALIAS, region="eu-west-1", account=OTHER, key_id=key_id, material=bytes(32)
    )

    assert made.arn == f"arn:aws:kms:eu-west-1:{OTHER}:key/{key_id}"
    other = kms.create_key(region="eu-west-1", account=OTHER, material=bytes(32))
    assert made.metadata["KeyManager"] == "AWS"
    assert made.metadata["CurrentKeyMaterialId"] != other.metadata["CurrentKeyMaterialId"]


@pytest.mark.kms(keys=["alias/aws/ebs", "alias/app"])
def test_the_marker_makes_one(kms: KmsMock) -> None:
    """Among the keys that a test starts with."""
    managers = {key.aliases[0]: key.metadata["KeyManager"] for key in kms.keys}

    assert managers == {"alias/aws/ebs": "AWS", "alias/app": "CUSTOMER"}


def test_a_test_makes_no_second_one(kms: KmsMock, managed: Key) -> None:
    """A service has one key in an account and Region."""
    with pytest.raises(KmsMockError, match=r"there is a key 'alias/aws/s3' in us-east-1 already"):
        kms.create_key(alias=ALIAS)


@pytest.mark.parametrize(
    "members",
    [
        {"spec": "RSA_2048"},
        {"origin": "EXTERNAL"},
        {"state": "Disabled"},
        {"policy": {"Version": "2012-10-17", "Statement": []}},
        {"tags": {"team": "red"}},
        {"description": "ours"},
        {"multi_region": True},
    ],
    ids=str,
)
def test_a_test_does_not_say_what_only_aws_says(kms: KmsMock, members: dict[str, Any]) -> None:
    """What it cannot have is told by name."""
    (name,) = members

    with pytest.raises(KmsMockError, match=rf"'alias/aws/s3' is an AWS managed key.* {name}\.$"):
        kms.create_key(alias=ALIAS, **members)

    assert kms.keys == []


def test_a_service_that_has_none_is_told(kms: KmsMock) -> None:
    """With the nearest name that there is, and all others."""
    with pytest.raises(
        KmsMockError, match=r"alias/aws/dynamo'.*'alias/aws/dynamodb'.*alias/aws/s3"
    ):
        kms.create_key(alias="alias/aws/dynamo")


# Aliases without a key.


def listed(service: Service, **params: Any) -> dict[str, Any]:
    request = Request("ListAliases", params, "us-east-1", Caller("123456789012"), "1")
    return service.handle(request)


def test_aliases_without_a_key_are_not_listed(client: Any) -> None:
    """Unless one asks for them: in AWS an account has them from its first day."""
    assert client.list_aliases()["Aliases"] == []


def test_aliases_without_a_key_can_be_listed() -> None:
    """Among the others, in the order of all names; they have no TargetKeyId."""
    service = Service(lambda: 1e9, Registry(), Options(predefined_aliases=True))
    metadata = service.handle(
        Request("DescribeKey", {"KeyId": ALIAS}, "us-east-1", Caller("123456789012"), "1")
    )["KeyMetadata"]
    for name in ("alias/app", "alias/zoo"):
        alias = Alias("123456789012", "us-east-1", name, metadata["KeyId"], 0.0, 0.0)
        service.registry.change(functools.partial(Draft.put_alias, alias=alias))

    aliases = listed(service, Limit=100)["Aliases"]
    of_key = listed(service, KeyId=metadata["KeyId"])["Aliases"]

    names = [f"alias/aws/{row['name']}" for row in WITH_A_KEY]
    assert [alias["AliasName"] for alias in aliases] == sorted(["alias/app", "alias/zoo", *names])
    with_keys = {a["AliasName"]: a["TargetKeyId"] for a in aliases if "TargetKeyId" in a}
    assert with_keys == dict.fromkeys(["alias/app", ALIAS, "alias/zoo"], metadata["KeyId"])
    assert [alias["AliasName"] for alias in of_key] == ["alias/app", ALIAS, "alias/zoo"]
    assert {
        "AliasName": "alias/aws/ebs",
        "AliasArn": "arn:aws:kms:us-east-1:123456789012:alias/aws/ebs",
    } in aliases


@pytest.mark.kms(predefined_aliases=True)
def test_aliases_without_a_key_are_listed_where_a_test_says_so(client: Any) -> None:
    """One gets its key when it is described, and stays where it is."""
    before = client.list_aliases(Limit=100)["Aliases"]
    key_id = client.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]

    after = client.list_aliases(Limit=100)["Aliases"]

    assert [alias["AliasName"] for alias in after] == [alias["AliasName"] for alias in before]
    assert [alias["TargetKeyId"] for alias in after if "TargetKeyId" in alias] == [key_id]
    assert not any("TargetKeyId" in alias for alias in before)


def test_aliases_without_a_key_come_in_pages_too() -> None:
    """Each once."""
    service = Service(lambda: 1e9, Registry(), Options(predefined_aliases=True))
    whole = listed(service, Limit=100)["Aliases"]

    first = listed(service, Limit=20)
    rest = listed(service, Limit=20, Marker=first["NextMarker"])

    assert [*first["Aliases"], *rest["Aliases"]] == whole
    assert not rest["Truncated"]


# What its policy allows: looking.


def test_its_policy_is_the_services(client: Any, managed: Key) -> None:
    """Everybody through the service; the account itself may look."""
    through, direct = json.loads(client.get_key_policy(KeyId=managed.id)["Policy"])["Statement"]

    assert through["Principal"] == {"AWS": "*"}
    assert through["Condition"] == {
        "StringEquals": {
            "kms:CallerAccount": "123456789012",
            "kms:ViaService": "s3.us-east-1.amazonaws.com",
        }
    }
    assert direct["Principal"] == {"AWS": ROOT}
    assert set(direct["Action"]) >= {"kms:Describe*", "kms:Get*", "kms:List*"}


EVERYTHING: Final = ["Describe*", "Get*", "List*", "RevokeGrant"]


@pytest.mark.parametrize(
    ("service", "via", "looking"),
    [
        ("s3", "s3", EVERYTHING),
        ("ebs", "ec2", EVERYTHING),
        ("acm", "acm", ["Describe*", "GetKeyPolicy", "List*", "RevokeGrant"]),
    ],
)
def test_its_policy_is_printed_as_aws_prints_it(
    client: Any, service: str, via: str, looking: list[str]
) -> None:
    """Word by word; EBS calls as EC2, and the rotation status of ACM's key is hidden."""
    key_id = client.describe_key(KeyId=f"alias/aws/{service}")["KeyMetadata"]["KeyId"]
    used = ["Encrypt", "Decrypt", "ReEncrypt*", "GenerateDataKey*", "CreateGrant", "DescribeKey"]

    policy = client.get_key_policy(KeyId=key_id)["Policy"]

    assert json.loads(policy) == {
        "Version": "2012-10-17",
        "Id": f"auto-{service}-1",
        "Statement": [
            {
                "Sid": f"Allow access through {service} for all principals in the account that "
                f"are authorized to use {service}",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [f"kms:{name}" for name in used],
                "Resource": "*",
                "Condition": {
                    "StringEquals": {
                        "kms:CallerAccount": "123456789012",
                        "kms:ViaService": f"{via}.us-east-1.amazonaws.com",
                    }
                },
            },
            {
                "Sid": "Allow direct access to key metadata to the account",
                "Effect": "Allow",
                "Principal": {"AWS": ROOT},
                "Action": [f"kms:{name}" for name in looking],
                "Resource": "*",
            },
        ],
    }


def test_one_can_look_at_it(client: Any, managed: Key) -> None:
    """Whatever describes, gets or lists."""
    assert client.list_key_policies(KeyId=managed.id)["PolicyNames"] == ["default"]
    assert client.list_resource_tags(KeyId=managed.id)["Tags"] == []
    assert client.list_grants(KeyId=managed.id)["Grants"] == []
    assert client.list_key_rotations(KeyId=managed.id)["Rotations"] == []
    assert client.get_key_rotation_status(KeyId=managed.id)["KeyRotationEnabled"] is True


def test_the_rotation_status_of_acms_key_is_not_to_be_seen(kms: KmsMock, client: Any) -> None:
    """As reported, of this key alone. Everything else of it can be seen."""
    managed = kms.create_key(alias="alias/aws/acm")

    with pytest.raises(ClientError) as caught:
        client.get_key_rotation_status(KeyId=managed.id)

    error = caught.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert error["Message"].endswith(
        f"kms:GetKeyRotationStatus on resource: {managed.arn} because no resource-based policy "
        "allows the kms:GetKeyRotationStatus action"
    )
    assert "kms:GetKeyPolicy" in client.get_key_policy(KeyId=managed.id)["Policy"]
    assert client.list_key_rotations(KeyId=managed.id)["Rotations"] == []


@pytest.mark.parametrize("operation", ["DescribeKey", "GetKeyRotationStatus", "ListGrants"])
def test_other_accounts_cannot_look_at_it(kms: KmsMock, managed: Key, operation: str) -> None:
    """Its policy speaks of its own account alone."""
    stranger = kms.client(principal=f"arn:aws:iam::{OTHER}:role/app")

    with pytest.raises(ClientError, match=r"AccessDenied.* on this resource because the resource"):
        getattr(stranger, xform_name(operation))(KeyId=managed.arn)


OPERATIONS: Final[dict[str, dict[str, Any]]] = {
    "CancelKeyDeletion": {},
    "CreateGrant": {
        "GranteePrincipal": "arn:aws:iam::123456789012:role/app",
        "Operations": ["Decrypt"],
    },
    "DisableKey": {},
    "DisableKeyRotation": {},
    "EnableKey": {},
    "EnableKeyRotation": {},
    "Encrypt": {"Plaintext": b"x"},
    "GenerateDataKey": {"KeySpec": "AES_256"},
    "GenerateDataKeyPair": {"KeyPairSpec": "ECC_NIST_P256"},
    "GenerateDataKeyPairWithoutPlaintext": {"KeyPairSpec": "ECC_NIST_P256"},
    "GenerateDataKeyWithoutPlaintext": {"KeySpec": "AES_256"},
    "PutKeyPolicy": {"Policy": "{}"},
    "ReplicateKey": {"ReplicaRegion": "eu-west-1"},
    "RotateKeyOnDemand": {},
    "ScheduleKeyDeletion": {},
    "TagResource": {"Tags": [{"TagKey": "team", "TagValue": "red"}]},
    "UntagResource": {"TagKeys": ["team"]},
    "UpdateKeyDescription": {"Description": "ours"},
    "UpdatePrimaryRegion": {"PrimaryRegion": "eu-west-1"},
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_nobody_but_the_service_uses_or_changes_it(
    kms: KmsMock, client: Any, managed: Key, operation: str
) -> None:
    """Its policy allows nothing else, and nobody can change the policy."""
    before = client.describe_key(KeyId=managed.id)["KeyMetadata"]

    with pytest.raises(ClientError) as caught:
        getattr(client, xform_name(operation))(KeyId=managed.id, **OPERATIONS[operation])

    assert caught.value.response["Error"] == {
        "Code": "AccessDeniedException",
        "Message": f"User: {ROOT} is not authorized to perform: kms:{operation} on resource: "
        f"{managed.arn} because no resource-based policy allows the kms:{operation} action",
    }
    assert client.describe_key(KeyId=managed.id)["KeyMetadata"] == before
    assert kms.keys == [managed]


@pytest.mark.parametrize("identifier", [ALIAS, f"arn:aws:kms:us-east-1:123456789012:{ALIAS}"])
def test_its_alias_helps_nobody(client: Any, managed: Key, identifier: str) -> None:
    """The alias names the same key."""
    assert code_of(client.encrypt, KeyId=identifier, Plaintext=b"x") == "AccessDeniedException"


@pytest.mark.parametrize("form", ["alias", "id", "arn"])
def test_nothing_is_re_encrypted_under_it(
    kms: KmsMock, client: Any, managed: Key, form: str
) -> None:
    """The permission for the destination is ReEncryptTo."""
    blob = kms.create_key().encrypt(b"secret")
    destination = {"alias": ALIAS, "id": managed.id, "arn": managed.arn}[form]

    with pytest.raises(ClientError) as caught:
        client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=destination)

    error = caught.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert f"kms:ReEncryptTo on resource: {managed.arn}" in error["Message"]


def test_it_gets_no_other_alias(kms: KmsMock, client: Any, managed: Key) -> None:
    """Neither a new one nor one of another key."""
    kms.create_key(alias="alias/app")

    for method, name in ((client.create_alias, "alias/new"), (client.update_alias, "alias/app")):
        assert code_of(method, AliasName=name, TargetKeyId=managed.id) == "AccessDeniedException"
    assert managed.aliases == [ALIAS]


def test_its_alias_is_awss(kms: KmsMock, client: Any, managed: Key) -> None:
    """Nobody makes, deletes or redirects `alias/aws/…`."""
    own = kms.create_key()

    with pytest.raises(ClientError):
        client.delete_alias(AliasName=ALIAS)
    with pytest.raises(ClientError):
        client.update_alias(AliasName=ALIAS, TargetKeyId=own.id)
    with pytest.raises(ClientError):
        client.create_alias(AliasName=ALIAS, TargetKeyId=own.id)

    assert managed.aliases == [ALIAS]
    assert client.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"] == managed.id


def test_it_rotates_every_year(kms: KmsMock, client: Any, managed: Key) -> None:
    """By itself; nobody can turn that off."""
    status = client.get_key_rotation_status(KeyId=managed.id)
    assert status["RotationPeriodInDays"] == 365

    kms.clock.advance(days=366)

    (rotation,) = client.list_key_rotations(KeyId=managed.id)["Rotations"]
    assert rotation["RotationType"] == "AUTOMATIC"
    assert [each.state for each in managed.materials] == ["NON_CURRENT", "CURRENT"]


def test_no_quota_counts_it(kms: KmsMock, client: Any) -> None:
    """The quota is of customer managed keys, whatever becomes of the others."""
    kms.quotas.keys = 1
    for service in ("s3", "sqs", "sns"):
        client.describe_key(KeyId=f"alias/aws/{service}")
    kms.key(ALIAS).delete()

    client.create_key()

    assert code_of(client.create_key) == "LimitExceededException"


@pytest.mark.kms(auto_create=True)
def test_auto_create_makes_no_customers_key_of_it(kms: KmsMock, client: Any) -> None:
    """Described it is AWS's; other operations do not find it until then."""
    assert code_of(client.encrypt, KeyId=ALIAS, Plaintext=b"x") == "NotFoundException"

    metadata = client.describe_key(KeyId=ALIAS)["KeyMetadata"]

    assert metadata["KeyManager"] == "AWS"


def test_the_handle_obeys_its_policy_too(managed: Key) -> None:
    """A test cannot encrypt by it either."""
    with pytest.raises(ClientError, match="AccessDeniedException"):
        managed.encrypt(b"secret")


@pytest.mark.kms(region="cn-north-1")
def test_in_china(client: Any) -> None:
    """The partition is in the ARN and in the policy's principal."""
    metadata = client.describe_key(KeyId=ALIAS)["KeyMetadata"]
    policy = client.get_key_policy(KeyId=metadata["KeyId"])["Policy"]

    assert metadata["Arn"].startswith("arn:aws-cn:kms:cn-north-1:")
    assert '"arn:aws-cn:iam::123456789012:root"' in policy
