"""The operations on rotation: automatic, on demand, their status and their list."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest

from pytest_kmsmock import KmsMock
from pytest_kmsmock.service.values.specs import KeySpecName

pytestmark = pytest.mark.usefixtures("newest_model")

DAY = dt.timedelta(days=1)
SOON = dt.timedelta(seconds=60)


def arn_of(key_id: str) -> str:
    return f"arn:aws:kms:us-east-1:123456789012:key/{key_id}"


def is_hex_id(value: str) -> bool:
    return len(value) == 64 and set(value) <= set("0123456789abcdef")


def test_rotation_is_off_unless_asked_for(client: Any, key_id: str, answer: Any) -> None:
    """Off, the status has neither a period nor a date. Source: recorded."""
    status = answer(client.get_key_rotation_status, KeyId=key_id)

    assert status == {"KeyId": arn_of(key_id), "KeyRotationEnabled": False}


@pytest.mark.parametrize("days", [None, 90, 180, 365, 2560])
def test_status_tells_period_and_next_date(
    kms: KmsMock, client: Any, key_id: str, answer: Any, days: int | None
) -> None:
    """365 days where none are given; the first rotation is one period after enabling."""
    period = {} if days is None else {"RotationPeriodInDays": days}

    assert answer(client.enable_key_rotation, KeyId=key_id, **period) == {}

    status = answer(client.get_key_rotation_status, KeyId=key_id)
    due = status.pop("NextRotationDate")
    expected = days or 365
    assert status == {
        "KeyId": arn_of(key_id),
        "KeyRotationEnabled": True,
        "RotationPeriodInDays": expected,
    }
    assert due.tzinfo is not None
    assert abs(due - kms.clock.now - expected * DAY) < SOON


@pytest.mark.parametrize(
    ("days", "constraint"),
    [(89, "greater than or equal to 90"), (2561, "less than or equal to 2560")],
)
def test_period_is_90_to_2560_days(kms: KmsMock, refusal: Any, days: int, constraint: str) -> None:
    """Checked before the key is looked for. Source: errors.csv, rotation-period-low and -high."""
    client = kms.client(parameter_validation=False)

    assert refusal(
        client.enable_key_rotation, KeyId="1234abcd-12ab-34cd-56ef-1234567890ab",
        RotationPeriodInDays=days,
    ) == (
        "ValidationException",
        f"1 validation error detected: Value '{days}' at 'rotationPeriodInDays' failed to satisfy "
        f"constraint: Member must have value {constraint}",
    )  # fmt: skip


def test_enabling_again_changes_the_period(
    kms: KmsMock, client: Any, key_id: str, answer: Any
) -> None:
    """Source: KMS API Reference, EnableKeyRotation."""
    client.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    client.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=700)

    status = answer(client.get_key_rotation_status, KeyId=key_id)

    assert status["RotationPeriodInDays"] == 700
    kms.clock.advance(days=699)
    assert client.list_key_rotations(KeyId=key_id)["Rotations"] == []
    kms.clock.advance(days=1)
    assert len(client.list_key_rotations(KeyId=key_id)["Rotations"]) == 1


def test_rotation_that_is_disabled_does_not_come(
    kms: KmsMock, client: Any, key_id: str, answer: Any
) -> None:
    """What was rotated before stays listed."""
    client.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    kms.clock.advance(days=91)
    assert answer(client.disable_key_rotation, KeyId=key_id) == {}

    kms.clock.advance(days=2000)

    assert answer(client.get_key_rotation_status, KeyId=key_id) == {
        "KeyId": arn_of(key_id),
        "KeyRotationEnabled": False,
    }
    assert len(client.list_key_rotations(KeyId=key_id)["Rotations"]) == 1


def test_disabling_rotation_that_is_off_changes_nothing(
    client: Any, key_id: str, answer: Any
) -> None:
    """DisableKeyRotation is idempotent."""
    assert answer(client.disable_key_rotation, KeyId=key_id) == {}


def test_only_the_material_changes(kms: KmsMock, client: Any, key_id: str, described: Any) -> None:
    """Key ID, ARN, state and policy stay. Source: KMS Developer Guide, "Rotating keys"."""
    before = described(client, key_id)
    policy = client.get_key_policy(KeyId=key_id)["Policy"]
    client.enable_key_rotation(KeyId=key_id)
    kms.clock.advance(days=366)

    after = described(client, key_id)

    assert is_hex_id(after["CurrentKeyMaterialId"])
    assert after["CurrentKeyMaterialId"] != before["CurrentKeyMaterialId"]
    assert after == before | {"CurrentKeyMaterialId": after["CurrentKeyMaterialId"]}
    assert client.get_key_policy(KeyId=key_id)["Policy"] == policy


def test_a_jump_to_the_last_year_takes_no_time(kms: KmsMock, client: Any) -> None:
    """It makes 32,000 rotations, which replicas follow; what was encrypted before still opens."""
    key_id = client.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    client.replicate_key(KeyId=key_id, ReplicaRegion="eu-west-1")
    client.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    blob = client.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    kms.clock.move_to(dt.datetime(9999, 12, 1, tzinfo=dt.UTC))
    began = time.process_time()

    opened = kms.client("eu-west-1").decrypt(CiphertextBlob=blob)

    assert opened["Plaintext"] == b"x"
    assert time.process_time() - began < 5  # it took hours, while each copied those before
    primary, replica = kms.keys
    assert primary.materials == replica.materials
    assert len(primary.materials) > 32_000


@pytest.mark.parametrize("period", [90, 365, 1000, 2560])
@pytest.mark.parametrize("years", [1, 10, 40])
def test_long_jump_rotates_on_each_date(
    kms: KmsMock, client: Any, key_id: str, period: int, years: int
) -> None:
    """One jump of the clock makes all rotations of the calendar, each on its own date."""
    client.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=period)
    first = client.get_key_rotation_status(KeyId=key_id)["NextRotationDate"]

    kms.clock.advance(days=365 * years + years // 4)

    calendar = []
    date = first
    while date <= kms.clock.now:
        calendar.append(date)
        date = date + dt.timedelta(days=period)
    pages = client.get_paginator("list_key_rotations").paginate(KeyId=key_id)
    rotations = [entry for page in pages for entry in page["Rotations"]]
    assert [entry["RotationDate"] for entry in rotations] == calendar
    assert {entry["RotationType"] for entry in rotations} <= {"AUTOMATIC"}
    ids = {entry["KeyMaterialId"] for entry in rotations}
    assert len(ids) == len(rotations)
    assert client.get_key_rotation_status(KeyId=key_id)["NextRotationDate"] == date
    if rotations:
        current = client.describe_key(KeyId=key_id)["KeyMetadata"]["CurrentKeyMaterialId"]
        assert current == rotations[-1]["KeyMaterialId"]


def test_one_jump_is_as_good_as_many_steps(kms: KmsMock, client: Any) -> None:
    """How often somebody looks does not matter."""
    watched, unwatched = (client.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    for key_id in (watched, unwatched):
        client.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=100)

    counts = []
    for _ in range(50):
        kms.clock.advance(days=10)
        counts.append(len(client.list_key_rotations(KeyId=watched)["Rotations"]))

    assert counts == [(10 * step) // 100 for step in range(1, 51)]
    assert len(client.list_key_rotations(KeyId=unwatched)["Rotations"]) == 5


def test_every_old_blob_opens(kms: KmsMock, client: Any, key_id: str) -> None:
    """Decrypt takes the material that made the blob, and names it."""
    client.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    blobs = []
    for number in range(12):
        made_by = client.describe_key(KeyId=key_id)["KeyMetadata"]["CurrentKeyMaterialId"]
        plaintext = f"secret {number}".encode()
        blob = client.encrypt(KeyId=key_id, Plaintext=plaintext)["CiphertextBlob"]
        blobs.append((plaintext, blob, made_by))
        kms.clock.advance(days=45)

    for plaintext, blob, made_by in blobs:
        opened = client.decrypt(CiphertextBlob=blob)
        assert opened["Plaintext"] == plaintext
        assert opened["KeyMaterialId"] == made_by
        assert kms.key(key_id).material_of(blob).id == made_by
    assert len({made_by for _, _, made_by in blobs}) == 6


def test_data_keys_and_re_encryption_name_their_material(client: Any, key_id: str) -> None:
    """KeyMaterialId is the current one; ReEncrypt tells both. Source: the API model."""
    old = client.describe_key(KeyId=key_id)["KeyMetadata"]["CurrentKeyMaterialId"]
    blob = client.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    client.rotate_key_on_demand(KeyId=key_id)
    new = client.describe_key(KeyId=key_id)["KeyMetadata"]["CurrentKeyMaterialId"]

    data_key = client.generate_data_key(KeyId=key_id, KeySpec="AES_256")
    moved = client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key_id)

    assert old != new
    assert data_key["KeyMaterialId"] == new
    assert (moved["SourceKeyMaterialId"], moved["DestinationKeyMaterialId"]) == (old, new)
    assert client.decrypt(CiphertextBlob=moved["CiphertextBlob"])["KeyMaterialId"] == new


def test_nothing_rotates_while_disabled(
    kms: KmsMock, client: Any, key_id: str, answer: Any
) -> None:
    """The status stays; the overdue rotation comes with re-enabling, and only one of them."""
    client.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    client.disable_key(KeyId=key_id)
    kms.clock.advance(days=1000)
    assert client.list_key_rotations(KeyId=key_id)["Rotations"] == []
    status = answer(client.get_key_rotation_status, KeyId=key_id)
    assert status["KeyRotationEnabled"] is True
    assert status["RotationPeriodInDays"] == 90

    client.enable_key(KeyId=key_id)

    [rotation] = client.list_key_rotations(KeyId=key_id)["Rotations"]
    assert abs(rotation["RotationDate"] - kms.clock.now) < SOON
    assert rotation["RotationType"] == "AUTOMATIC"
    due = client.get_key_rotation_status(KeyId=key_id)["NextRotationDate"]
    assert abs(due - kms.clock.now - 90 * DAY) < SOON


def test_short_break_does_not_move_the_schedule(kms: KmsMock, client: Any, key_id: str) -> None:
    """A key enabled again before its date resumes its prior schedule."""
    client.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    due = client.get_key_rotation_status(KeyId=key_id)["NextRotationDate"]
    kms.clock.advance(days=30)
    client.disable_key(KeyId=key_id)
    kms.clock.advance(days=30)
    client.enable_key(KeyId=key_id)

    assert client.get_key_rotation_status(KeyId=key_id)["NextRotationDate"] == due
    kms.clock.advance(days=31)
    [rotation] = client.list_key_rotations(KeyId=key_id)["Rotations"]
    assert rotation["RotationDate"] == due


def test_status_is_false_while_pending_deletion(
    kms: KmsMock, client: Any, key_id: str, answer: Any
) -> None:
    """Nothing rotates, and the former status comes back with the cancellation."""
    client.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    before = answer(client.get_key_rotation_status, KeyId=key_id)
    kms.clock.advance(days=80)
    client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=30)
    assert answer(client.get_key_rotation_status, KeyId=key_id) == {
        "KeyId": arn_of(key_id),
        "KeyRotationEnabled": False,
    }
    kms.clock.advance(days=20)
    assert client.list_key_rotations(KeyId=key_id)["Rotations"] == []

    client.cancel_key_deletion(KeyId=key_id)

    after = answer(client.get_key_rotation_status, KeyId=key_id)
    assert after["KeyRotationEnabled"] is True
    assert after["RotationPeriodInDays"] == before["RotationPeriodInDays"]
    assert client.list_key_rotations(KeyId=key_id)["Rotations"] == []  # Disabled by now
    client.enable_key(KeyId=key_id)
    assert len(client.list_key_rotations(KeyId=key_id)["Rotations"]) == 1


def test_cancelled_key_resumes_its_schedule(
    kms: KmsMock, client: Any, key_id: str, answer: Any
) -> None:
    """A date that has not passed meanwhile is still the next one."""
    client.enable_key_rotation(KeyId=key_id)
    before = answer(client.get_key_rotation_status, KeyId=key_id)
    client.schedule_key_deletion(KeyId=key_id)
    kms.clock.advance(days=29)
    client.cancel_key_deletion(KeyId=key_id)

    assert answer(client.get_key_rotation_status, KeyId=key_id) == before


def test_on_demand_rotation_is_done_by_the_next_call(
    kms: KmsMock, client: Any, key_id: str, answer: Any
) -> None:
    """RotateKeyOnDemand returns the ARN; the list tells the rest."""
    old = client.describe_key(KeyId=key_id)["KeyMetadata"]["CurrentKeyMaterialId"]

    assert answer(client.rotate_key_on_demand, KeyId=key_id) == {"KeyId": arn_of(key_id)}

    assert answer(client.get_key_rotation_status, KeyId=key_id) == {
        "KeyId": arn_of(key_id),
        "KeyRotationEnabled": False,
    }
    new = client.describe_key(KeyId=key_id)["KeyMetadata"]["CurrentKeyMaterialId"]
    listed = answer(client.list_key_rotations, KeyId=key_id)
    [entry] = listed.pop("Rotations")
    assert listed == {"Truncated": False}
    assert abs(entry.pop("RotationDate") - kms.clock.now) < SOON
    assert new != old
    assert entry == {
        "KeyId": arn_of(key_id),
        "KeyMaterialId": new,
        "KeyMaterialState": "CURRENT",
        "RotationType": "ON_DEMAND",
    }


def test_all_key_material_adds_the_first(client: Any, key_id: str, answer: Any) -> None:
    """The first has neither a date nor a type; one is CURRENT, all others NON_CURRENT."""
    first = client.describe_key(KeyId=key_id)["KeyMetadata"]["CurrentKeyMaterialId"]
    for _ in range(3):
        client.rotate_key_on_demand(KeyId=key_id)

    listed = answer(client.list_key_rotations, KeyId=key_id, IncludeKeyMaterial="ALL_KEY_MATERIAL")[
        "Rotations"
    ]

    assert listed[0] == {
        "KeyId": arn_of(key_id),
        "KeyMaterialId": first,
        "KeyMaterialState": "NON_CURRENT",
    }
    assert [entry["KeyMaterialState"] for entry in listed] == ["NON_CURRENT"] * 3 + ["CURRENT"]
    only = answer(client.list_key_rotations, KeyId=key_id, IncludeKeyMaterial="ROTATIONS_ONLY")
    assert only["Rotations"] == listed[1:]
    assert only == answer(client.list_key_rotations, KeyId=key_id)


@pytest.mark.parametrize("form", ["ROTATIONS_ONLY", "ALL_KEY_MATERIAL"])
@pytest.mark.parametrize("limit", [1, 2, 5, 1000])
def test_rotations_come_in_pages(client: Any, key_id: str, form: str, limit: int) -> None:
    """Pages lose nothing, repeat nothing, and the last has no NextMarker."""
    for _ in range(4):
        client.rotate_key_on_demand(KeyId=key_id)
    whole = client.list_key_rotations(KeyId=key_id, IncludeKeyMaterial=form)["Rotations"]

    found: list[dict[str, Any]] = []
    marker: dict[str, str] = {}
    while True:
        page = client.list_key_rotations(
            KeyId=key_id, IncludeKeyMaterial=form, Limit=limit, **marker
        )
        assert len(page["Rotations"]) <= limit
        assert page["Truncated"] is ("NextMarker" in page)
        found += page["Rotations"]
        if not page["Truncated"]:
            break
        marker = {"Marker": page["NextMarker"]}

    assert found == whole


def test_marker_is_one_of_the_same_list(client: Any, key_id: str, refusal: Any) -> None:
    """A marker of nowhere, or of another key's list, is refused."""
    other = client.create_key()["KeyMetadata"]["KeyId"]
    for _ in range(2):
        client.rotate_key_on_demand(KeyId=key_id)
        client.rotate_key_on_demand(KeyId=other)
    marker = client.list_key_rotations(KeyId=other, Limit=1)["NextMarker"]

    for wrong in (marker, "nonsense"):
        code, _ = refusal(client.list_key_rotations, KeyId=key_id, Marker=wrong)
        assert code == "InvalidMarkerException"


