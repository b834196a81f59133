"""Seeds of local-kms, as its users have them."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from pytest_kmsmock import KmsMock

FIRST = "bc436485-5092-42b8-92a3-0aa8b93536dc"
SECOND = "49c5492b-b1bc-42a8-9a5c-b2015e810c1c"
THIRD = "ff275b92-0def-4dfc-b0f6-87c96b26c6c7"
FOURTH = "41c31bc5-7e93-4b5b-9e93-0aa8b93536dc"
OLD = "5cdaead27fe7da2de47945d73cd6d79e36494e73802f3cd3869f1d2cb0b5d7a9"
NEW = "11" * 32

Find = Callable[[Any], list[str]]


@pytest.fixture
def seed(rsa_pem: str, ec_pem: str) -> dict[str, Any]:
    return {
        "Keys": {
            "Symmetric": {
                "Aes": [
                    {"Metadata": {"KeyId": FIRST}, "BackingKeys": [OLD, NEW]},
                    {"Metadata": {"KeyId": SECOND, "Origin": "EXTERNAL", "Description": "later"}},
                ]
            },
            "Asymmetric": {
                "Rsa": [
                    {
                        "Metadata": {"KeyId": THIRD, "KeyUsage": "SIGN_VERIFY"},
                        "PrivateKeyPem": rsa_pem,
                    }
                ],
                "Ecc": [{"Metadata": {"KeyId": FOURTH}, "PrivateKeyPem": ec_pem}],
            },
        },
        "Aliases": [
            {"AliasName": "alias/testing", "TargetKeyId": FIRST},
            {"AliasName": "alias/more", "TargetKeyId": FIRST},
        ],
    }


def test_a_key_that_has_been_rotated_opens_what_both_materials_made(
    kms: KmsMock, seed: dict[str, Any]
) -> None:
    """The last one encrypts."""
    older = copy.deepcopy(seed)
    older["Keys"]["Symmetric"]["Aes"][0]["BackingKeys"] = [OLD]
    before = kms.snapshot()
    kms.load(older)
    old_blob = kms.key(FIRST).encrypt(b"old")
    kms.restore(before)

    first, *_ = kms.load(seed)

    assert first.aliases == ["alias/testing", "alias/more"]
    assert first.decrypt(old_blob) == b"old"
    assert [each.state for each in first.materials] == ["NON_CURRENT", "CURRENT"]
    assert first.material_of(first.encrypt(b"x")) == first.materials[1]


def test_a_key_without_its_material_waits_for_it(kms: KmsMock, seed: dict[str, Any]) -> None:
    kms.load(seed)

    key = kms.key(SECOND)
    assert (key.state, key.metadata["Description"]) == ("PendingImport", "later")
    key.import_material(bytes.fromhex(OLD))
    assert key.state == "Enabled"


def test_a_key_of_imported_material_has_it(kms: KmsMock, seed: dict[str, Any]) -> None:
    seed["Keys"]["Symmetric"]["Aes"][1]["BackingKeys"] = [OLD]
    kms.load(seed)

    assert kms.key(SECOND).state == "Enabled"
    assert kms.key(SECOND).metadata["Origin"] == "EXTERNAL"


def test_key_pairs_are_those_of_the_file(
    kms: KmsMock,
    seed: dict[str, Any],
    rsa_key: rsa.RSAPrivateKey,
    ec_key: ec.EllipticCurvePrivateKey,
) -> None:
    """The size and the curve give the spec."""
    kms.load(seed)

    of_rsa, of_ec = kms.key(THIRD), kms.key(FOURTH)
    assert (of_rsa.spec, of_rsa.usage) == ("RSA_2048", "SIGN_VERIFY")
    assert (of_ec.spec, of_ec.usage) == ("ECC_NIST_P256", "SIGN_VERIFY")
    signature = of_rsa.sign(b"x", "RSASSA_PKCS1_V1_5_SHA_256")
    rsa_key.public_key().verify(signature, b"x", padding.PKCS1v15(), hashes.SHA256())
    ec_key.public_key().verify(of_ec.sign(b"x"), b"x", ec.ECDSA(hashes.SHA256()))


def test_a_rotation_to_come_comes(kms: KmsMock, seed: dict[str, Any]) -> None:
    due = kms.clock.now + dt.timedelta(days=3)
    seed["Keys"]["Symmetric"]["Aes"][0]["NextKeyRotation"] = due.isoformat()
    kms.load(seed)
    key = kms.key(FIRST)

    assert kms.client().get_key_rotation_status(KeyId=FIRST)["KeyRotationEnabled"]
    assert len(key.materials) == 2
    kms.clock.advance(days=4)
    assert [kms.key(FIRST)] == [key]
    assert len(key.materials) == 3


def test_a_rotation_that_is_past_comes_at_once(kms: KmsMock, seed: dict[str, Any]) -> None:
    """And but one, however long it is past."""
    seed["Keys"]["Symmetric"]["Aes"][0]["NextKeyRotation"] = "2019-09-12T15:19:21+00:00"
    kms.load(seed)

    assert len(kms.key(FIRST).materials) == 3


@pytest.mark.extra("yaml")
def test_a_file_is_loaded_as_it_is(kms: KmsMock, tmp_path: Path, ec_pem: str) -> None:
    """Dates and material need no quotes, also where they look like numbers."""
    pem = "".join(f"          {line}\n" for line in ec_pem.splitlines())
    (tmp_path / "seed.yaml").write_text(
        f"""
