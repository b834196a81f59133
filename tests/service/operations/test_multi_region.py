"""ReplicateKey, UpdatePrimaryRegion, and what related keys share."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from pytest_kmsmock import KmsMock

pytestmark = pytest.mark.usefixtures("newest_model")

EAST, WEST, IRELAND = "us-east-1", "us-west-2", "eu-west-1"
ACCOUNT = "123456789012"


@pytest.fixture
def pair(client: Any, primary_id: str) -> str:
    """The ID of a primary key in us-east-1 with a replica in us-west-2."""
    client.replicate_key(KeyId=primary_id, ReplicaRegion=WEST)
    return primary_id


def arn_of(primary_id: str, region: str = EAST) -> str:
    return f"arn:aws:kms:{region}:{ACCOUNT}:key/{primary_id}"


def place_of(primary_id: str, region: str) -> dict[str, str]:
    return {"Arn": arn_of(primary_id, region), "Region": region}


def test_primary_key_stands_alone_at_first(client: Any, described: Any) -> None:
    """Its ID begins with mrk-, and has no dashes more. Recorded."""
    created = client.create_key(MultiRegion=True)["KeyMetadata"]

    primary_id = created["KeyId"]
    assert primary_id.startswith("mrk-")
    assert len(primary_id) == 36
    assert set(primary_id[4:]) <= set("0123456789abcdef")
    assert created["MultiRegion"] is True
    assert created["MultiRegionConfiguration"] == {
        "MultiRegionKeyType": "PRIMARY",
        "PrimaryKey": place_of(primary_id, EAST),
        "ReplicaKeys": [],
    }
    assert described(client, primary_id) == created


def test_single_region_key_has_no_configuration(client: Any) -> None:
    """MultiRegionConfiguration is present for multi-Region keys only."""
    created = client.create_key()["KeyMetadata"]

    assert created["MultiRegion"] is False
    assert "MultiRegionConfiguration" not in created


def test_answer_shows_a_key_in_creation(
    client: Any, west: Any, primary_id: str, described: Any, answer: Any
) -> None:
    """Creating, not enabled, no CurrentKeyMaterialId, no ReplicaTags. Recorded."""
    primary = described(client, primary_id)

    made = answer(client.replicate_key, KeyId=primary_id, ReplicaRegion=WEST)

    assert made.keys() == {"ReplicaKeyMetadata", "ReplicaPolicy"}
    metadata = made["ReplicaKeyMetadata"]
    del metadata["CreationDate"], primary["CreationDate"], primary["CurrentKeyMaterialId"]
    assert metadata == primary | {
        "Arn": arn_of(primary_id, WEST),
        "Enabled": False,
        "KeyState": "Creating",
        "MultiRegionConfiguration": {
            "MultiRegionKeyType": "REPLICA",
            "PrimaryKey": place_of(primary_id, EAST),
            "ReplicaKeys": [place_of(primary_id, WEST)],
        },
    }
    assert json.loads(made["ReplicaPolicy"])["Statement"] == [
        {
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ]


def test_replica_is_enabled_at_the_next_call(
    client: Any, west: Any, pair: str, described: Any
) -> None:
    """Both Regions list both keys; the material is the same."""
    primary, replica = described(client, pair), described(west, pair)

    assert replica["KeyState"] == "Enabled"
    assert replica["Enabled"] is True
    assert replica["CurrentKeyMaterialId"] == primary["CurrentKeyMaterialId"]
    shared = {"PrimaryKey": place_of(pair, EAST), "ReplicaKeys": [place_of(pair, WEST)]}
    assert primary["MultiRegionConfiguration"] == {"MultiRegionKeyType": "PRIMARY", **shared}
    assert replica["MultiRegionConfiguration"] == {"MultiRegionKeyType": "REPLICA", **shared}


def test_several_replicas_know_each_other(
    client: Any, west: Any, ireland: Any, pair: str, described: Any
) -> None:
    """ReplicaKeys lists all replicas, the described one among them."""
    client.replicate_key(KeyId=pair, ReplicaRegion=IRELAND)

    for each in (client, west, ireland):
        configuration = described(each, pair)["MultiRegionConfiguration"]
        assert configuration["PrimaryKey"] == place_of(pair, EAST)
        replicas = sorted(configuration["ReplicaKeys"], key=lambda place: str(place["Region"]))
        assert replicas == [place_of(pair, IRELAND), place_of(pair, WEST)]


def test_properties_of_a_replica_are_its_own(
    kms: KmsMock, client: Any, west: Any, described: Any
) -> None:
    """Description, policy, tags, aliases, state and creation date are not shared."""
    tags = [{"TagKey": "team", "TagValue": "blue"}]
    primary_id = client.create_key(MultiRegion=True, Description="first", Tags=tags)["KeyMetadata"][
        "KeyId"
    ]
    client.create_alias(AliasName="alias/app", TargetKeyId=primary_id)
    kms.clock.advance(days=1)

    made = client.replicate_key(KeyId=primary_id, ReplicaRegion=WEST)

    assert "ReplicaTags" not in made
    assert described(west, primary_id)["Description"] == ""
    assert west.list_resource_tags(KeyId=primary_id)["Tags"] == []
    assert west.list_aliases()["Aliases"] == []
    older, newer = (described(each, primary_id)["CreationDate"] for each in (client, west))
    assert newer - older >= dt.timedelta(days=1)
    west.update_key_description(KeyId=primary_id, Description="second")
    west.tag_resource(KeyId=primary_id, Tags=[{"TagKey": "team", "TagValue": "red"}])
    west.create_alias(AliasName="alias/app", TargetKeyId=primary_id)
    west.disable_key(KeyId=primary_id)
    assert described(client, primary_id)["Description"] == "first"
    assert client.list_resource_tags(KeyId=primary_id)["Tags"] == tags
    assert described(client, primary_id)["KeyState"] == "Enabled"
    assert described(client, "alias/app")["Arn"] == arn_of(primary_id)
    assert described(west, "alias/app")["Arn"] == arn_of(primary_id, WEST)


def test_replica_is_made_as_asked(client: Any, west: Any, primary_id: str, described: Any) -> None:
    """Description, Tags and Policy are those of the request."""
    policy = client.get_key_policy(KeyId=primary_id)["Policy"].replace("key-default-1", "mine")
    tags = [{"TagKey": "team", "TagValue": "red"}]

    made = client.replicate_key(
        KeyId=primary_id, ReplicaRegion=WEST, Description="second", Tags=tags, Policy=policy
    )

    assert made["ReplicaTags"] == tags
    assert json.loads(made["ReplicaPolicy"])["Id"] == "mine"
    assert json.loads(west.get_key_policy(KeyId=primary_id)["Policy"])["Id"] == "mine"
    assert json.loads(client.get_key_policy(KeyId=primary_id)["Policy"])["Id"] == "key-default-1"
    assert described(west, primary_id)["Description"] == "second"
    assert west.list_resource_tags(KeyId=primary_id)["Tags"] == tags


def test_key_is_not_found_where_it_has_no_replica(west: Any, primary_id: str, refusal: Any) -> None:
    """The text prints the ARN in the Region that was asked. Recorded."""
    assert refusal(west.describe_key, KeyId=primary_id) == (
        "NotFoundException",
        f"Key '{arn_of(primary_id, WEST)}' does not exist",
    )


def test_arn_of_another_region_is_refused(west: Any, pair: str, refusal: Any) -> None:
    """Also where a related key is."""
    assert refusal(west.describe_key, KeyId=arn_of(pair)) == (
        "NotFoundException",
        f"Invalid arn {EAST}",
    )


@pytest.mark.parametrize("forth", [True, False])
def test_blobs_open_in_every_region(client: Any, west: Any, pair: str, forth: bool) -> None:
    """What one encrypts, the other decrypts, and names itself."""
    one, other = (client, west) if forth else (west, client)
    blob = one.encrypt(KeyId=pair, Plaintext=b"secret", EncryptionContext={"a": "b"})[
        "CiphertextBlob"
    ]

    opened = other.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"})

    assert opened["Plaintext"] == b"secret"
    assert opened["KeyId"] == arn_of(pair, WEST if forth else EAST)
    named = other.decrypt(CiphertextBlob=blob, KeyId=pair, EncryptionContext={"a": "b"})
    assert named["Plaintext"] == b"secret"


def test_blob_of_a_single_region_key_stays_at_home(client: Any, west: Any, refusal: Any) -> None:
    """Elsewhere no key is known that made it."""
    primary_id = client.create_key()["KeyMetadata"]["KeyId"]
    blob = client.encrypt(KeyId=primary_id, Plaintext=b"secret")["CiphertextBlob"]

    code, _ = refusal(west.decrypt, CiphertextBlob=blob)

    assert code in ("InvalidCiphertextException", "AccessDeniedException")


def test_blob_does_not_open_where_there_is_no_replica(
    client: Any, west: Any, primary_id: str, refusal: Any
) -> None:
    """A multi-Region key works in the Regions that have it."""
    blob = client.encrypt(KeyId=primary_id, Plaintext=b"secret")["CiphertextBlob"]
    code, _ = refusal(west.decrypt, CiphertextBlob=blob)
    assert code in ("InvalidCiphertextException", "AccessDeniedException")

    client.replicate_key(KeyId=primary_id, ReplicaRegion=WEST)

    assert west.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P256", "ECC_NIST_EDWARDS25519"])
def test_signatures_hold_in_every_region(client: Any, west: Any, spec: str) -> None:
    """The pair is the same, and so is its public key."""
    primary_id = client.create_key(MultiRegion=True, KeySpec=spec, KeyUsage="SIGN_VERIFY")[
        "KeyMetadata"
    ]["KeyId"]
    client.replicate_key(KeyId=primary_id, ReplicaRegion=WEST)
    public = client.get_public_key(KeyId=primary_id)
    request = {
        "KeyId": primary_id,
        "Message": b"message",
        "SigningAlgorithm": public["SigningAlgorithms"][0],
    }

    for one, other in ((client, west), (west, client)):
        signature = one.sign(**request)["Signature"]
        assert other.verify(**request, Signature=signature)["SignatureValid"] is True

    assert west.get_public_key(KeyId=primary_id)["PublicKey"] == public["PublicKey"]


def test_macs_hold_in_every_region(client: Any, west: Any) -> None:
    """HMAC keys can be multi-Region keys too."""
    primary_id = client.create_key(
        MultiRegion=True, KeySpec="HMAC_384", KeyUsage="GENERATE_VERIFY_MAC"
    )["KeyMetadata"]["KeyId"]
    client.replicate_key(KeyId=primary_id, ReplicaRegion=WEST)
    request = {"KeyId": primary_id, "Message": b"message", "MacAlgorithm": "HMAC_SHA_384"}

    mac = client.generate_mac(**request)["Mac"]

    assert west.verify_mac(**request, Mac=mac)["MacValid"] is True


def test_replicas_are_not_replicated(west: Any, pair: str, refusal: Any) -> None:
    """Recorded."""
    assert refusal(west.replicate_key, KeyId=pair, ReplicaRegion=IRELAND) == (
        "UnsupportedOperationException",
        f"{arn_of(pair, WEST)} is not a multi-region primary key.",
    )


def test_single_region_keys_are_not_replicated(client: Any, refusal: Any) -> None:
    """Source: errors.csv, replicate-not-multi-region."""
    primary_id = client.create_key()["KeyMetadata"]["KeyId"]

    code, text = refusal(client.replicate_key, KeyId=primary_id, ReplicaRegion=WEST)

    assert code == "UnsupportedOperationException"
    assert text == f"{arn_of(primary_id)} is not a multi-region key."


@pytest.mark.parametrize("state", ["Enabled", "Disabled", "PendingDeletion"])
def test_region_has_one_related_key(client: Any, west: Any, pair: str, state: str) -> None:
    """AlreadyExistsException, also while the one that is there is pending deletion."""
    if state == "Disabled":
        west.disable_key(KeyId=pair)
    elif state == "PendingDeletion":
        west.schedule_key_deletion(KeyId=pair)

    with pytest.raises(client.exceptions.AlreadyExistsException):
        client.replicate_key(KeyId=pair, ReplicaRegion=WEST)


def test_deleted_replica_can_be_made_anew(
    kms: KmsMock, client: Any, west: Any, pair: str, described: Any
) -> None:
    """The new one opens what the old one made."""
    blob = west.encrypt(KeyId=pair, Plaintext=b"secret")["CiphertextBlob"]
    west.schedule_key_deletion(KeyId=pair, PendingWindowInDays=7)
    kms.clock.advance(days=8)
    assert described(client, pair)["MultiRegionConfiguration"]["ReplicaKeys"] == []
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"

    client.replicate_key(KeyId=pair, ReplicaRegion=WEST)

    assert west.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


@pytest.mark.parametrize(
    ("region", "text"),
    [
        (EAST, f"{EAST} cannot have a replica because it contains the primary."),
        (
            "cn-north-1",
            "The replica key Region must be in the same AWS partition as the primary key Region.",
        ),
        (
            "us-gov-west-1",
            "The replica key Region must be in the same AWS partition as the primary key Region.",
        ),
    ],
)
def test_replica_has_a_region_of_its_own(
    client: Any, primary_id: str, refusal: Any, region: str, text: str
) -> None:
    """Another Region of the same partition. Source: errors.csv, replicate-other-partition."""
    assert refusal(client.replicate_key, KeyId=primary_id, ReplicaRegion=region)[1] == text


def test_replicas_follow_the_primarys_rotation(
    kms: KmsMock, client: Any, west: Any, pair: str, described: Any, answer: Any
) -> None:
    """Status, dates and materials are the same in both Regions; KeyId is each one's own."""
    client.enable_key_rotation(KeyId=pair, RotationPeriodInDays=100)
    for days in (0, 50, 60, 1000):
        if days:
            kms.clock.advance(days=days)
        here = answer(client.get_key_rotation_status, KeyId=pair)
        there = answer(west.get_key_rotation_status, KeyId=pair)
        assert here.pop("KeyId") == arn_of(pair)
        assert there.pop("KeyId") == arn_of(pair, WEST)
        assert here == there
        rotations = client.list_key_rotations(KeyId=pair)["Rotations"]
        assert west.list_key_rotations(KeyId=pair)["Rotations"] == [
            entry | {"KeyId": arn_of(pair, WEST)} for entry in rotations
        ]
        current = described(client, pair)["CurrentKeyMaterialId"]
        assert described(west, pair)["CurrentKeyMaterialId"] == current
    assert len(rotations) == 11