def test_key_rotates_on_demand_25_times(
    kms: KmsMock, client: Any, key_id: str, refusal: Any
) -> None:
    """For life. Automatic rotations do not count. Source: errors.csv, rotate-limit."""
    client.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    for _ in range(25):
        client.rotate_key_on_demand(KeyId=key_id)
        kms.clock.advance(days=91)
    expected = (
        "LimitExceededException",
        "The on-demand rotations limit has been reached for the given keyId. "
        f"No more on-demand rotations can be performed for this key: {arn_of(key_id)}",
    )

    assert refusal(client.rotate_key_on_demand, KeyId=key_id) == expected
    kms.clock.advance(days=5000)
    assert refusal(client.rotate_key_on_demand, KeyId=key_id) == expected

    types = [
        entry["RotationType"]
        for entry in client.list_key_rotations(KeyId=key_id, Limit=1000)["Rotations"]
    ]
    assert types.count("ON_DEMAND") == 25
    assert types.count("AUTOMATIC") > 25


def test_on_demand_does_not_move_the_schedule(kms: KmsMock, client: Any, key_id: str) -> None:
    """Source: KMS API Reference, RotateKeyOnDemand: April 10, and still April 14."""
    client.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=730)
    due = client.get_key_rotation_status(KeyId=key_id)["NextRotationDate"]
    kms.clock.advance(days=726)
    client.rotate_key_on_demand(KeyId=key_id)

    assert client.get_key_rotation_status(KeyId=key_id)["NextRotationDate"] == due
    kms.clock.advance(days=4 + 730)

    entries = client.list_key_rotations(KeyId=key_id)["Rotations"]
    assert [entry["RotationType"] for entry in entries] == ["ON_DEMAND", "AUTOMATIC", "AUTOMATIC"]
    assert [entry["RotationDate"] for entry in entries[1:]] == [due, due + 730 * DAY]