Keys:
  Symmetric:
    Aes:
      - Metadata:
          KeyId: {FIRST}
        BackingKeys:
          - {"0123456789" * 6}0123
          - {OLD}
        NextKeyRotation: 2019-09-12T15:19:21+00:00
  Asymmetric:
    Ecc:
      - Metadata:
          KeyId: {FOURTH}
        PrivateKeyPem: |
{pem}
Aliases:
  - AliasName: alias/testing
    TargetKeyId: {FIRST}
""",
        encoding="utf-8",
    )

    kms.load(tmp_path / "seed.yaml")

    assert kms.key("alias/testing").id == FIRST
    assert len(kms.key(FIRST).materials) == 3
    assert kms.key(FOURTH).spec == "ECC_NIST_P256"


@pytest.mark.parametrize("seed", [{"Keys": None}, {"Aliases": []}, {"Keys": {"Symmetric": None}}])
def test_all_parts_are_optional(kms: KmsMock, seed: dict[str, Any]) -> None:
    assert kms.load(seed) == []


def aes(**members: Any) -> dict[str, Any]:
    return {"Keys": {"Symmetric": {"Aes": [members]}}}


@pytest.mark.parametrize(
    ("seed", "says"),
    [
        ({"Keys": [], "Aliases": []}, "Keys: is no mapping"),
        ({"Keys": {"Symetric": {}}}, "Did you mean 'Symmetric'?"),
        ({"Keys": {}, "keys": []}, "there is no member 'keys' in a seed of local-kms"),
        ({"Keys": {"Symmetric": {"Rsa": []}}}, "It can have Aes"),
        ({"Keys": {"Symmetric": {"Aes": {}}}}, "Keys.Symmetric.Aes: is no list"),
        (aes(BackingKey=[OLD]), "Did you mean 'BackingKeys'?"),
        (aes(Metadata={"KeyID": FIRST}), "Keys.Symmetric.Aes[0].Metadata: there is no member"),
        (aes(Metadata={"KeyId": "1"}), "Aes[0] (1): Metadata.KeyId='1' is not a key ID"),
        (aes(Metadata={"KeyUsage": "SIGN_VERIFY"}), "usage='SIGN_VERIFY' is none of a SYMMETRIC"),
        (aes(BackingKeys=[OLD[:-2]]), "BackingKeys[0] has 31 bytes"),
        (aes(BackingKeys=[OLD, "?"]), "BackingKeys in [1] is neither hex digits nor Base64"),
        (aes(Metadata={"Origin": "EXTERNAL"}, BackingKeys=[OLD, NEW]), "EXTERNAL has one"),
        (aes(NextKeyRotation="soon"), "NextKeyRotation='soon' is no date with an offset"),
        (aes(NextKeyRotation="2030-01-31T12:00:00"), "is no date with an offset"),
        ({"Keys": {"Asymmetric": {"Rsa": [{}]}}}, "PrivateKeyPem is missing"),
        ({"Aliases": [{"AliasName": "alias/a"}]}, "TargetKeyId is missing"),
        ({"Aliases": [{"AliasName": "alias/a", "TargetKeyId": FIRST}]}, "the ID of no key of this"),
    ],
)
def test_a_mistake_is_named_in_the_words_of_the_file(
    mistakes: Find, seed: dict[str, Any], says: str
) -> None:
    [found] = mistakes(seed)

    assert says in found
    assert OLD[:12] not in found


def test_a_key_in_the_wrong_list_is_a_mistake(mistakes: Find, ec_pem: str) -> None:
    [found] = mistakes({"Keys": {"Asymmetric": {"Rsa": [{"PrivateKeyPem": ec_pem}]}}})

    assert found == (
        "Keys.Asymmetric.Rsa[0]: the private key is one of ECC_NIST_P256, and not of this list"
    )