def test_new_replica_has_the_primarys_past(client: Any, west: Any, primary_id: str) -> None:
    """Blobs of before the replication open, of every material."""
    client.enable_key_rotation(KeyId=primary_id, RotationPeriodInDays=200)
    blobs = []
    for _ in range(3):
        blobs.append(client.encrypt(KeyId=primary_id, Plaintext=b"secret")["CiphertextBlob"])
        client.rotate_key_on_demand(KeyId=primary_id)

    client.replicate_key(KeyId=primary_id, ReplicaRegion=WEST)

    for blob in blobs:
        assert west.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
    assert west.get_key_rotation_status(KeyId=primary_id)["RotationPeriodInDays"] == 200


@pytest.mark.parametrize("is_enabled", [True, False])
def test_on_demand_rotation_reaches_replicas(
    client: Any, west: Any, pair: str, described: Any, is_enabled: bool
) -> None:
    """Also those that are disabled meanwhile."""
    blob = west.encrypt(KeyId=pair, Plaintext=b"secret")["CiphertextBlob"]
    if not is_enabled:
        west.disable_key(KeyId=pair)
    client.rotate_key_on_demand(KeyId=pair)

    current = described(client, pair)["CurrentKeyMaterialId"]
    assert described(west, pair)["CurrentKeyMaterialId"] == current
    if not is_enabled:
        west.enable_key(KeyId=pair)
    assert west.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
    new = west.encrypt(KeyId=pair, Plaintext=b"new")["CiphertextBlob"]
    assert client.decrypt(CiphertextBlob=new)["KeyMaterialId"] == current