@pytest.mark.parametrize(("minutes", "is_refused"), [(19, True), (1, True), (21, False)])
def test_automatic_rotation_within_20_minutes_is_in_the_way(
    kms: KmsMock, client: Any, key_id: str, minutes: int, is_refused: bool
) -> None:
    """Source: limits.md; the model of RotateKeyOnDemand."""
    client.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    kms.clock.advance(days=90, minutes=-minutes)

    if is_refused:
        with pytest.raises(client.exceptions.ConflictException):
            client.rotate_key_on_demand(KeyId=key_id)
        assert client.list_key_rotations(KeyId=key_id)["Rotations"] == []
    else:
        client.rotate_key_on_demand(KeyId=key_id)
        assert len(client.list_key_rotations(KeyId=key_id)["Rotations"]) == 1


def test_refused_conflict_does_not_count(kms: KmsMock, client: Any, key_id: str) -> None:
    """Only rotations that are begun use up the 25."""
    client.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    kms.clock.advance(days=90, minutes=-5)
    for _ in range(3):
        with pytest.raises(client.exceptions.ConflictException):
            client.rotate_key_on_demand(KeyId=key_id)
    kms.clock.advance(minutes=6)

    for _ in range(25):
        client.rotate_key_on_demand(KeyId=key_id)


