"""Dumps: an empty mock that loads one dumps the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_kmsmock import KmsMock, mock_kms
from pytest_kmsmock.crypto.extras import MissingExtra
from pytest_kmsmock.service.api.shapes import shapes_of
from pytest_kmsmock.service.misuse import NotMockedError
from pytest_kmsmock.service.values.specs import KEY_SPECS

GRANTEE = "arn:aws:iam::123456789012:role/app"


def again(dump: dict[str, Any]) -> dict[str, Any]:
    """Return what an empty mock dumps that has loaded *dump*, written as JSON."""
    with mock_kms(region="ap-southeast-2", account="999999999999") as other:
        other.load(json.loads(json.dumps(dump)))
        return other.dump()


def test_a_dump_says_what_it_holds(kms: KmsMock) -> None:
    assert "secret key material" in kms.dump()["about"]
    assert again(kms.dump()) == kms.dump() == {"about": kms.dump()["about"], "keys": []}


# Not SM2, which is for Regions of China.
_SPECS: Any = shapes_of("CreateKey").members["KeySpec"]
KNOWN = [name for name in _SPECS.enum if name in KEY_SPECS]


@pytest.mark.parametrize("spec", [name for name in KNOWN if name != "SM2"])
def test_a_key_of_each_spec_is_the_same_again(kms: KmsMock, spec: str) -> None:
    try:
        for usage in KEY_SPECS[spec].usages:
            kms.create_key(spec=spec, usage=usage)  # type: ignore[arg-type]
    except (NotMockedError, MissingExtra) as error:
        pytest.skip(str(error))

    dump = kms.dump()

    assert len(dump["keys"]) == len(KEY_SPECS[spec].usages)
    assert again(dump) == dump


def test_all_that_a_key_has_is_there_again(kms: KmsMock) -> None:
    client = kms.client()
    key = kms.create_key(
        alias="alias/app",
        tags={"team": "red"},
        description="of the application",
        policy={
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
            ],
        },
    )
    client.create_alias(AliasName="alias/other", TargetKeyId=key.id)
    client.enable_key_rotation(KeyId=key.id, RotationPeriodInDays=100)
    for name in ("one", "two", "three"):
        client.create_grant(
            KeyId=key.id,
            GranteePrincipal=GRANTEE,
            Operations=["Decrypt"],
            Name=name,
            Constraints={"EncryptionContextSubset": {"tenant": name}},
        )
    key.rotate()
    blob = key.encrypt(b"secret")
    key.disable()
    dump = kms.dump()

    assert again(dump) == dump
    with mock_kms() as other:
        [loaded] = other.load(dump)
        assert (loaded, loaded.aliases) == (key, ["alias/app", "alias/other"])
        assert (loaded.tags, loaded.policy, loaded.state) == (key.tags, key.policy, "Disabled")
        assert sorted(each["Name"] for each in loaded.grants) == ["one", "three", "two"]
        loaded.enable()
        assert loaded.decrypt(blob) == b"secret"


@pytest.mark.parametrize("state", ["Enabled", "Disabled", "PendingDeletion"])
def test_states_are_there_again(kms: KmsMock, state: str) -> None:
    kms.create_key(state=state)  # type: ignore[arg-type]
    kms.create_key(state=state, origin="EXTERNAL", material=b"m" * 32)  # type: ignore[arg-type]
    dump = kms.dump()

    assert again(dump) == dump
    assert [each.get("state", "Enabled") for each in dump["keys"]] == [state, state]


@pytest.mark.skipif(
    "ImportType" not in shapes_of("ImportKeyMaterial").members,
    reason="this botocore knows one imported material a key",
)
def test_imported_keys_are_there_again(kms: KmsMock) -> None:
    """Those that wait, and those whose material has been rotated."""
    kms.create_key(origin="EXTERNAL")
    kms.create_key(origin="EXTERNAL", state="PendingDeletion")
    rotated = kms.create_key(origin="EXTERNAL", material=b"m" * 32)
    rotated.import_material(b"n" * 32)
    rotated.rotate()
    pending = kms.create_key(origin="EXTERNAL", material=b"m" * 32)
    pending.import_material(b"n" * 32)
    gone = kms.create_key(origin="EXTERNAL", material=b"m" * 32)
    kms.client().delete_imported_key_material(KeyId=gone.id)
    dump = kms.dump()

    assert again(dump) == dump
    assert [each.get("materials", each.get("material")) for each in dump["keys"]] == [
        None,
        None,
        [(b"m" * 32).hex(), (b"n" * 32).hex()],
        (b"m" * 32).hex(),
        None,
    ]


@pytest.mark.parametrize("origin", ["AWS_KMS", "EXTERNAL"])
def test_multi_region_keys_are_there_again(kms: KmsMock, origin: Any) -> None:
    """Whichever Region is the primary one, and whichever has lost its material."""
    material = None if origin == "AWS_KMS" else b"m" * 32
    key = kms.create_key(multi_region=True, origin=origin, material=material, alias="alias/app")
    client = kms.client()
    for region in ("us-west-2", "ap-south-1", "eu-west-1"):
        client.replicate_key(KeyId=key.id, ReplicaRegion=region, Description=region)
    kms.client("eu-west-1").create_alias(AliasName="alias/eu", TargetKeyId=key.id)
    if origin == "EXTERNAL":
        europe = next(each for each in kms.keys if ":eu-west-1:" in each.arn)
        europe.import_material(b"m" * 32)
        client.delete_imported_key_material(KeyId=key.id)
    else:
        client.update_primary_region(KeyId=key.id, PrimaryRegion="us-west-2")
        client.describe_key(KeyId=key.id)
    dump = kms.dump()

    assert again(dump) == dump
    [dumped] = dump["keys"]
    assert dumped["region"] == ("us-west-2" if origin == "AWS_KMS" else "us-east-1")
    assert len(dumped["replicas"]) == 3


def test_a_replica_that_a_test_has_left_alone_is_a_primary_key(kms: KmsMock) -> None:
    key = kms.create_key(multi_region=True)
    kms.client().replicate_key(KeyId=key.id, ReplicaRegion="eu-west-1")
    kms.adopt(b"blob", b"secret", key=key)
    key.delete()
    dump = kms.dump()

    assert again(dump) == dump
    assert [each["region"] for each in dump["keys"]] == ["eu-west-1"]


def test_keys_of_several_accounts_and_regions_are_there_again(kms: KmsMock) -> None:
    for account in ("210987654321", "123456789012"):
        for region in ("us-west-2", "eu-west-1"):
            kms.create_key(alias="alias/app", region=region, account=account)
    multi = kms.create_key(multi_region=True)
    kms.client().replicate_key(KeyId=multi.id, ReplicaRegion="eu-west-1")
    dump = kms.dump()

    assert again(dump) == dump


def test_aws_managed_keys_are_there_again(kms: KmsMock) -> None:
    kms.create_key(alias="alias/aws/s3")
    kms.client().describe_key(KeyId="alias/aws/ebs")
    dump = kms.dump()

    assert again(dump) == dump
    assert [each["aliases"] for each in dump["keys"]] == [["alias/aws/s3"], ["alias/aws/ebs"]]


def test_adopted_ciphertexts_are_there_again(kms: KmsMock) -> None:
    key = kms.create_key()
    kms.adopt(b"two", "secret", key=key, context={"tenant": "7"})
    kms.adopt(b"one", b"\0\xff", key=key)
    dump = kms.dump()

    assert again(dump) == dump
    with mock_kms() as other:
        [loaded] = other.load(dump)
        assert loaded.decrypt(b"two", {"tenant": "7"}) == b"secret"


def test_key_stores_and_their_keys_are_left_out(kms: KmsMock) -> None:
    proxy = kms.xks_proxy(["external"])
    client = kms.client()
    store = client.create_custom_key_store(CustomKeyStoreName="ours", **proxy.parameters)[
        "CustomKeyStoreId"
    ]
    client.connect_custom_key_store(CustomKeyStoreId=store)
    kms.create_key(key_store=store, xks_key="external")

    assert kms.dump()["keys"] == []