@pytest.mark.parametrize(
    "operation", ["enable_key_rotation", "disable_key_rotation", "rotate_key_on_demand"]
)
def test_rotation_is_set_on_the_primary(west: Any, pair: str, refusal: Any, operation: str) -> None:
    """Source: KMS API Reference, EnableKeyRotation; lifecycle.md §4."""
    code, _ = refusal(getattr(west, operation), KeyId=pair)

    assert code == "UnsupportedOperationException"


def test_overdue_rotation_of_a_disabled_primary_reaches_replicas(
    kms: KmsMock, client: Any, west: Any, pair: str, described: Any
) -> None:
    """It comes in both Regions when the primary is enabled again."""
    client.enable_key_rotation(KeyId=pair, RotationPeriodInDays=90)
    before = described(west, pair)["CurrentKeyMaterialId"]
    client.disable_key(KeyId=pair)
    kms.clock.advance(days=100)
    assert described(west, pair)["CurrentKeyMaterialId"] == before

    client.enable_key(KeyId=pair)

    current = described(client, pair)["CurrentKeyMaterialId"]
    assert current != before
    assert described(west, pair)["CurrentKeyMaterialId"] == current


def test_primary_waits_for_its_replicas(
    kms: KmsMock, client: Any, west: Any, ireland: Any, pair: str, described: Any, answer: Any
) -> None:
    """Its own window begins when the last replica is gone; no date is known before."""
    client.replicate_key(KeyId=pair, ReplicaRegion=IRELAND)
    west.schedule_key_deletion(KeyId=pair, PendingWindowInDays=7)
    before = described(client, pair)

    scheduled = answer(client.schedule_key_deletion, KeyId=pair, PendingWindowInDays=10)

    assert scheduled == {
        "KeyId": arn_of(pair),
        "KeyState": "PendingReplicaDeletion",
        "PendingWindowInDays": 10,
    }
    assert described(client, pair) == before | {
        "Enabled": False,
        "KeyState": "PendingReplicaDeletion",
        "PendingDeletionWindowInDays": 10,
    }
    kms.clock.advance(days=100)
    waiting = described(client, pair)
    assert waiting["KeyState"] == "PendingReplicaDeletion"
    assert len(waiting["MultiRegionConfiguration"]["ReplicaKeys"]) == 1
    last = ireland.schedule_key_deletion(KeyId=pair, PendingWindowInDays=20)["DeletionDate"]
    kms.clock.advance(days=21)

    pending = described(client, pair)
    assert pending["KeyState"] == "PendingDeletion"
    assert pending["DeletionDate"] == last + dt.timedelta(days=10)
    assert "PendingDeletionWindowInDays" not in pending
    kms.clock.advance(days=10)
    with pytest.raises(client.exceptions.NotFoundException):
        client.describe_key(KeyId=pair)