NEVER_ROTATING = [
    ("RSA_2048", "ENCRYPT_DECRYPT"),
    ("RSA_2048", "SIGN_VERIFY"),
    ("ECC_NIST_P256", "SIGN_VERIFY"),
    ("ECC_NIST_P256", "KEY_AGREEMENT"),
    ("ECC_SECG_P256K1", "SIGN_VERIFY"),
    ("HMAC_256", "GENERATE_VERIFY_MAC"),
]


@pytest.mark.parametrize(("spec", "usage"), NEVER_ROTATING)
def test_pairs_and_hmac_keys_never_rotate(
    client: Any, refusal: Any, answer: Any, spec: str, usage: str
) -> None:
    """RotateKeyOnDemand's error has no text; DisableKeyRotation succeeds all the same."""
    key_id = client.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]

    assert refusal(client.rotate_key_on_demand, KeyId=key_id) == (
        "UnsupportedOperationException",
        "",
    )
    assert refusal(client.enable_key_rotation, KeyId=key_id)[0] == "UnsupportedOperationException"
    assert refusal(client.list_key_rotations, KeyId=key_id)[0] == "UnsupportedOperationException"
    assert answer(client.disable_key_rotation, KeyId=key_id) == {}
    assert answer(client.get_key_rotation_status, KeyId=key_id) == {
        "KeyId": arn_of(key_id),
        "KeyRotationEnabled": False,
    }


