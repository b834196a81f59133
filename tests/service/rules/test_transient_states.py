"""Creating, Updating and a rotation in progress: how long they last, and what AWS refuses then."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import pytest

from pytest_kmsmock import KmsMock, mock_kms

pytestmark = pytest.mark.usefixtures("newest_model")

EAST, WEST, IRELAND = "us-east-1", "us-west-2", "eu-west-1"
TRANSITION = pytest.mark.kms(transition_seconds=5)


def arn_of(primary_id: str, region: str = EAST) -> str:
    return f"arn:aws:kms:{region}:123456789012:key/{primary_id}"


@pytest.fixture
def pair(kms: KmsMock, client: Any, primary_id: str) -> str:
    """A primary key in us-east-1 with a replica in us-west-2, both at rest."""
    client.replicate_key(KeyId=primary_id, ReplicaRegion=WEST)
    kms.clock.advance(seconds=5)
    return primary_id


def test_transitions_are_over_at_the_next_call(
    kms: KmsMock, client: Any, west: Any, primary_id: str
) -> None:
    """By default no test needs to wait."""
    assert kms.transition_seconds == 0
    made = client.replicate_key(KeyId=primary_id, ReplicaRegion=WEST)["ReplicaKeyMetadata"]
    assert made["KeyState"] == "Creating"
    west.encrypt(KeyId=primary_id, Plaintext=b"x")

    client.update_primary_region(KeyId=primary_id, PrimaryRegion=WEST)
    west.update_primary_region(KeyId=primary_id, PrimaryRegion=EAST)

    client.rotate_key_on_demand(KeyId=primary_id)
    client.rotate_key_on_demand(KeyId=primary_id)
    assert len(client.list_key_rotations(KeyId=primary_id)["Rotations"]) == 2


@TRANSITION
def test_replica_is_creating_until_the_clock_has_moved(
    kms: KmsMock, client: Any, west: Any, primary_id: str, described: Any
) -> None:
    """Not a second less, by the service's clock."""
    before = described(client, primary_id)
    client.replicate_key(KeyId=primary_id, ReplicaRegion=WEST)

    for seconds in (0, 4.5):
        if seconds:
            kms.clock.advance(seconds=seconds)
        replica = described(west, primary_id)
        assert replica["KeyState"] == "Creating"
        assert replica["Enabled"] is False
        assert "CurrentKeyMaterialId" not in replica
        assert described(client, primary_id)["KeyState"] == "Enabled"
    kms.clock.advance(seconds=0.5)

    replica = described(west, primary_id)
    assert replica["KeyState"] == "Enabled"
    assert replica["CurrentKeyMaterialId"] == before["CurrentKeyMaterialId"]


@TRANSITION
def test_creating_key_cannot_be_used_but_managed(
    client: Any, west: Any, primary_id: str, refusal: Any
) -> None:
    """Source: KMS API Reference, ReplicateKey."""
    blob = client.encrypt(KeyId=primary_id, Plaintext=b"x")["CiphertextBlob"]
    client.replicate_key(KeyId=primary_id, ReplicaRegion=WEST)
    expected = ("KMSInvalidStateException", f"{arn_of(primary_id, WEST)} is creating.")

    for method, params in (
        (west.encrypt, {"Plaintext": b"x"}),
        (west.decrypt, {"CiphertextBlob": blob}),
        (west.generate_data_key, {"KeySpec": "AES_256"}),
        (west.enable_key, {}),
        (west.disable_key, {}),
        (west.enable_key_rotation, {}),
    ):
        assert refusal(method, KeyId=primary_id, **params) == expected
    assert refusal(west.cancel_key_deletion, KeyId=primary_id) == (
        "KMSInvalidStateException",
        f"{arn_of(primary_id, WEST)} is not pending deletion.",
    )
    west.create_alias(AliasName="alias/app", TargetKeyId=primary_id)
    west.tag_resource(KeyId=primary_id, Tags=[{"TagKey": "team", "TagValue": "red"}])
    west.update_key_description(KeyId=primary_id, Description="new")
    west.put_key_policy(KeyId=primary_id, Policy=west.get_key_policy(KeyId=primary_id)["Policy"])
    assert refusal(west.encrypt, KeyId="alias/app", Plaintext=b"x") == expected


