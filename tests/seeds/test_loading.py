"""What a seed says is there when it has been loaded."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms
from pytest_kmsmock.service.api.shapes import shapes_of
from pytest_kmsmock.service.values.specs import KEY_SPECS

KEY_ID = "11111111-2222-4333-8444-555555555555"
MRK_ID = "mrk-1234abcd12ab34cd56ef1234567890ab"
MATERIALS = ["ab" * 32, base64.b64encode(b"c" * 32).decode(), "ef" * 32]
GRANTEE = "arn:aws:iam::123456789012:role/app"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}],
}


def load(kms: KmsMock, **key: Any) -> Any:
    [loaded] = kms.load({"keys": [key]})
    return loaded


def test_a_key_is_as_the_seed_says(kms: KmsMock) -> None:
    key = load(
        kms,
        id=KEY_ID,
        aliases=["alias/app", "alias/other"],
        description="of the seed",
        tags={"team": "red", "cost": "7"},
        policy=POLICY,
        state="Disabled",
        region="eu-west-1",
        account="210987654321",
        rotation_days=100,
        grants=[{"GranteePrincipal": GRANTEE, "Operations": ["Decrypt"], "Name": "one"}],
    )

    assert key.arn == f"arn:aws:kms:eu-west-1:210987654321:key/{KEY_ID}"
    assert key.aliases == ["alias/app", "alias/other"]
    assert key.metadata["Description"] == "of the seed"
    assert key.tags == {"team": "red", "cost": "7"}
    assert key.policy == POLICY
    assert key.state == "Disabled"
    assert [(each["Name"], each["GranteePrincipal"]) for each in key.grants] == [("one", GRANTEE)]
    assert kms.calls == []


def test_without_more_a_key_is_the_usual_one(kms: KmsMock) -> None:
    key = load(kms)

    assert (key.spec, key.usage, key.state) == ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "Enabled")
    assert (key.aliases, key.tags, key.grants) == ([], {}, [])
    assert key.arn.startswith(f"arn:aws:kms:{kms.region}:{kms.account}:key/")
    assert kms.keys == [key]


def test_material_is_hex_or_else_base64(kms: KmsMock) -> None:
    """Of several the last encrypts, and all decrypt."""
    blobs = []
    for material in (bytes.fromhex(MATERIALS[0]), b"c" * 32):
        with mock_kms() as other:
            blobs.append(other.create_key(key_id=KEY_ID, material=material).encrypt(b"secret"))

    key = load(kms, id=KEY_ID, materials=MATERIALS)

    assert [key.decrypt(blob) for blob in blobs] == [b"secret", b"secret"]
    assert [each.state for each in key.materials] == ["NON_CURRENT", "NON_CURRENT", "CURRENT"]
    assert key.material_of(key.encrypt(b"x")) == key.materials[2]


@pytest.mark.skipif(
    "ImportType" not in shapes_of("ImportKeyMaterial").members,
    reason="this botocore knows one imported material a key",
)
def test_imported_material_can_have_been_rotated_too(kms: KmsMock) -> None:
    key = load(kms, origin="EXTERNAL", materials=MATERIALS)

    assert key.metadata["Origin"] == "EXTERNAL"
    assert [each.state for each in key.materials] == ["NON_CURRENT", "NON_CURRENT", "CURRENT"]
    assert key.decrypt(key.encrypt(b"x")) == b"x"


def test_without_material_an_imported_key_waits(kms: KmsMock) -> None:
    assert load(kms, origin="EXTERNAL").state == "PendingImport"
    assert load(kms, origin="EXTERNAL", state="PendingDeletion").state == "PendingDeletion"
    gone = load(kms, origin="EXTERNAL", state="PendingImport", material=MATERIALS[0])
    assert gone.state == "PendingImport"
    gone.import_material(bytes.fromhex(MATERIALS[0]))
    assert gone.state == "Enabled"


def test_a_private_key_gives_the_spec(kms: KmsMock, rsa_pem: str, ec_pem: str) -> None:
    """Unless the seed says it."""
    assert load(kms, private_key=rsa_pem).spec == "RSA_2048"
    assert load(kms, private_key=ec_pem).spec == "ECC_NIST_P256"
    key = load(kms, private_key=ec_pem, spec="ECC_NIST_P256", usage="KEY_AGREEMENT")
    assert key.usage == "KEY_AGREEMENT"
    with pytest.raises(KmsMockError, match="private_key has something else"):
        load(kms, private_key=ec_pem, spec="ECC_NIST_P384")


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_SECG_P256K1", "HMAC_384"])
def test_a_key_of_any_spec_is_made(kms: KmsMock, spec: str) -> None:
    key = load(kms, spec=spec)

    assert key.spec == spec
    assert key.usage == KEY_SPECS[spec].usual_usage


def test_replicas_come_with_their_primary_key(kms: KmsMock) -> None:
    """Each has what is its own."""
    key = load(
        kms,
        id=MRK_ID,
        alias="alias/app",
        multi_region=True,
        materials=MATERIALS[:2],
        replicas=[
            "eu-west-1",
            {
                "region": "us-west-2",
                "alias": "alias/west",
                "state": "Disabled",
                "tags": {"team": "red"},
                "policy": POLICY,
                "description": "over there",
                "grants": [{"GranteePrincipal": GRANTEE, "Operations": ["Decrypt"]}],
            },
        ],
    )

    there = kms.key("alias/west")
    assert [each.arn.split(":")[3] for each in kms.keys] == ["us-east-1", "eu-west-1", "us-west-2"]
    assert (there.id, there.state, there.tags) == (MRK_ID, "Disabled", {"team": "red"})
    assert (there.policy, there.metadata["Description"]) == (POLICY, "over there")
    assert len(there.grants) == 1
    europe = kms.keys[1]
    assert (europe.state, europe.aliases, europe.tags) == ("Enabled", [], {})
    assert europe.decrypt(key.encrypt(b"secret")) == b"secret"


def test_replicas_have_imported_material_unless_they_wait(kms: KmsMock) -> None:
    key = load(
        kms,
        multi_region=True,
        origin="EXTERNAL",
        material=MATERIALS[0],
        replicas=["eu-west-1", {"region": "us-west-2", "state": "PendingImport"}],
    )

    states = {each.arn.split(":")[3]: each.state for each in kms.keys}
    assert states == {"us-east-1": "Enabled", "eu-west-1": "Enabled", "us-west-2": "PendingImport"}
    assert kms.keys[1].decrypt(key.encrypt(b"x")) == b"x"


@pytest.mark.skipif(
    "ImportType" not in shapes_of("ImportKeyMaterial").members,
    reason="this botocore knows one imported material a key",
)
def test_replicas_have_all_materials_that_were_imported(kms: KmsMock) -> None:
    load(kms, multi_region=True, origin="EXTERNAL", materials=MATERIALS, replicas=["eu-west-1"])

    for key in kms.keys:
        assert [each.is_present for each in key.materials] == [True, True, True]
        assert [each.state for each in key.materials] == ["NON_CURRENT", "NON_CURRENT", "CURRENT"]


def test_the_deletion_of_a_primary_key_waits_for_its_replicas(kms: KmsMock) -> None:
    load(kms, multi_region=True, state="PendingDeletion", replicas=["eu-west-1"])

    assert [each.state for each in kms.keys] == ["PendingReplicaDeletion", "Enabled"]


def test_an_aws_managed_key_goes_by_its_alias(kms: KmsMock) -> None:
    key = load(kms, alias="alias/aws/s3", id=KEY_ID, materials=MATERIALS)

    assert (key.id, key.metadata["KeyManager"]) == (KEY_ID, "AWS")
    assert len(key.materials) == 3


def test_ciphertexts_open_under_their_key_and_context(kms: KmsMock) -> None:
    """The key is one of the seed, or was there."""
    kms.create_key(alias="alias/before")
    seed = {
        "keys": [{"id": KEY_ID}],
        "ciphertexts": [
            {"ciphertext": "b25l", "plaintext": "c2VjcmV0", "key": KEY_ID, "context": {"a": "b"}},
            {"ciphertext": "dHdv", "plaintext": "c2VjcmV0", "key": "alias/before"},
        ],
    }

    kms.load(seed)

    assert kms.key(KEY_ID).decrypt(b"one", {"a": "b"}) == b"secret"
    assert kms.key("alias/before").decrypt(b"two") == b"secret"
    with pytest.raises(ClientError):
        kms.key(KEY_ID).decrypt(b"one")


def test_a_seed_that_is_loaded_into_a_fork_leaves_the_outer_mock_alone(kms: KmsMock) -> None:
    with KmsMock(outer=kms._backend) as fork:
        key = load(fork, alias="alias/app")
        key.disable()

    assert kms.keys == []


def test_material_that_was_drawn_for_a_seed_is_not_drawn_again(kms: KmsMock) -> None:
    """Also the pairs of the pool, which are counted."""
    pairs = [load(kms, spec="RSA_2048"), kms.create_key(spec="RSA_2048")]

    assert len({key.public_key.public_numbers() for key in pairs}) == 2


def test_a_name_that_was_in_use_has_no_last_usage_of_before(kms: KmsMock) -> None:
    key = kms.create_key(key_id=KEY_ID)
    kms.client().encrypt(KeyId=KEY_ID, Plaintext=b"x")
    key.delete()

    load(kms, id=KEY_ID)

    assert kms._backend.registry.last_usages == {}