@pytest.mark.parametrize("operation", ["enable_key_rotation", "disable_key_rotation"])
@pytest.mark.parametrize("spec", ["SYMMETRIC_DEFAULT", "HMAC_256"])
@pytest.mark.parametrize("has_material", [True, False])
def test_imported_keys_do_not_rotate_by_themselves(
    kms: KmsMock, client: Any, refusal: Any, operation: str, spec: KeySpecName, has_material: bool
) -> None:
    """The origin is looked at before the state. Source: errors.csv, rotation-external-origin."""
    key = kms.create_key(spec=spec, origin="EXTERNAL", material=bytes(32) if has_material else None)

    assert refusal(getattr(client, operation), KeyId=key.id) == (
        "UnsupportedOperationException",
        f"{key.arn} origin is EXTERNAL which is not valid for this operation.",
    )


@pytest.mark.parametrize("spec", ["RSA_4096", "HMAC_256", "SYMMETRIC_DEFAULT"])
@pytest.mark.parametrize("operation", ["rotate_key_on_demand", "enable_key_rotation"])
def test_state_goes_before_the_spec(
    kms: KmsMock, client: Any, refusal: Any, operation: str, spec: KeySpecName
) -> None:
    """Recorded of RotateKeyOnDemand on a disabled RSA key."""
    disabled, deleted = kms.create_key(spec=spec), kms.create_key(spec=spec)
    disabled.disable()
    deleted.schedule_deletion()

    assert refusal(getattr(client, operation), KeyId=disabled.id) == (
        "DisabledException",
        f"{disabled.arn} is disabled.",
    )
    assert refusal(getattr(client, operation), KeyId=deleted.id) == (
        "KMSInvalidStateException",
        f"{deleted.arn} is pending deletion.",
    )