@TRANSITION
def test_creating_key_can_be_deleted(
    kms: KmsMock, client: Any, west: Any, primary_id: str, described: Any
) -> None:
    """It does not become Enabled meanwhile, and is Disabled when it is kept."""
    client.replicate_key(KeyId=primary_id, ReplicaRegion=WEST)
    west.schedule_key_deletion(KeyId=primary_id, PendingWindowInDays=7)
    kms.clock.advance(seconds=10)
    assert described(west, primary_id)["KeyState"] == "PendingDeletion"

    west.cancel_key_deletion(KeyId=primary_id)

    kms.clock.advance(seconds=10)
    assert described(west, primary_id)["KeyState"] == "Disabled"


@TRANSITION
def test_region_is_taken_while_its_replica_is_made(
    client: Any, west: Any, primary_id: str, refusal: Any
) -> None:
    """AlreadyExistsException; another Region is free, and the primary is at rest."""
    client.replicate_key(KeyId=primary_id, ReplicaRegion=WEST)

    assert refusal(client.replicate_key, KeyId=primary_id, ReplicaRegion=WEST)[0] == (
        "AlreadyExistsException"
    )
    client.replicate_key(KeyId=primary_id, ReplicaRegion=IRELAND)
    assert refusal(client.update_primary_region, KeyId=primary_id, PrimaryRegion=WEST) == (
        "KMSInvalidStateException",
        f"{arn_of(primary_id, WEST)} is creating.",
    )


