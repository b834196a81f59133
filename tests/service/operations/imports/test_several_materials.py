"""Several imported materials in one symmetric key, and rotation among them."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

import pytest

from pytest_kmsmock import KmsMock

pytestmark = pytest.mark.usefixtures("newest_model")

NEW = {"ImportType": "NEW_KEY_MATERIAL"}
EXISTING = {"ImportType": "EXISTING_KEY_MATERIAL"}


@pytest.fixture
def key_id(client: Any) -> str:
    """A symmetric key that awaits its import."""
    key_id: str = client.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    return key_id


def arn_of(key_id: str) -> str:
    return f"arn:aws:kms:us-east-1:123456789012:key/{key_id}"


def states(entries: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(entry["KeyMaterialState"], entry["ImportState"]) for entry in entries]


def test_recorded_sequence_of_import_and_rotation(
    client: Any,
    key_id: str,
    described: Any,
    materials: Any,
    import_material: Any,
    refusal: Any,
    answer: Any,
) -> None:
    """Import, import new, rotate: the answers that AWS gave, member by member."""
    arn = arn_of(key_id)
    assert refusal(client.rotate_key_on_demand, KeyId=key_id) == (
        "KMSInvalidStateException",
        f"{arn} is pending import.",
    )
    first = import_material(client, key_id, bytes(32))["KeyMaterialId"]
    assert refusal(client.rotate_key_on_demand, KeyId=key_id) == (
        "KMSInvalidStateException",
        f"No available key material pending rotation for the key: {arn}.",
    )
    blob = client.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]

    second = import_material(
        client, key_id, b"\1" * 32, **NEW, KeyMaterialDescription="the second of 2025"
    )["KeyMaterialId"]

    assert described(client, key_id)["CurrentKeyMaterialId"] == first
    assert described(client, key_id)["KeyState"] == "Enabled"
    assert client.list_key_rotations(KeyId=key_id)["Rotations"] == []
    assert materials(client, key_id) == [
        {
            "KeyId": arn,
            "KeyMaterialId": first,
            "KeyMaterialState": "CURRENT",
            "ImportState": "IMPORTED",
            "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
        },
        {
            "KeyId": arn,
            "KeyMaterialId": second,
            "KeyMaterialState": "PENDING_ROTATION",
            "ImportState": "IMPORTED",
            "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
            "KeyMaterialDescription": "the second of 2025",
        },
    ]
    code, text = refusal(import_material, client=client, key_id=key_id, material=b"\2" * 32, **NEW)
    assert code == "KMSInvalidStateException"
    assert text.startswith("New key material (id: ")
    assert text.endswith(
        f") cannot be imported into KMS key {arn}, "
        f"because another key material (id: {second}) is pending rotation."
    )

    assert answer(client.rotate_key_on_demand, KeyId=key_id) == {"KeyId": arn}

    assert described(client, key_id)["CurrentKeyMaterialId"] == second
    [rotation] = client.list_key_rotations(KeyId=key_id)["Rotations"]
    assert isinstance(rotation.pop("RotationDate"), dt.datetime)
    assert rotation == {
        "KeyId": arn,
        "KeyMaterialId": second,
        "KeyMaterialState": "CURRENT",
        "ImportState": "IMPORTED",
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
        "KeyMaterialDescription": "the second of 2025",
        "RotationType": "ON_DEMAND",
    }
    assert states(materials(client, key_id)) == [
        ("NON_CURRENT", "IMPORTED"),
        ("CURRENT", "IMPORTED"),
    ]
    opened = client.decrypt(CiphertextBlob=blob)
    assert (opened["Plaintext"], opened["KeyMaterialId"]) == (b"secret", first)
    new_blob = client.encrypt(KeyId=key_id, Plaintext=b"new")["CiphertextBlob"]
    assert client.decrypt(CiphertextBlob=new_blob)["KeyMaterialId"] == second
    assert refusal(client.rotate_key_on_demand, KeyId=key_id)[1] == (
        f"No available key material pending rotation for the key: {arn}."
    )


def test_first_import_is_new_by_default_and_later_ones_existing(
    client: Any, key_id: str, import_material: Any, materials: Any
) -> None:
    """Source: KMS API Reference, ImportKeyMaterial, ImportType."""
    with pytest.raises(client.exceptions.IncorrectKeyMaterialException):
        import_material(client, key_id, bytes(32), **EXISTING)
    import_material(client, key_id, bytes(32))

    with pytest.raises(client.exceptions.IncorrectKeyMaterialException):
        import_material(client, key_id, b"\1" * 32)
    import_material(client, key_id, bytes(32))

    assert len(materials(client, key_id)) == 1


def test_first_import_may_say_that_it_is_new(
    client: Any, key_id: str, import_material: Any, described: Any
) -> None:
    """It becomes CURRENT at once; there is nothing to rotate from."""
    material_id = import_material(client, key_id, bytes(32), **NEW)["KeyMaterialId"]

    assert described(client, key_id)["CurrentKeyMaterialId"] == material_id
    assert described(client, key_id)["KeyState"] == "Enabled"


@pytest.mark.parametrize("which", ["current", "former", "pending"])
def test_known_material_is_not_new(
    client: Any, key_id: str, import_material: Any, which: str
) -> None:
    """Material that is associated already, where new is expected: IncorrectKeyMaterial."""
    former, current, pending = (os.urandom(32) for _ in range(3))
    import_material(client, key_id, former)
    import_material(client, key_id, current, **NEW)
    client.rotate_key_on_demand(KeyId=key_id)
    if which == "pending":
        import_material(client, key_id, pending, **NEW)
    material = {"current": current, "former": former, "pending": pending}[which]

    with pytest.raises(client.exceptions.IncorrectKeyMaterialException):
        import_material(client, key_id, material, **NEW)


def test_material_may_be_named(
    client: Any, key_id: str, import_material: Any, refusal: Any
) -> None:
    """KeyMaterialId must be that of the bytes, and goes with EXISTING_KEY_MATERIAL only."""
    first, second = os.urandom(32), os.urandom(32)
    first_id = import_material(client, key_id, first)["KeyMaterialId"]
    second_id = import_material(client, key_id, second, **NEW)["KeyMaterialId"]

    again = import_material(client, key_id, first, KeyMaterialId=first_id)

    assert again["KeyMaterialId"] == first_id
    for material, named in ((first, second_id), (second, first_id), (first, "0" * 64)):
        with pytest.raises(client.exceptions.IncorrectKeyMaterialException):
            import_material(client, key_id, material, KeyMaterialId=named)
    code, _ = refusal(
        import_material,
        client=client,
        key_id=key_id,
        material=os.urandom(32),
        KeyMaterialId=first_id,
        **NEW,
    )
    assert code == "ValidationException"


def test_description_is_kept_unless_given_anew(
    client: Any, key_id: str, import_material: Any, materials: Any
) -> None:
    """Source: KMS API Reference, ImportKeyMaterial, KeyMaterialDescription."""
    import_material(client, key_id, bytes(32), KeyMaterialDescription="first")
    client.delete_imported_key_material(KeyId=key_id)
    assert materials(client, key_id)[0]["KeyMaterialDescription"] == "first"
    import_material(client, key_id, bytes(32))
    assert materials(client, key_id)[0]["KeyMaterialDescription"] == "first"

    import_material(client, key_id, bytes(32), KeyMaterialDescription="again")

    assert materials(client, key_id)[0]["KeyMaterialDescription"] == "again"


@pytest.fixture
def three(client: Any, key_id: str, import_material: Any) -> list[tuple[str, bytes, bytes]]:
    """A key with three materials: the ID, the bytes and a blob of each, oldest first."""
    found = []
    for number in range(3):
        material = bytes([number]) * 32
        kind = {} if number == 0 else NEW
        material_id = import_material(client, key_id, material, **kind)["KeyMaterialId"]
        if number:
            client.rotate_key_on_demand(KeyId=key_id)
        blob = client.encrypt(KeyId=key_id, Plaintext=b"%d" % number)["CiphertextBlob"]
        found.append((material_id, material, blob))
    return found


def test_all_blobs_open(client: Any, three: list[tuple[str, bytes, bytes]]) -> None:
    """Each by the material that made it."""
    for number, (material_id, _, blob) in enumerate(three):
        opened = client.decrypt(CiphertextBlob=blob)
        assert opened["Plaintext"] == b"%d" % number
        assert opened["KeyMaterialId"] == material_id


@pytest.mark.parametrize("gone", [0, 1, 2])
@pytest.mark.parametrize("way", ["deleted", "expired"])
def test_key_without_one_of_them_is_of_no_use(
    kms: KmsMock,
    client: Any,
    key_id: str,
    three: list[tuple[str, bytes, bytes]],
    import_material: Any,
    described: Any,
    materials: Any,
    refusal: Any,
    gone: int,
    way: str,
) -> None:
    """Any permanent material that is missing makes the whole key PendingImport."""
    material_id, material, _ = three[gone]
    if way == "deleted":
        deleted = client.delete_imported_key_material(KeyId=key_id, KeyMaterialId=material_id)
        assert deleted["KeyMaterialId"] == material_id
    else:
        import_material(client, key_id, material, days=1, KeyMaterialId=material_id)
        kms.clock.advance(days=2)

    metadata = described(client, key_id)
    assert metadata["KeyState"] == "PendingImport"
    assert metadata["CurrentKeyMaterialId"] == three[2][0]
    for _, _, blob in three:
        assert refusal(client.decrypt, CiphertextBlob=blob) == (
            "KMSInvalidStateException",
            f"{arn_of(key_id)} is pending import.",
        )
    listed = materials(client, key_id)
    assert [entry["ImportState"] for entry in listed] == [
        "PENDING_IMPORT" if number == gone else "IMPORTED" for number in range(3)
    ]
    assert listed[gone].keys().isdisjoint({"ExpirationModel", "ValidTo"})
    import_material(client, key_id, material)
    assert described(client, key_id)["KeyState"] == "Enabled"
    for _, _, blob in three:
        client.decrypt(CiphertextBlob=blob)


def test_all_must_be_there_again(
    client: Any,
    key_id: str,
    three: list[tuple[str, bytes, bytes]],
    import_material: Any,
    described: Any,
) -> None:
    """The state changes with the last of them. Source: ImportKeyMaterial."""
    for material_id, _, _ in three:
        client.delete_imported_key_material(KeyId=key_id, KeyMaterialId=material_id)

    seen = []
    for _, material, _ in reversed(three):
        import_material(client, key_id, material)
        seen.append(described(client, key_id)["KeyState"])

    assert seen == ["PendingImport", "PendingImport", "Enabled"]


def test_deletion_without_an_id_takes_the_current(
    client: Any,
    key_id: str,
    three: list[tuple[str, bytes, bytes]],
    materials: Any,
) -> None:
    """Source: KMS API Reference, DeleteImportedKeyMaterial."""
    deleted = client.delete_imported_key_material(KeyId=key_id)

    assert deleted["KeyMaterialId"] == three[2][0]
    assert [entry["ImportState"] for entry in materials(client, key_id)] == [
        "IMPORTED",
        "IMPORTED",
        "PENDING_IMPORT",
    ]


def test_unknown_material_cannot_be_deleted(client: Any, key_id: str, refusal: Any) -> None:
    """An ID that is not one of the key's."""
    code, _ = refusal(client.delete_imported_key_material, KeyId=key_id, KeyMaterialId="0" * 64)

    assert code in ("NotFoundException", "IncorrectKeyMaterialException")