def test_set_is_gone_after_14_days_in_one_jump(
    kms: KmsMock, client: Any, west: Any, pair: str, described: Any, refusal: Any
) -> None:
    """7 days for the replica, 7 for the primary; what falls due does so in order."""
    for each in (client, west):
        each.schedule_key_deletion(KeyId=pair, PendingWindowInDays=7)
    kms.clock.advance(days=13)
    assert described(client, pair)["KeyState"] == "PendingDeletion"
    assert refusal(west.describe_key, KeyId=pair)[0] == "NotFoundException"

    kms.clock.advance(days=1)

    assert refusal(client.describe_key, KeyId=pair)[0] == "NotFoundException"


def test_set_is_gone_in_a_single_jump(
    kms: KmsMock, client: Any, west: Any, pair: str, refusal: Any
) -> None:
    """Nobody has to look in between."""
    for each in (client, west):
        each.schedule_key_deletion(KeyId=pair, PendingWindowInDays=7)

    kms.clock.advance(days=15)

    for each in (client, west):
        assert refusal(each.describe_key, KeyId=pair)[0] == "NotFoundException"
        assert each.list_keys()["Keys"] == []


def test_replica_is_deleted_as_any_key(
    kms: KmsMock, client: Any, west: Any, pair: str, described: Any
) -> None:
    """It has a DeletionDate; the primary lives on."""
    west.schedule_key_deletion(KeyId=pair, PendingWindowInDays=7)
    pending = described(west, pair)
    assert pending["KeyState"] == "PendingDeletion"
    assert "DeletionDate" in pending
    assert "PendingDeletionWindowInDays" not in pending
    assert len(described(client, pair)["MultiRegionConfiguration"]["ReplicaKeys"]) == 1
    kms.clock.advance(days=7)

    assert described(client, pair)["KeyState"] == "Enabled"
    assert described(client, pair)["MultiRegionConfiguration"]["ReplicaKeys"] == []
    assert client.schedule_key_deletion(KeyId=pair)["KeyState"] == "PendingDeletion"


