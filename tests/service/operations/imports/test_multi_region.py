"""Imported multi-Region keys: each Region has its own import of the same bytes."""

from __future__ import annotations

import os
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pytest_kmsmock import KmsMock

pytestmark = pytest.mark.usefixtures("newest_model")

EAST, WEST, IRELAND = "us-east-1", "us-west-2", "eu-west-1"
NEW = {"ImportType": "NEW_KEY_MATERIAL"}
EXISTING = {"ImportType": "EXISTING_KEY_MATERIAL"}
AWAITED = "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
READY = "PENDING_ROTATION"
FIRST, SECOND = bytes(32), b"\1" * 32


def arn_of(key_id: str, region: str = EAST) -> str:
    return f"arn:aws:kms:{region}:123456789012:key/{key_id}"


@pytest.fixture
def primary(client: Any, import_material: Any) -> str:
    """The ID of an imported primary key in us-east-1."""
    key_id: str = client.create_key(MultiRegion=True, Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    import_material(client, key_id, FIRST)
    return key_id


@pytest.fixture
def pair(client: Any, west: Any, primary: str, import_material: Any) -> str:
    """The ID of an imported key, usable in us-east-1 and us-west-2."""
    client.replicate_key(KeyId=primary, ReplicaRegion=WEST)
    import_material(west, primary, FIRST)
    return primary


def states(entries: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(entry["KeyMaterialState"], entry["ImportState"]) for entry in entries]


def test_replica_begins_without_material(
    client: Any, west: Any, primary: str, described: Any, refusal: Any
) -> None:
    """Creating, then PendingImport; the primary goes on. Source: ReplicateKey."""
    made = client.replicate_key(KeyId=primary, ReplicaRegion=WEST)["ReplicaKeyMetadata"]
    assert made["KeyState"] == "Creating"
    assert made["Origin"] == "EXTERNAL"

    replica = described(west, primary)

    assert replica["KeyState"] == "PendingImport"
    assert replica.keys().isdisjoint({"CurrentKeyMaterialId", "ExpirationModel", "ValidTo"})
    assert refusal(west.encrypt, KeyId=primary, Plaintext=b"x") == (
        "KMSInvalidStateException",
        f"{arn_of(primary, WEST)} is pending import.",
    )
    assert described(client, primary)["KeyState"] == "Enabled"


def test_same_bytes_make_the_replica_usable(
    client: Any, west: Any, primary: str, described: Any, import_material: Any
) -> None:
    """The ID of the material is the same in both Regions, and blobs open in both."""
    client.replicate_key(KeyId=primary, ReplicaRegion=WEST)
    imported = import_material(west, primary, FIRST)

    assert imported == {
        "KeyId": arn_of(primary, WEST),
        "KeyMaterialId": described(client, primary)["CurrentKeyMaterialId"],
    }
    assert described(west, primary)["KeyState"] == "Enabled"
    assert described(west, primary)["CurrentKeyMaterialId"] == imported["KeyMaterialId"]
    for one, other in ((client, west), (west, client)):
        blob = one.encrypt(KeyId=primary, Plaintext=b"secret")["CiphertextBlob"]
        assert other.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


@pytest.mark.parametrize("params", [{}, EXISTING])
def test_other_bytes_do_not(
    client: Any,
    west: Any,
    primary: str,
    described: Any,
    import_material: Any,
    params: dict[str, str],
) -> None:
    """A replica takes what the primary has."""
    client.replicate_key(KeyId=primary, ReplicaRegion=WEST)

    with pytest.raises(west.exceptions.IncorrectKeyMaterialException):
        import_material(west, primary, SECOND, **params)

    assert described(west, primary)["KeyState"] == "PendingImport"


def test_new_material_goes_to_the_primary_first(
    west: Any, pair: str, import_material: Any, refusal: Any, described: Any
) -> None:
    """A replica takes no new material itself. Source: KMS API Reference, ImportKeyMaterial."""
    code, _ = refusal(import_material, client=west, key_id=pair, material=SECOND, **NEW)

    assert code in ("UnsupportedOperationException", "IncorrectKeyMaterialException")
    assert described(west, pair)["KeyState"] == "Enabled"


@pytest.mark.parametrize("spec", ["HMAC_256", "ECC_NIST_P256"])
def test_other_keys_are_imported_in_each_region(
    client: Any, west: Any, import_material: Any, described: Any, spec: str
) -> None:
    """The replica takes the primary's bytes and no others."""
    usage = "GENERATE_VERIFY_MAC" if spec == "HMAC_256" else "SIGN_VERIFY"

    def material() -> bytes:
        if spec == "HMAC_256":
            return os.urandom(32)
        return ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    own = material()
    key_id = client.create_key(MultiRegion=True, Origin="EXTERNAL", KeySpec=spec, KeyUsage=usage)[
        "KeyMetadata"
    ]["KeyId"]
    import_material(client, key_id, own)
    client.replicate_key(KeyId=key_id, ReplicaRegion=WEST)
    assert described(west, key_id)["KeyState"] == "PendingImport"

    with pytest.raises(west.exceptions.IncorrectKeyMaterialException):
        import_material(west, key_id, material())
    import_material(west, key_id, own)

    if spec == "HMAC_256":
        request = {"KeyId": key_id, "Message": b"m", "MacAlgorithm": "HMAC_SHA_256"}
        assert west.verify_mac(**request, Mac=client.generate_mac(**request)["Mac"])["MacValid"]
    else:
        keys = [each.get_public_key(KeyId=key_id)["PublicKey"] for each in (client, west)]
        assert keys[0] == keys[1]


def test_key_without_material_is_not_replicated(client: Any, refusal: Any) -> None:
    """Source: key_states.csv, ReplicateKey, PendingImport."""
    key_id = client.create_key(MultiRegion=True, Origin="EXTERNAL")["KeyMetadata"]["KeyId"]

    assert refusal(client.replicate_key, KeyId=key_id, ReplicaRegion=WEST) == (
        "KMSInvalidStateException",
        f"{arn_of(key_id)} is pending import.",
    )


def test_rotation_waits_for_all_regions(
    client: Any,
    west: Any,
    ireland: Any,
    pair: str,
    import_material: Any,
    described: Any,
    materials: Any,
    refusal: Any,
) -> None:
    """New to the primary, the same bytes to every replica, then RotateKeyOnDemand."""
    client.replicate_key(KeyId=pair, ReplicaRegion=IRELAND)
    import_material(ireland, pair, FIRST)
    first = described(client, pair)["CurrentKeyMaterialId"]
    blob = west.encrypt(KeyId=pair, Plaintext=b"old")["CiphertextBlob"]

    second = import_material(client, pair, SECOND, **NEW)["KeyMaterialId"]
    assert states(materials(client, pair)) == [("CURRENT", "IMPORTED"), (AWAITED, "IMPORTED")]
    for replica in (west, ireland):
        assert states(materials(replica, pair)) == [
            ("CURRENT", "IMPORTED"),
            (AWAITED, "PENDING_IMPORT"),
        ]
        assert described(replica, pair)["KeyState"] == "Enabled"
    assert refusal(client.rotate_key_on_demand, KeyId=pair) == (
        "KMSInvalidStateException",
        f"No available key material pending rotation for the key: {arn_of(pair)}.",
    )

    assert import_material(west, pair, SECOND, **EXISTING)["KeyMaterialId"] == second
    assert materials(client, pair)[1]["KeyMaterialState"] == AWAITED
    assert refusal(client.rotate_key_on_demand, KeyId=pair)[0] == "KMSInvalidStateException"

    import_material(ireland, pair, SECOND)
    for each in (client, west, ireland):
        assert states(materials(each, pair))[1] == (READY, "IMPORTED")
        assert described(each, pair)["CurrentKeyMaterialId"] == first
    client.rotate_key_on_demand(KeyId=pair)

    for each in (client, west, ireland):
        assert described(each, pair)["CurrentKeyMaterialId"] == second
        assert described(each, pair)["KeyState"] == "Enabled"
        assert states(materials(each, pair)) == [
            ("NON_CURRENT", "IMPORTED"),
            ("CURRENT", "IMPORTED"),
        ]
        opened = each.decrypt(CiphertextBlob=blob)
        assert (opened["Plaintext"], opened["KeyMaterialId"]) == (b"old", first)
        [rotation] = each.list_key_rotations(KeyId=pair)["Rotations"]
        assert rotation["RotationType"] == "ON_DEMAND"
    new = ireland.encrypt(KeyId=pair, Plaintext=b"new")["CiphertextBlob"]
    assert west.decrypt(CiphertextBlob=new)["KeyMaterialId"] == second


def test_rotation_is_the_primarys(
    client: Any, west: Any, pair: str, import_material: Any, refusal: Any
) -> None:
    """Also when the material is there in all Regions."""
    import_material(client, pair, SECOND, **NEW)
    import_material(west, pair, SECOND)

    assert refusal(west.rotate_key_on_demand, KeyId=pair)[0] == "UnsupportedOperationException"


def test_pending_material_deleted_on_the_primary_is_gone_everywhere(
    client: Any, west: Any, pair: str, import_material: Any, materials: Any, described: Any
) -> None:
    """Source: KMS API Reference, DeleteImportedKeyMaterial."""
    second = import_material(client, pair, SECOND, **NEW)["KeyMaterialId"]
    import_material(west, pair, SECOND)

    client.delete_imported_key_material(KeyId=pair, KeyMaterialId=second)

    for each in (client, west):
        assert states(materials(each, pair)) == [("CURRENT", "IMPORTED")]
        assert described(each, pair)["KeyState"] == "Enabled"
    third = import_material(client, pair, b"\2" * 32, **NEW)["KeyMaterialId"]
    assert materials(client, pair)[-1]["KeyMaterialId"] == third


def test_pending_material_deleted_on_a_replica_is_awaited_again(
    client: Any,
    west: Any,
    pair: str,
    import_material: Any,
    materials: Any,
    described: Any,
    refusal: Any,
) -> None:
    """Only that replica lacks it; the set cannot rotate until it has it again."""
    second = import_material(client, pair, SECOND, **NEW)["KeyMaterialId"]
    import_material(west, pair, SECOND)

    west.delete_imported_key_material(KeyId=pair, KeyMaterialId=second)

    assert states(materials(west, pair))[1] == (AWAITED, "PENDING_IMPORT")
    assert states(materials(client, pair))[1] == (AWAITED, "IMPORTED")
    assert described(west, pair)["KeyState"] == "Enabled"
    assert refusal(client.rotate_key_on_demand, KeyId=pair)[0] == "KMSInvalidStateException"
    import_material(west, pair, SECOND)
    client.rotate_key_on_demand(KeyId=pair)
    assert described(west, pair)["CurrentKeyMaterialId"] == second


def test_pending_material_that_expires_in_a_replica_is_awaited_again(
    kms: KmsMock,
    client: Any,
    west: Any,
    pair: str,
    import_material: Any,
    materials: Any,
    described: Any,
    refusal: Any,
) -> None:
    """Expiry is per Region; a replica must never be Enabled without its current material."""
    import_material(client, pair, SECOND, **NEW)
    import_material(west, pair, SECOND, days=1)
    kms.clock.advance(days=2)

    assert states(materials(west, pair))[1] == (AWAITED, "PENDING_IMPORT")
    assert refusal(client.rotate_key_on_demand, KeyId=pair)[0] == "KMSInvalidStateException"

    assert described(west, pair)["KeyState"] == "Enabled"
    assert west.encrypt(KeyId=pair, Plaintext=b"x")["CiphertextBlob"]


def test_pending_material_that_expires_in_the_primary_does_not_rotate(
    kms: KmsMock,
    client: Any,
    west: Any,
    pair: str,
    import_material: Any,
    described: Any,
    refusal: Any,
) -> None:
    """There is nothing to rotate to, and both keys are as they were."""
    import_material(client, pair, SECOND, **NEW, days=1)
    import_material(west, pair, SECOND)
    kms.clock.advance(days=2)

    assert refusal(client.rotate_key_on_demand, KeyId=pair)[0] == "KMSInvalidStateException"

    for each in (client, west):
        assert described(each, pair)["KeyState"] == "Enabled"
        assert each.encrypt(KeyId=pair, Plaintext=b"x")["CiphertextBlob"]


def test_new_replica_awaits_what_is_pending(
    client: Any,
    west: Any,
    primary: str,
    import_material: Any,
    materials: Any,
    described: Any,
    refusal: Any,
) -> None:
    """A key replicated with pending material cannot rotate until the replica has it."""
    second = import_material(client, primary, SECOND, **NEW)["KeyMaterialId"]
    assert materials(client, primary)[1]["KeyMaterialState"] == READY

    client.replicate_key(KeyId=primary, ReplicaRegion=WEST)
    import_material(west, primary, FIRST)

    assert described(west, primary)["KeyState"] == "Enabled"
    assert materials(client, primary)[1]["KeyMaterialState"] == AWAITED
    assert refusal(client.rotate_key_on_demand, KeyId=primary)[0] == "KMSInvalidStateException"
    import_material(west, primary, SECOND)
    client.rotate_key_on_demand(KeyId=primary)
    assert described(west, primary)["CurrentKeyMaterialId"] == second
    assert west.encrypt(KeyId=primary, Plaintext=b"x")["CiphertextBlob"]


def test_deleted_replica_is_not_waited_for(
    kms: KmsMock, client: Any, west: Any, pair: str, import_material: Any, materials: Any
) -> None:
    """When all keys that are left have the material, it is ready."""
    import_material(client, pair, SECOND, **NEW)
    west.schedule_key_deletion(KeyId=pair, PendingWindowInDays=7)
    kms.clock.advance(days=8)

    assert materials(client, pair)[1]["KeyMaterialState"] == READY
    client.rotate_key_on_demand(KeyId=pair)


def test_new_replica_needs_all_former_material(
    client: Any, west: Any, primary: str, import_material: Any, described: Any
) -> None:
    """Each permanent material of the primary is imported into the replica too."""
    old = client.encrypt(KeyId=primary, Plaintext=b"old")["CiphertextBlob"]
    import_material(client, primary, SECOND, **NEW)
    client.rotate_key_on_demand(KeyId=primary)
    client.replicate_key(KeyId=primary, ReplicaRegion=WEST)

    import_material(west, primary, SECOND)
    assert described(west, primary)["KeyState"] == "PendingImport"
    import_material(west, primary, FIRST)

    assert described(west, primary)["KeyState"] == "Enabled"
    assert west.decrypt(CiphertextBlob=old)["Plaintext"] == b"old"


@pytest.mark.parametrize("whose", ["primary", "replica"])
def test_deletion_of_current_material_is_per_region(
    client: Any, west: Any, pair: str, import_material: Any, described: Any, whose: str
) -> None:
    """The other keys remain unchanged."""
    one, other = (client, west) if whose == "primary" else (west, client)

    one.delete_imported_key_material(KeyId=pair)

    assert described(one, pair)["KeyState"] == "PendingImport"
    assert described(other, pair)["KeyState"] == "Enabled"
    import_material(one, pair, FIRST)
    assert described(one, pair)["KeyState"] == "Enabled"


def test_expiry_is_per_region(
    kms: KmsMock, client: Any, west: Any, pair: str, import_material: Any, described: Any
) -> None:
    """Each import has its own date."""
    import_material(west, pair, FIRST, days=5)
    assert described(client, pair)["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE"
    assert described(west, pair)["ExpirationModel"] == "KEY_MATERIAL_EXPIRES"

    kms.clock.advance(days=6)

    assert described(client, pair)["KeyState"] == "Enabled"
    assert described(west, pair)["KeyState"] == "PendingImport"


def test_bytes_do_not_travel(
    kms: KmsMock, client: Any, west: Any, primary: str, described: Any
) -> None:
    """Whatever the primary does, a replica has no material before it is imported there."""
    client.replicate_key(KeyId=primary, ReplicaRegion=WEST)
    client.disable_key(KeyId=primary)
    client.enable_key(KeyId=primary)
    kms.clock.advance(days=1)
    west.schedule_key_deletion(KeyId=primary)
    west.cancel_key_deletion(KeyId=primary)

    assert described(west, primary)["KeyState"] == "PendingImport"


def test_token_is_bound_to_its_region(client: Any, west: Any, pair: str, wrap: Any) -> None:
    """A token of the primary is none for the replica, although the key ID is the same."""
    wanted = client.get_parameters_for_import(
        KeyId=pair, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
    )

    with pytest.raises(west.exceptions.InvalidImportTokenException):
        west.import_key_material(
            KeyId=pair,
            ImportToken=wanted["ImportToken"],
            EncryptedKeyMaterial=wrap(wanted["PublicKey"], "RSAES_OAEP_SHA_256", FIRST),
            ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
        )


def test_roles_can_be_swapped(
    client: Any, west: Any, pair: str, import_material: Any, described: Any, refusal: Any
) -> None:
    """New material goes to the new primary from then on."""
    client.update_primary_region(KeyId=pair, PrimaryRegion=WEST)

    code, _ = refusal(import_material, client=client, key_id=pair, material=SECOND, **NEW)
    assert code in ("UnsupportedOperationException", "IncorrectKeyMaterialException")
    second = import_material(west, pair, SECOND, **NEW)["KeyMaterialId"]
    import_material(client, pair, SECOND)
    west.rotate_key_on_demand(KeyId=pair)

    for each in (client, west):
        assert described(each, pair)["CurrentKeyMaterialId"] == second


def test_replica_without_material_cannot_become_primary(
    client: Any, primary: str, refusal: Any
) -> None:
    """Both must be Enabled; the text names the replica."""
    client.replicate_key(KeyId=primary, ReplicaRegion=WEST)

    assert refusal(client.update_primary_region, KeyId=primary, PrimaryRegion=WEST) == (
        "KMSInvalidStateException",
        f"{arn_of(primary, WEST)} is pending import.",
    )


def test_author_imports_in_each_region(kms: KmsMock, client: Any, pair: str) -> None:
    """key.import_material() knows what is new and what is not."""
    here, there = kms.key(arn_of(pair)), kms.key(arn_of(pair, WEST))

    assert here.import_material(SECOND) == there.import_material(SECOND)
    here.rotate()

    assert [material.state for material in there.materials] == ["NON_CURRENT", "CURRENT"]
    assert here.decrypt(there.encrypt(b"secret")) == b"secret"


def test_primary_kept_in_the_end_can_rotate(
    kms: KmsMock, client: Any, west: Any, pair: str, import_material: Any, materials: Any
) -> None:
    """A replica that is gone is not waited for, also while the primary is to be deleted too."""
    second = import_material(client, pair, SECOND, **NEW)["KeyMaterialId"]
    for each in (client, west):
        each.schedule_key_deletion(KeyId=pair, PendingWindowInDays=7)
    kms.clock.advance(days=8)

    assert materials(client, pair)[1]["KeyMaterialState"] == READY
    client.cancel_key_deletion(KeyId=pair)
    client.enable_key(KeyId=pair)
    client.rotate_key_on_demand(KeyId=pair)

    assert client.describe_key(KeyId=pair)["KeyMetadata"]["CurrentKeyMaterialId"] == second