def test_pending_material_may_be_replaced(
    client: Any, key_id: str, import_material: Any, described: Any, materials: Any
) -> None:
    """It is not permanent: its deletion leaves the key as it is, and another may follow."""
    first = import_material(client, key_id, bytes(32))["KeyMaterialId"]
    pending = import_material(client, key_id, b"\1" * 32, **NEW)["KeyMaterialId"]

    deleted = client.delete_imported_key_material(KeyId=key_id, KeyMaterialId=pending)

    assert deleted["KeyMaterialId"] == pending
    assert described(client, key_id)["KeyState"] == "Enabled"
    assert described(client, key_id)["CurrentKeyMaterialId"] == first
    with pytest.raises(client.exceptions.KMSInvalidStateException):
        client.rotate_key_on_demand(KeyId=key_id)
    other = import_material(client, key_id, b"\2" * 32, **NEW)["KeyMaterialId"]
    client.rotate_key_on_demand(KeyId=key_id)
    assert [entry["KeyMaterialId"] for entry in materials(client, key_id)] == [first, other]


def test_expired_pending_material_is_not_rotated_to(
    kms: KmsMock, client: Any, key_id: str, import_material: Any, described: Any, refusal: Any
) -> None:
    """KMS deletes what expires, and rotates to nothing that is not there."""
    first = import_material(client, key_id, bytes(32))["KeyMaterialId"]
    import_material(client, key_id, b"\1" * 32, **NEW, days=1)
    kms.clock.advance(days=2)
    assert described(client, key_id)["KeyState"] == "Enabled"

    assert refusal(client.rotate_key_on_demand, KeyId=key_id) == (
        "KMSInvalidStateException",
        f"No available key material pending rotation for the key: {arn_of(key_id)}.",
    )

    assert described(client, key_id)["KeyState"] == "Enabled"
    assert described(client, key_id)["CurrentKeyMaterialId"] == first


