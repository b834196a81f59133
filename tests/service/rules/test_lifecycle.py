"""
Transitions of a key, one by one.

The laws of all of them together are in tests/properties.
"""

from __future__ import annotations

from typing import Any

import attrs
import pytest
import samples
from samples import DAY, NOW

from pytest_kmsmock.service.api.times import LAST
from pytest_kmsmock.service.rules import lifecycle
from pytest_kmsmock.service.values.key import KmsKey, Stored

SECRET = b"n" * 32
IMPORTED: dict[str, Any] = {"origin": "EXTERNAL"}
PENDING = "PENDING_ROTATION"
HALF_PENDING = "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"


def new_secret() -> bytes:
    return SECRET


def no_secret() -> bytes:
    pytest.fail("nothing rotates here, so no key material is to be made")


def states(key: KmsKey) -> list[str]:
    return [material.state for material in key.materials]


# When time changes a key.


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, None),
        ({"state": "PendingDeletion", "deletion_date": NOW + 1}, NOW + 1),
        ({"state": "Creating", "transition_ends": NOW + 2}, NOW + 2),
        ({"rotation_period": 90, "next_rotation": NOW + 3}, NOW + 3),
        ({"rotation_period": 90, "next_rotation": NOW + 3, "state": "Updating"}, NOW + 3),
        # Rotation waits for the key to be enabled.
        ({"rotation_period": 90, "next_rotation": NOW + 3, "state": "Disabled"}, None),
        ({"rotating_since": NOW, "transition_ends": NOW + 4}, NOW + 4),
        ({"rotating_since": NOW, "transition_ends": NOW + 4, "state": "Disabled"}, None),
        # A replica gets what its primary key rotates to.
        ({"rotation_period": 90, "next_rotation": NOW + 3, "multi_region": "PRIMARY"}, NOW + 3),
        ({"rotation_period": 90, "next_rotation": NOW + 3, "multi_region": "REPLICA"}, None),
        # What AWS makes does not expire.
        ({"materials": (samples.material(valid_to=NOW + 5),)}, None),
        ({"materials": (samples.material(valid_to=NOW + 5),), **IMPORTED}, NOW + 5),
        # The earliest of all.
        (
            {
                "state": "PendingDeletion",
                "deletion_date": NOW + 7,
                "materials": (
                    samples.material(1, state="NON_CURRENT", valid_to=NOW + 6),
                    samples.material(2, valid_to=NOW + 5),
                ),
                **IMPORTED,
            },
            NOW + 5,
        ),
    ],
)
def test_when_time_next_changes_a_key(changes: dict[str, Any], due: float | None) -> None:
    assert lifecycle.next_due(samples.key(**changes)) == due


def test_nothing_rotates_after_the_last_date() -> None:
    """Else there would be no end to it."""
    rotating = samples.key(rotation_period=90, next_rotation=LAST)

    assert lifecycle.next_due(rotating) == LAST
    assert lifecycle.next_due(attrs.evolve(rotating, next_rotation=LAST + 1)) is None


def test_a_key_is_gone_on_its_deletion_date() -> None:
    key = samples.key(state="PendingDeletion", deletion_date=NOW)

    assert lifecycle.fall_due(key, NOW, no_secret) is None


@pytest.mark.parametrize("state", ["Creating", "Updating"])
def test_a_transient_state_ends_enabled(state: str) -> None:
    key = samples.key(state=state, transition_ends=NOW)

    assert lifecycle.fall_due(key, NOW, no_secret) == attrs.evolve(
        key, state="Enabled", transition_ends=None
    )


def test_a_replica_of_an_imported_key_waits_for_its_material_when_it_is_made() -> None:
    key = samples.key(
        state="Creating",
        transition_ends=NOW,
        materials=(samples.material(secret=None),),
        **IMPORTED,
    )

    made = lifecycle.fall_due(key, NOW, no_secret)

    assert made is not None
    assert made.state == "PendingImport"


def test_a_rotation_that_is_due_plans_the_next() -> None:
    """A period later, counted from the date and not from when somebody looks."""
    key = samples.key(rotation_period=90, next_rotation=NOW)

    rotated = lifecycle.fall_due(key, NOW, new_secret)

    assert rotated is not None
    assert rotated.next_rotation == NOW + 90 * DAY
    assert rotated.secret == SECRET
    assert states(rotated) == ["NON_CURRENT", "CURRENT"]
    assert (rotated.material.rotation_date, rotated.material.rotation_type) == (NOW, "AUTOMATIC")
    assert rotated.on_demand_rotations == 0


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, NOW),
        ({"rotation_period": 90, "next_rotation": NOW + DAY}, NOW),
        ({"rotation_period": 90, "next_rotation": NOW, "state": "Disabled"}, NOW),
        ({"rotation_period": 90, "next_rotation": NOW, "multi_region": "REPLICA"}, NOW),
        ({"deletion_date": NOW + DAY, "state": "PendingDeletion"}, NOW),
        ({"transition_ends": NOW + DAY, "state": "Creating"}, NOW),
    ],
    ids=str,
)
def test_what_does_not_fall_due_changes_nothing(changes: dict[str, Any], due: float) -> None:
    """Nor does a rotation of a key that does not rotate by itself."""
    key = samples.key(**changes)

    assert lifecycle.fall_due(key, due, no_secret) == key


