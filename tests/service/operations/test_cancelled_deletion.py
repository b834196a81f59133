"""What ScheduleKeyDeletion takes, and CancelKeyDeletion gives back, of every kind of key."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMock
from pytest_kmsmock.handles.keys import InitialState
from pytest_kmsmock.service.values.specs import KeySpecName

pytestmark = pytest.mark.usefixtures("newest_model")

KINDS = [
    "SYMMETRIC_DEFAULT",
    "RSA_2048",
    "ECC_NIST_P256",
    "ECC_NIST_EDWARDS25519",
    "HMAC_256",
    "ML_DSA_44",
]


@pytest.mark.parametrize("spec", KINDS)
@pytest.mark.parametrize("state", ["Enabled", "Disabled"])
@pytest.mark.parametrize("multi_region", [False, True])
def test_cancelled_key_is_disabled(
    kms: KmsMock,
    client: Any,
    described: Any,
    spec: KeySpecName,
    state: InitialState,
    multi_region: bool,
) -> None:
    """Always Disabled, never the state of before; nothing else of it has changed."""
    key = kms.create_key(spec=spec, state=state, multi_region=multi_region)
    before = described(client, key.id)
    scheduled = client.schedule_key_deletion(KeyId=key.id, PendingWindowInDays=10)
    assert scheduled["KeyState"] == "PendingDeletion"
    assert described(client, key.id) == before | {
        "Enabled": False,
        "KeyState": "PendingDeletion",
        "DeletionDate": scheduled["DeletionDate"],
    }

    client.cancel_key_deletion(KeyId=key.id)

    assert described(client, key.id) == before | {"Enabled": False, "KeyState": "Disabled"}
    kms.clock.advance(days=40)
    client.enable_key(KeyId=key.id)
    assert described(client, key.id) == before | {"Enabled": True, "KeyState": "Enabled"}


@pytest.mark.parametrize("spec", ["SYMMETRIC_DEFAULT", "HMAC_256"])
def test_key_without_material_awaits_it_again(
    kms: KmsMock, client: Any, described: Any, spec: KeySpecName
) -> None:
    """It cannot be Disabled without material."""
    key = kms.create_key(spec=spec, origin="EXTERNAL")
    before = described(client, key.id)
    client.schedule_key_deletion(KeyId=key.id)

    client.cancel_key_deletion(KeyId=key.id)

    assert described(client, key.id) == before
    key.import_material(bytes(32))
    assert key.state == "Enabled"


@pytest.mark.parametrize("spec", ["SYMMETRIC_DEFAULT", "HMAC_256"])
def test_imported_key_is_disabled_with_its_material(
    kms: KmsMock, client: Any, described: Any, spec: KeySpecName
) -> None:
    """Its ExpirationModel is there in all three states."""
    key = kms.create_key(spec=spec, origin="EXTERNAL", material=bytes(32))
    before = described(client, key.id)
    assert before["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE"
    client.schedule_key_deletion(KeyId=key.id)
    assert described(client, key.id)["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE"

    client.cancel_key_deletion(KeyId=key.id)

    assert described(client, key.id) == before | {"Enabled": False, "KeyState": "Disabled"}


def test_material_deleted_meanwhile_is_missed(kms: KmsMock, client: Any, described: Any) -> None:
    """DeleteImportedKeyMaterial works while pending and leaves the state."""
    key = kms.create_key(origin="EXTERNAL", material=bytes(32))
    client.schedule_key_deletion(KeyId=key.id)
    client.delete_imported_key_material(KeyId=key.id)
    assert described(client, key.id)["KeyState"] == "PendingDeletion"

    client.cancel_key_deletion(KeyId=key.id)

    assert described(client, key.id)["KeyState"] == "PendingImport"


@pytest.mark.parametrize("state", ["Enabled", "Disabled", "PendingImport"])
def test_only_a_pending_deletion_can_be_cancelled(
    kms: KmsMock, client: Any, refusal: Any, state: InitialState
) -> None:
    """Source: KMS Developer Guide, key state table, footnote 4."""
    key = kms.create_key(origin="EXTERNAL" if state == "PendingImport" else "AWS_KMS", state=state)

    assert refusal(client.cancel_key_deletion, KeyId=key.id) == (
        "KMSInvalidStateException",
        f"{key.arn} is not pending deletion.",
    )


def test_on_demand_rotations_are_remembered(kms: KmsMock, client: Any) -> None:
    """Materials and their number outlive the scare."""
    key = kms.create_key()
    blob = key.encrypt(b"secret")
    for _ in range(24):
        key.rotate()
    client.schedule_key_deletion(KeyId=key.id)
    client.cancel_key_deletion(KeyId=key.id)
    client.enable_key(KeyId=key.id)

    client.rotate_key_on_demand(KeyId=key.id)

    with pytest.raises(client.exceptions.LimitExceededException):
        client.rotate_key_on_demand(KeyId=key.id)
    assert len(key.materials) == 26
    assert key.decrypt(blob) == b"secret"