def test_earliest_date_is_the_keys(
    kms: KmsMock, client: Any, key_id: str, import_material: Any, described: Any
) -> None:
    """KeyMetadata.ValidTo looks at permanent material only, and at the first to expire."""
    import_material(client, key_id, bytes(32), days=100)
    import_material(client, key_id, b"\1" * 32, **NEW, days=50)

    def days_left() -> int:
        left: dt.timedelta = described(client, key_id)["ValidTo"] - kms.clock.now
        return round(left / dt.timedelta(days=1))

    assert days_left() == 100
    client.rotate_key_on_demand(KeyId=key_id)
    assert days_left() == 50
    import_material(client, key_id, b"\1" * 32)
    assert days_left() == 100
    import_material(client, key_id, bytes(32))
    assert described(client, key_id)["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE"


def test_dates_are_told_for_each_material(
    client: Any, key_id: str, import_material: Any, materials: Any
) -> None:
    """ValidTo is there with KEY_MATERIAL_EXPIRES only."""
    import_material(client, key_id, bytes(32), days=100)
    import_material(client, key_id, b"\1" * 32, **NEW)

    first, second = materials(client, key_id)

    assert first["ExpirationModel"] == "KEY_MATERIAL_EXPIRES"
    assert isinstance(first["ValidTo"], dt.datetime)
    assert second["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE"
    assert "ValidTo" not in second


def test_new_material_may_come_while_the_current_is_missing(
    client: Any, key_id: str, import_material: Any, described: Any, refusal: Any
) -> None:
    """The key goes on waiting for its permanent material, and cannot rotate meanwhile."""
    import_material(client, key_id, bytes(32))
    client.delete_imported_key_material(KeyId=key_id)

    import_material(client, key_id, b"\1" * 32, **NEW)

    assert described(client, key_id)["KeyState"] == "PendingImport"
    assert refusal(client.rotate_key_on_demand, KeyId=key_id)[1] == (
        f"{arn_of(key_id)} is pending import."
    )
    import_material(client, key_id, bytes(32))
    client.rotate_key_on_demand(KeyId=key_id)
    assert described(client, key_id)["KeyState"] == "Enabled"


def test_imported_key_rotates_25_times(
    client: Any, key_id: str, import_material: Any, refusal: Any, materials: Any
) -> None:
    """The limit is the same as of other keys; the material that is left stays pending."""
    import_material(client, key_id, os.urandom(32))
    for _ in range(25):
        import_material(client, key_id, os.urandom(32), **NEW)
        client.rotate_key_on_demand(KeyId=key_id)
    import_material(client, key_id, os.urandom(32), **NEW)

    assert refusal(client.rotate_key_on_demand, KeyId=key_id)[0] == "LimitExceededException"

    assert materials(client, key_id)[-1]["KeyMaterialState"] == "PENDING_ROTATION"


def test_status_of_an_imported_key_is_off(
    client: Any, key_id: str, import_material: Any, answer: Any
) -> None:
    """It has no automatic rotation. Source: key_states.md §6."""
    import_material(client, key_id, bytes(32))

    assert answer(client.get_key_rotation_status, KeyId=key_id) == {
        "KeyId": arn_of(key_id),
        "KeyRotationEnabled": False,
    }


def test_material_expires_while_deletion_is_pending(
    kms: KmsMock, client: Any, key_id: str, import_material: Any, described: Any
) -> None:
    """The state stays PendingDeletion; cancelled, the key lacks its material."""
    import_material(client, key_id, bytes(32), days=3)
    client.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=30)
    kms.clock.advance(days=5)
    assert described(client, key_id)["KeyState"] == "PendingDeletion"
    assert "ExpirationModel" not in described(client, key_id)

    client.cancel_key_deletion(KeyId=key_id)

    assert described(client, key_id)["KeyState"] == "PendingImport"