@pytest.mark.parametrize("periods", [0, 0.9, 1, 2, 7.5])
def test_rotations_that_are_due_by_now_come_at_once_as_one_by_one(periods: float) -> None:
    secrets = [bytes([number]) * 32 for number in range(9)]
    key = samples.key(rotation_period=90, next_rotation=NOW)
    now = NOW + periods * 90 * DAY
    expected: KmsKey | None = key
    left = iter(secrets)
    while expected is not None and expected.next_rotation is not None:
        if expected.next_rotation > now:
            break
        expected = lifecycle.fall_due(expected, expected.next_rotation, left.__next__)

    assert lifecycle.fall_due(key, NOW, iter(secrets).__next__, now) == expected
    assert expected is not None
    assert len(expected.materials) == 2 + int(periods)


def test_rotations_come_at_once_up_to_what_else_is_due() -> None:
    """The end of a transient state, as when an on-demand rotation is in progress."""
    key = samples.key(
        rotation_period=90, next_rotation=NOW, transition_ends=NOW + 180 * DAY, rotating_since=NOW
    )

    rotated = lifecycle.fall_due(key, NOW, new_secret, NOW + 999 * DAY)

    assert rotated is not None
    assert rotated.next_rotation == NOW + 180 * DAY
    assert lifecycle.next_due(rotated) == key.transition_ends


def test_rotations_come_at_once_up_to_the_last_date() -> None:
    key = samples.key(rotation_period=90, next_rotation=LAST - 90 * DAY)

    rotated = lifecycle.fall_due(key, LAST - 90 * DAY, new_secret, LAST + 999 * DAY)

    assert rotated is not None
    assert rotated.next_rotation == LAST + 90 * DAY
    assert states(rotated) == ["NON_CURRENT", "NON_CURRENT", "CURRENT"]


def test_material_expires_at_its_time_alone() -> None:
    """What expires later stays."""
    first = samples.material(1, state="NON_CURRENT", valid_to=NOW)
    second = samples.material(2, valid_to=NOW + DAY)
    key = samples.key(materials=(first, second), **IMPORTED)

    left = lifecycle.fall_due(key, NOW, no_secret)

    assert left is not None
    assert left.materials == (attrs.evolve(first, secret=None, valid_to=None), second)
    assert left.state == "PendingImport"


# Material that is forgotten.


def test_material_that_has_encrypted_leaves_its_place() -> None:
    """By the same ID it comes again; until then the key waits for it."""
    key = samples.key(materials=(samples.material(1, description="of May"),), **IMPORTED)

    left = lifecycle.forget(key, key.materials[0])

    assert left.materials == (attrs.evolve(key.materials[0], secret=None),)
    assert left.state == "PendingImport"


def test_pending_material_goes_altogether() -> None:
    """Nothing was encrypted with it; the key goes on."""
    pending = samples.material(2, state=PENDING)
    key = samples.key(materials=(samples.material(1), pending), **IMPORTED)

    left = lifecycle.forget(key, pending)

    assert left.materials == (samples.material(1),)
    assert left.state == "Enabled"


def test_a_replica_forgets_the_bytes_of_pending_material_and_no_more() -> None:
    """Which material there is, its primary key says."""
    pending = samples.material(2, state=PENDING)
    key = samples.key(materials=(samples.material(1), pending), multi_region="REPLICA", **IMPORTED)

    left = lifecycle.forget(key, pending)

    assert left.materials == (samples.material(1), attrs.evolve(pending, secret=None))


@pytest.mark.parametrize(
    ("state", "has_material", "expected"),
    [
        ("Enabled", False, "PendingImport"),
        ("Disabled", False, "PendingImport"),
        ("Updating", False, "PendingImport"),
        ("PendingDeletion", False, "PendingDeletion"),
        ("Creating", False, "Creating"),
        ("PendingImport", False, "PendingImport"),
        ("PendingImport", True, "Enabled"),
        ("Disabled", True, "Disabled"),
        ("PendingDeletion", True, "PendingDeletion"),
    ],
)
def test_the_state_that_the_material_of_an_import_calls_for(
    state: str, has_material: bool, expected: str
) -> None:
    """Deletion goes before it."""
    secret = bytes(32) if has_material else None
    key = samples.key(state=state, materials=(samples.material(secret=secret),), **IMPORTED)

    assert lifecycle.settle_imports(key).state == expected
    assert lifecycle.is_complete(key) is has_material