def test_author_rotates_at_once(kms: KmsMock, client: Any) -> None:
    """key.rotate() is no call of the application, and over when it returns."""
    kms.transition_seconds = 60
    key = kms.create_key()
    blob = key.encrypt(b"secret")

    key.rotate()

    assert [material.state for material in key.materials] == ["NON_CURRENT", "CURRENT"]
    assert key.material_of(blob) == key.materials[0]
    assert key.material_of(key.encrypt(b"x")) == key.materials[1]
    assert key.materials[0].rotation_date is None
    assert key.materials[1].rotation_type == "ON_DEMAND"
    assert key.decrypt(blob) == b"secret"
    assert kms.calls.operations == []


def test_rotating_a_key_leaves_others_in_transition(
    kms: KmsMock, client: Any, west: Any, described: Any
) -> None:
    """key.rotate() ends what it has begun, and nothing else."""
    kms.transition_seconds = 60
    other = kms.create_key(multi_region=True)
    client.replicate_key(KeyId=other.id, ReplicaRegion="us-west-2")

    kms.create_key().rotate()

    assert described(west, other.id)["KeyState"] == "Creating"


def test_other_accounts_may_see_the_status_alone(
    kms: KmsMock, client: Any, key_id: str, refusal: Any
) -> None:
    """Of all operations on rotation, GetKeyRotationStatus alone works across accounts."""
    other = kms.client("us-east-1", principal="arn:aws:iam::210987654321:root")

    assert other.get_key_rotation_status(KeyId=arn_of(key_id))["KeyRotationEnabled"] is False
    for operation in ("enable_key_rotation", "rotate_key_on_demand", "list_key_rotations"):
        code, _ = refusal(getattr(other, operation), KeyId=arn_of(key_id))
        assert code == "AccessDeniedException"


def test_rotation_needs_no_clock_that_runs(client: Any, key_id: str) -> None:
    """With time standing still, a rotation is over at the next call all the same."""
    freezegun = pytest.importorskip("freezegun")
    with freezegun.freeze_time("2030-01-31T12:00:00Z"):
        for _ in range(3):
            client.rotate_key_on_demand(KeyId=key_id)

        assert len(client.list_key_rotations(KeyId=key_id)["Rotations"]) == 3


def test_other_tools_move_the_calendar(client: Any, key_id: str) -> None:
    """A jump of time itself rotates as one of `kms.clock` does."""
    freezegun = pytest.importorskip("freezegun")
    with freezegun.freeze_time("2024-01-31T12:00:00Z") as frozen:
        client.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=365)
        frozen.move_to("2034-02-01T00:00:00Z")

        rotations = client.list_key_rotations(KeyId=key_id)["Rotations"]

    start = dt.datetime(2024, 1, 31, 12, tzinfo=dt.UTC)
    expected = [start + dt.timedelta(days=365 * number) for number in range(1, 11)]
    assert [entry["RotationDate"] for entry in rotations] == expected