def test_primary_that_waits_can_be_kept(
    kms: KmsMock, client: Any, west: Any, pair: str, described: Any
) -> None:
    """CancelKeyDeletion makes it Disabled, and the replicas' end means nothing then."""
    before = described(client, pair)
    client.schedule_key_deletion(KeyId=pair)
    client.cancel_key_deletion(KeyId=pair)
    assert described(client, pair) == before | {"Enabled": False, "KeyState": "Disabled"}

    west.schedule_key_deletion(KeyId=pair, PendingWindowInDays=7)
    kms.clock.advance(days=100)

    assert described(client, pair)["KeyState"] == "Disabled"


def test_waiting_primary_can_be_kept_by_keeping_its_replica(
    kms: KmsMock, client: Any, west: Any, pair: str, described: Any
) -> None:
    """While a replica lives, the primary waits; "this can continue indefinitely"."""
    west.schedule_key_deletion(KeyId=pair, PendingWindowInDays=7)
    client.schedule_key_deletion(KeyId=pair, PendingWindowInDays=7)
    west.cancel_key_deletion(KeyId=pair)

    kms.clock.advance(days=10_000)

    assert described(client, pair)["KeyState"] == "PendingReplicaDeletion"
    assert described(west, pair)["KeyState"] == "Disabled"