def test_a_key_of_kms_is_never_waited_for() -> None:
    key = samples.key(materials=(samples.material(secret=None),))

    assert lifecycle.settle_imports(key) is key


@pytest.mark.parametrize("origin", ["AWS_KMS", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"])
@pytest.mark.parametrize("state", ["Enabled", "Disabled", "PendingImport"])
def test_only_an_imported_key_waits_for_import(origin: str, state: str) -> None:
    """Whatever material the others have; those in an external key store have none."""
    for materials in ((), (samples.material(),)):
        other = samples.key(origin=origin, state=state, materials=materials)

        assert lifecycle.settle_imports(other) == other


def test_a_key_without_material_is_not_complete() -> None:
    """Nor is one that has pending material alone."""
    assert not lifecycle.is_complete(samples.key(materials=(), **IMPORTED))
    pending = samples.material(state=PENDING)
    assert not lifecycle.is_complete(samples.key(materials=(pending,), **IMPORTED))


# Rotation on demand.


def test_a_rotation_on_demand_ends_with_new_material() -> None:
    key = samples.key(rotating_since=NOW - 1, transition_ends=NOW)

    ended = lifecycle.fall_due(key, NOW, new_secret)

    assert ended is not None
    assert ended.secret == SECRET
    assert (ended.material.rotation_date, ended.material.rotation_type) == (NOW, "ON_DEMAND")
    assert ended.rotating_since is ended.transition_ends is None


def test_an_imported_key_rotates_to_what_waits_for_it() -> None:
    """No key material is made."""
    key = samples.key(
        materials=(
            samples.material(1, state="NON_CURRENT"),
            samples.material(2),
            samples.material(3, state=PENDING),
        ),
        rotating_since=NOW,
        **IMPORTED,
    )

    ended = lifecycle.end_rotation(key, NOW + 1, no_secret)

    assert states(ended) == ["NON_CURRENT", "NON_CURRENT", "CURRENT"]
    assert ended.material.rotation_date == NOW + 1
    assert ended.rotating_since is None


def test_an_imported_key_does_not_rotate_to_what_has_gone() -> None:
    key = samples.key(
        materials=(samples.material(1), samples.material(2, state=PENDING, secret=None)),
        rotating_since=NOW,
        **IMPORTED,
    )

    assert lifecycle.end_rotation(key, NOW, no_secret).materials == key.materials


def test_where_nothing_rotates_nothing_ends() -> None:
    key = samples.key(transition_ends=NOW + 9)

    assert lifecycle.end_rotation(key, NOW, no_secret) is key


# Related keys.


def test_a_replica_follows_its_primary_key() -> None:
    """In its materials and its schedule, not in what is its own."""
    primary = samples.key(
        multi_region="PRIMARY",
        materials=(samples.material(1, state="NON_CURRENT"), samples.material(2)),
        rotation_period=90,
        next_rotation=NOW + 90 * DAY,
        on_demand_rotations=3,
        description="the primary key",
    )
    replica = samples.key(multi_region="REPLICA", region="eu-west-1", state="Disabled")

    first, second = lifecycle.synchronize([primary, replica])

    assert first == primary
    assert second == attrs.evolve(
        replica,
        materials=primary.materials,
        rotation_period=90,
        next_rotation=NOW + 90 * DAY,
        on_demand_rotations=3,
    )


@pytest.mark.parametrize(
    ("here", "there", "state"),
    [(True, True, PENDING), (True, False, HALF_PENDING), (False, True, HALF_PENDING)],
)
def test_pending_material_is_ready_when_all_regions_have_it(
    here: bool, there: bool, state: str
) -> None:
    def key(region: str, multi_region: str, has_it: bool) -> KmsKey:
        pending = samples.material(2, state=HALF_PENDING, secret=bytes(32) if has_it else None)
        return samples.key(
            region=region,
            multi_region=multi_region,
            materials=(samples.material(1), pending),
            **IMPORTED,
        )

    keys = [key("us-east-1", "PRIMARY", here), key("eu-west-1", "REPLICA", there)]

    assert [states(each) for each in lifecycle.synchronize(keys)] == [["CURRENT", state]] * 2


def test_each_region_imports_for_itself() -> None:
    """A replica of an imported key learns of material, and waits for its bytes."""
    primary = samples.key(
        multi_region="PRIMARY", materials=(samples.material(valid_to=NOW),), **IMPORTED
    )
    replica = samples.key(multi_region="REPLICA", region="eu-west-1", materials=(), **IMPORTED)

    _, followed = lifecycle.synchronize([primary, replica])

    assert followed.materials == (samples.material(secret=None),)
    assert followed.state == "PendingImport"


# Deletion.


def test_a_deletion_is_due_in_as_many_days() -> None:
    """What was in progress is given up."""
    key = samples.key(rotating_since=NOW, transition_ends=NOW + 5)

    waiting = lifecycle.schedule_deletion(key, NOW, 7, has_replicas=False)

    assert (waiting.state, waiting.deletion_date) == ("PendingDeletion", NOW + 7 * DAY)
    assert waiting.rotating_since is waiting.transition_ends is waiting.pending_window is None


def test_a_primary_key_waits_for_its_replicas() -> None:
    """Its own time begins when the last of them is gone."""
    key = samples.key(multi_region="PRIMARY")

    waiting = lifecycle.schedule_deletion(key, NOW, 10, has_replicas=True)
    assert (waiting.state, waiting.pending_window) == ("PendingReplicaDeletion", 10)
    assert waiting.deletion_date is None

    alone = lifecycle.lose_last_replica(waiting, NOW + 99)
    assert (alone.state, alone.pending_window) == ("PendingDeletion", None)
    assert alone.deletion_date == NOW + 99 + 10 * DAY


@pytest.mark.parametrize(
    "deleted",
    [
        {"state": "PendingDeletion", "deletion_date": NOW},
        {"state": "PendingReplicaDeletion", "pending_window": 7},
    ],
    ids=str,
)
def test_a_key_that_is_kept_after_all_is_disabled(deleted: dict[str, Any]) -> None:
    assert lifecycle.cancel_deletion(samples.key(**deleted)) == samples.key(state="Disabled")


def test_a_key_that_is_kept_without_its_material_waits_for_it() -> None:
    key = samples.key(
        state="PendingDeletion",
        deletion_date=NOW,
        materials=(samples.material(secret=None),),
        **IMPORTED,
    )

    assert lifecycle.cancel_deletion(key).state == "PendingImport"


# Enabling.


@pytest.mark.parametrize(("due", "rotates"), [(NOW, True), (NOW + 0.001, False)])
def test_a_rotation_that_fell_due_meanwhile_comes_with_enabling(due: float, rotates: bool) -> None:
    key = samples.key(state="Disabled", rotation_period=90, next_rotation=due)

    enabled = lifecycle.enable(key, NOW, new_secret if rotates else no_secret)

    assert enabled.state == "Enabled"
    assert (enabled.secret == SECRET) is rotates
    assert enabled.next_rotation == (NOW + 90 * DAY if rotates else due)


@pytest.mark.parametrize(("ends", "then"), [(NOW - 5, NOW), (NOW + 5, NOW + 5), (None, None)])
def test_what_has_waited_is_over_no_earlier_than_now(
    ends: float | None, then: float | None
) -> None:
    """A rotation in progress waits while its key is disabled."""
    key = samples.key(state="Disabled", transition_ends=ends)

    assert lifecycle.enable(key, NOW, no_secret).transition_ends == then


# Custom key stores.


@pytest.mark.parametrize(
    ("state", "resumes", "connected", "expected", "expected_resumes"),
    [
        ("Enabled", None, False, "Unavailable", "Enabled"),
        ("Disabled", None, False, "Unavailable", "Disabled"),
        ("Unavailable", "Disabled", False, "Unavailable", "Disabled"),
        ("PendingDeletion", None, False, "PendingDeletion", None),
        # Cancelled, it is Disabled, whatever it was.
        ("PendingDeletion", "Enabled", False, "PendingDeletion", None),
        ("Enabled", None, True, "Enabled", None),
        ("Unavailable", "Enabled", True, "Enabled", None),
        ("Unavailable", "Disabled", True, "Disabled", None),
        ("PendingDeletion", "Enabled", True, "PendingDeletion", None),
    ],
)
def test_a_key_is_as_its_store_calls_for(
    state: str, resumes: Any, connected: bool, expected: str, expected_resumes: Any
) -> None:
    """Unavailable unless the store is connected, and then as it was; deletion goes before it."""
    stored = Stored(store_id=samples.STORE_ID, resumes=resumes)
    key = samples.stored_key(state=state, stored=stored)
    store = samples.cluster_store(state="CONNECTED" if connected else "FAILED")

    followed = lifecycle.follow_store(key, store)

    assert followed.state == expected
    assert followed.stored == Stored(
        store_id=samples.STORE_ID, cluster_id="cluster-abcdefghijk", resumes=expected_resumes
    )


def test_a_key_in_an_external_store_is_in_no_cluster() -> None:
    stored = Stored(store_id=samples.STORE_ID, xks_key_id="external")

    followed = lifecycle.follow_store(
        samples.stored_key(stored=stored), samples.proxy_store(state="CONNECTED")
    )

    assert followed.stored == stored