@TRANSITION
def test_old_and_new_primary_are_updating(
    kms: KmsMock, client: Any, west: Any, pair: str, described: Any
) -> None:
    """Both and no third key; "the original key state is restored when the update is complete"."""
    client.replicate_key(KeyId=pair, ReplicaRegion=IRELAND)
    kms.clock.advance(seconds=5)
    client.update_primary_region(KeyId=pair, PrimaryRegion=WEST)

    for each in (client, west):
        assert described(each, pair)["KeyState"] == "Updating"
        assert described(each, pair)["Enabled"] is False
    assert described(kms.client(IRELAND), pair)["KeyState"] == "Enabled"
    kms.clock.advance(seconds=5)

    for each in (client, west):
        assert described(each, pair)["KeyState"] == "Enabled"
    assert described(west, pair)["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"


@TRANSITION
def test_updating_key_can_be_used_but_not_managed(
    client: Any, west: Any, pair: str, refusal: Any
) -> None:
    """Cryptography goes on; enabling, disabling, deleting and replicating wait."""
    client.update_primary_region(KeyId=pair, PrimaryRegion=WEST)

    for region, each in ((EAST, client), (WEST, west)):
        blob = each.encrypt(KeyId=pair, Plaintext=b"secret")["CiphertextBlob"]
        assert each.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
        each.tag_resource(KeyId=pair, Tags=[{"TagKey": "team", "TagValue": "red"}])
        for method, params in (
            (each.enable_key, {}),
            (each.disable_key, {}),
            (each.schedule_key_deletion, {}),
            (each.replicate_key, {"ReplicaRegion": IRELAND}),
            (each.update_primary_region, {"PrimaryRegion": EAST}),
        ):
            assert refusal(method, KeyId=pair, **params) == (
                "KMSInvalidStateException",
                f"{arn_of(pair, region)} is updating.",
            )


@TRANSITION
def test_updating_primary_takes_rotation_settings(client: Any, west: Any, pair: str) -> None:
    """The new primary does, and both Regions show them. Source: key_states.csv."""
    client.update_primary_region(KeyId=pair, PrimaryRegion=WEST)

    west.enable_key_rotation(KeyId=pair, RotationPeriodInDays=100)

    for each in (client, west):
        assert each.get_key_rotation_status(KeyId=pair)["RotationPeriodInDays"] == 100


@TRANSITION
def test_rotation_in_progress_shows_when_it_began(
    kms: KmsMock, client: Any, primary_id: str, described: Any, answer: Any
) -> None:
    """OnDemandRotationStartDate is there until it is done; the material changes then."""
    before = described(client, primary_id)["CurrentKeyMaterialId"]
    client.rotate_key_on_demand(KeyId=primary_id)
    kms.clock.advance(seconds=4)

    status = answer(client.get_key_rotation_status, KeyId=primary_id)
    began = status.pop("OnDemandRotationStartDate")
    assert status == {"KeyId": arn_of(primary_id), "KeyRotationEnabled": False}
    assert abs(kms.clock.now - began - dt.timedelta(seconds=4)) < dt.timedelta(seconds=2)
    assert described(client, primary_id)["CurrentKeyMaterialId"] == before
    assert described(client, primary_id)["KeyState"] == "Enabled"
    assert client.list_key_rotations(KeyId=primary_id)["Rotations"] == []
    blob = client.encrypt(KeyId=primary_id, Plaintext=b"x")["CiphertextBlob"]
    assert client.decrypt(CiphertextBlob=blob)["KeyMaterialId"] == before
    kms.clock.advance(seconds=1)

    assert "OnDemandRotationStartDate" not in client.get_key_rotation_status(KeyId=primary_id)
    [rotation] = client.list_key_rotations(KeyId=primary_id)["Rotations"]
    assert rotation["RotationDate"] - began == dt.timedelta(seconds=5)
    assert (
        described(client, primary_id)["CurrentKeyMaterialId"] == rotation["KeyMaterialId"] != before
    )
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


@TRANSITION
def test_rotation_in_progress_is_in_the_way_of_another(
    kms: KmsMock, client: Any, primary_id: str
) -> None:
    """ConflictException, and nothing is counted."""
    client.rotate_key_on_demand(KeyId=primary_id)
    for _ in range(30):
        with pytest.raises(client.exceptions.ConflictException):
            client.rotate_key_on_demand(KeyId=primary_id)

    kms.clock.advance(seconds=5)

    client.rotate_key_on_demand(KeyId=primary_id)


@TRANSITION
def test_regions_agree_when_the_primary_changes_while_rotating(
    kms: KmsMock, client: Any, west: Any, pair: str, described: Any
) -> None:
    """Related keys have the same material, whatever is going on; no blob is lost."""
    client.rotate_key_on_demand(KeyId=pair)
    blobs = [client.encrypt(KeyId=pair, Plaintext=b"secret")["CiphertextBlob"]]
    client.update_primary_region(KeyId=pair, PrimaryRegion=WEST)
    kms.clock.advance(seconds=10)

    for each in (client, west):
        assert described(each, pair)["KeyState"] == "Enabled"
        blobs.append(each.encrypt(KeyId=pair, Plaintext=b"secret")["CiphertextBlob"])
    west.rotate_key_on_demand(KeyId=pair)
    kms.clock.advance(seconds=10)

    ids = [described(each, pair)["CurrentKeyMaterialId"] for each in (client, west)]
    assert ids[0] == ids[1]
    for each in (client, west):
        for blob in blobs:
            assert each.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
    assert len(west.list_key_rotations(KeyId=pair)["Rotations"]) == 2


@TRANSITION
def test_replica_made_while_rotating_follows(
    kms: KmsMock, client: Any, west: Any, primary_id: str, described: Any
) -> None:
    """It gets the new material with all others."""
    client.rotate_key_on_demand(KeyId=primary_id)
    kms.clock.advance(seconds=2)
    client.replicate_key(KeyId=primary_id, ReplicaRegion=WEST)
    kms.clock.advance(seconds=10)

    current = described(client, primary_id)["CurrentKeyMaterialId"]
    assert described(west, primary_id)["CurrentKeyMaterialId"] == current
    assert len(west.list_key_rotations(KeyId=primary_id)["Rotations"]) == 1


@TRANSITION
def test_automatic_rotation_comes_while_updating(
    kms: KmsMock, client: Any, west: Any, pair: str, described: Any
) -> None:
    """One jump over both ends: each thing on its date."""
    client.enable_key_rotation(KeyId=pair, RotationPeriodInDays=90)
    due = client.get_key_rotation_status(KeyId=pair)["NextRotationDate"]
    kms.clock.advance(due - kms.clock.now - dt.timedelta(seconds=2))
    client.update_primary_region(KeyId=pair, PrimaryRegion=WEST)

    kms.clock.advance(days=200)

    for each in (client, west):
        dates = [e["RotationDate"] for e in each.list_key_rotations(KeyId=pair)["Rotations"]]
        assert dates == [due + dt.timedelta(days=90 * number) for number in range(3)]
    assert (
        described(client, pair)["CurrentKeyMaterialId"]
        == described(west, pair)["CurrentKeyMaterialId"]
    )


@TRANSITION
def test_deletion_ends_a_rotation_in_progress(
    kms: KmsMock, client: Any, primary_id: str, answer: Any
) -> None:
    """Nothing rotates while deletion is pending, and no start date is left."""
    client.rotate_key_on_demand(KeyId=primary_id)
    client.schedule_key_deletion(KeyId=primary_id)
    kms.clock.advance(seconds=10)
    client.cancel_key_deletion(KeyId=primary_id)

    assert answer(client.get_key_rotation_status, KeyId=primary_id) == {
        "KeyId": arn_of(primary_id),
        "KeyRotationEnabled": False,
    }
    client.enable_key(KeyId=primary_id)
    assert client.list_key_rotations(KeyId=primary_id)["Rotations"] == []
    client.rotate_key_on_demand(KeyId=primary_id)


@TRANSITION
@pytest.mark.parametrize("origin", ["AWS_KMS", "EXTERNAL"])
def test_nothing_rotates_while_disabled(
    kms: KmsMock, client: Any, origin: Literal["AWS_KMS", "EXTERNAL"]
) -> None:
    """A rotation in progress waits until the key is enabled; the material is the same till then."""
    key = kms.create_key(origin=origin, material=bytes(32) if origin == "EXTERNAL" else None)
    if origin == "EXTERNAL":
        key.import_material(b"\1" * 32)
    client.rotate_key_on_demand(KeyId=key.id)
    client.disable_key(KeyId=key.id)
    kms.clock.advance(seconds=10)
    assert client.list_key_rotations(KeyId=key.id)["Rotations"] == []

    enabled = kms.clock.now
    client.enable_key(KeyId=key.id)
    kms.clock.advance(seconds=10)

    rotations = client.list_key_rotations(KeyId=key.id)["Rotations"]
    assert len(rotations) <= 1
    slack = dt.timedelta(seconds=1)  # dates come in milliseconds
    assert all(rotation["RotationDate"] > enabled - slack for rotation in rotations)
    assert [material.state for material in key.materials].count("CURRENT") == 1


@TRANSITION
def test_imported_replica_awaits_its_material_after_its_creation(
    kms: KmsMock, client: Any, west: Any, described: Any, refusal: Any
) -> None:
    """Creating first, then PendingImport."""
    key = kms.create_key(multi_region=True, origin="EXTERNAL", material=bytes(32))
    client.replicate_key(KeyId=key.id, ReplicaRegion=WEST)
    assert described(west, key.id)["KeyState"] == "Creating"
    assert refusal(
        west.get_parameters_for_import,
        KeyId=key.id,
        WrappingAlgorithm="RSAES_OAEP_SHA_256",
        WrappingKeySpec="RSA_2048",
    ) == ("KMSInvalidStateException", f"{arn_of(key.id, WEST)} is creating.")

    kms.clock.advance(seconds=5)

    assert described(west, key.id)["KeyState"] == "PendingImport"


def test_test_may_say_it_by_the_attribute(
    kms: KmsMock, client: Any, west: Any, primary_id: str, described: Any
) -> None:
    """`kms.transition_seconds` holds for what begins from then on."""
    kms.transition_seconds = 30
    client.replicate_key(KeyId=primary_id, ReplicaRegion=WEST)
    kms.transition_seconds = 0
    client.replicate_key(KeyId=primary_id, ReplicaRegion=IRELAND)

    assert described(west, primary_id)["KeyState"] == "Creating"
    assert described(kms.client(IRELAND), primary_id)["KeyState"] == "Enabled"
    kms.clock.advance(seconds=30)
    assert described(west, primary_id)["KeyState"] == "Enabled"


def test_decorator_takes_it_too() -> None:
    """`mock_kms(transition_seconds=…)` is the marker's keyword."""
    with mock_kms(transition_seconds=5) as kms:
        key = kms.create_key(multi_region=True)
        kms.client(EAST).replicate_key(KeyId=key.id, ReplicaRegion=WEST)

        replica = kms.key(key.arn.replace(EAST, WEST))

        assert replica.state == "Creating"


def test_ini_file_and_marker_set_it(pytester: pytest.Pytester) -> None:
    """`kms_transition_seconds` in the ini file; the marker wins."""
    pytester.makeini("[pytest]\nkms_transition_seconds = 5")
    pytester.makepyfile("""
        import pytest

        def state_of_a_new_replica(kms):
            key = kms.create_key(multi_region=True)
            kms.client().replicate_key(KeyId=key.id, ReplicaRegion="us-west-2")
            client = kms.client("us-west-2")
            return client.describe_key(KeyId=key.id)["KeyMetadata"]["KeyState"]

        def test_by_the_ini_file(kms):
            assert kms.transition_seconds == 5
            assert state_of_a_new_replica(kms) == "Creating"

        @pytest.mark.kms(transition_seconds=0)
        def test_by_the_marker(kms):
            assert state_of_a_new_replica(kms) == "Enabled"
    """)

    result = pytester.runpytest_subprocess()

    result.assert_outcomes(passed=2)