def test_waiting_primary_does_nothing(client: Any, pair: str, refusal: Any, answer: Any) -> None:
    """It cannot be replicated or used, nor scheduled anew; its rotation is off."""
    client.enable_key_rotation(KeyId=pair)
    client.schedule_key_deletion(KeyId=pair)
    expected = ("KMSInvalidStateException", f"{arn_of(pair)} is pending replica deletion.")

    assert refusal(client.replicate_key, KeyId=pair, ReplicaRegion=IRELAND) == expected
    assert refusal(client.encrypt, KeyId=pair, Plaintext=b"x") == expected
    assert refusal(client.schedule_key_deletion, KeyId=pair) == expected
    assert refusal(client.update_primary_region, KeyId=pair, PrimaryRegion=WEST) == expected
    assert answer(client.get_key_rotation_status, KeyId=pair) == {
        "KeyId": arn_of(pair),
        "KeyRotationEnabled": False,
    }


def test_author_schedules_a_primary(kms: KmsMock, client: Any) -> None:
    """key.schedule_deletion() has no date to return while replicas are there."""
    key = kms.create_key(multi_region=True)
    client.replicate_key(KeyId=key.id, ReplicaRegion=WEST)

    assert key.schedule_deletion(7) is None

    assert key.state == "PendingReplicaDeletion"


def test_roles_are_swapped(
    client: Any, west: Any, pair: str, described: Any, answer: Any, refusal: Any
) -> None:
    """UpdatePrimaryRegion returns nothing; the old primary is a replica from then on."""
    assert answer(client.update_primary_region, KeyId=pair, PrimaryRegion=WEST) == {}

    shared = {"PrimaryKey": place_of(pair, WEST), "ReplicaKeys": [place_of(pair, EAST)]}
    old, new = described(client, pair), described(west, pair)
    assert old["MultiRegionConfiguration"] == {"MultiRegionKeyType": "REPLICA", **shared}
    assert new["MultiRegionConfiguration"] == {"MultiRegionKeyType": "PRIMARY", **shared}
    assert old["KeyState"] == new["KeyState"] == "Enabled"
    west.replicate_key(KeyId=pair, ReplicaRegion=IRELAND)
    assert refusal(client.replicate_key, KeyId=pair, ReplicaRegion="eu-west-2") == (
        "UnsupportedOperationException",
        f"{arn_of(pair)} is not a multi-region primary key.",
    )
    assert west.schedule_key_deletion(KeyId=pair)["KeyState"] == "PendingReplicaDeletion"


def test_rotation_goes_on_under_the_new_primary(
    kms: KmsMock, client: Any, west: Any, pair: str, described: Any
) -> None:
    """On the same dates, and from then on set there."""
    client.enable_key_rotation(KeyId=pair, RotationPeriodInDays=90)
    due = client.get_key_rotation_status(KeyId=pair)["NextRotationDate"]
    blob = client.encrypt(KeyId=pair, Plaintext=b"secret")["CiphertextBlob"]
    client.update_primary_region(KeyId=pair, PrimaryRegion=WEST)
    assert west.get_key_rotation_status(KeyId=pair)["NextRotationDate"] == due

    kms.clock.advance(days=91)

    for each in (client, west):
        [rotation] = each.list_key_rotations(KeyId=pair)["Rotations"]
        assert rotation["RotationDate"] == due
        assert each.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
    assert (
        described(client, pair)["CurrentKeyMaterialId"]
        == described(west, pair)["CurrentKeyMaterialId"]
    )
    with pytest.raises(client.exceptions.UnsupportedOperationException):
        client.disable_key_rotation(KeyId=pair)
    west.disable_key_rotation(KeyId=pair)
    assert client.get_key_rotation_status(KeyId=pair)["KeyRotationEnabled"] is False


def test_new_primary_does_not_rotate_more_often(client: Any, west: Any, pair: str) -> None:
    """25 rotations on demand are for the life of the key, in whichever Region."""
    for _ in range(25):
        client.rotate_key_on_demand(KeyId=pair)
    client.update_primary_region(KeyId=pair, PrimaryRegion=WEST)

    with pytest.raises(west.exceptions.LimitExceededException):
        west.rotate_key_on_demand(KeyId=pair)


def test_new_primary_is_one_of_the_replicas(
    client: Any, west: Any, pair: str, refusal: Any
) -> None:
    """No key is made in a Region that has none; a replica cannot hand on what it is not."""
    assert refusal(client.update_primary_region, KeyId=pair, PrimaryRegion=IRELAND)[0] in (
        "NotFoundException",
        "UnsupportedOperationException",
    )
    assert refusal(west.update_primary_region, KeyId=pair, PrimaryRegion=EAST)[0] == (
        "UnsupportedOperationException"
    )
    single = client.create_key()["KeyMetadata"]["KeyId"]
    assert refusal(client.update_primary_region, KeyId=single, PrimaryRegion=WEST)[0] == (
        "UnsupportedOperationException"
    )


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
@pytest.mark.parametrize("whose", ["primary", "replica"])
def test_both_must_be_enabled_to_swap(
    client: Any, west: Any, pair: str, refusal: Any, state: str, whose: str
) -> None:
    """The text names the one that is not. Source: key_states.csv, UpdatePrimaryRegion."""
    each, region = (client, EAST) if whose == "primary" else (west, WEST)
    if state == "Disabled":
        each.disable_key(KeyId=pair)
        expected = ("DisabledException", f"{arn_of(pair, region)} is disabled.")
    else:
        each.schedule_key_deletion(KeyId=pair)
        words = "pending replica deletion" if whose == "primary" else "pending deletion"
        expected = ("KMSInvalidStateException", f"{arn_of(pair, region)} is {words}.")

    assert refusal(client.update_primary_region, KeyId=pair, PrimaryRegion=WEST) == expected


def test_policy_of_the_partition_follows_the_region(kms: KmsMock) -> None:
    """In China, ARNs are of aws-cn, in the default policy too."""
    beijing, ningxia = kms.client("cn-north-1"), kms.client("cn-northwest-1")
    primary_id = beijing.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]

    made = beijing.replicate_key(KeyId=primary_id, ReplicaRegion="cn-northwest-1")

    assert made["ReplicaKeyMetadata"]["Arn"].startswith("arn:aws-cn:kms:cn-northwest-1:")
    assert "arn:aws-cn:iam::" in made["ReplicaPolicy"]
    blob = beijing.encrypt(KeyId=primary_id, Plaintext=b"secret")["CiphertextBlob"]
    assert ningxia.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


def test_call_names_both_keys(kms: KmsMock, client: Any, pair: str) -> None:
    """The record of ReplicateKey and UpdatePrimaryRegion holds primary and replica."""
    client.update_primary_region(KeyId=pair, PrimaryRegion=WEST)

    for operation in ("ReplicateKey", "UpdatePrimaryRegion"):
        [call] = kms.calls(operation)
        assert [key.arn for key in call.keys] == [arn_of(pair), arn_of(pair, WEST)]
