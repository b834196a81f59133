"""Keys, their material and aliases: what one tells of itself, and what it never shows."""

from __future__ import annotations

import attrs
import pytest
import samples

from pytest_kmsmock.crypto import ciphertext
from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.values.key import Alias, KmsKey, first_material, material_id
from pytest_kmsmock.service.values.specs import KeyUsage

FIRST, SECOND, PENDING = (
    samples.material(1, state="NON_CURRENT"),
    samples.material(2, state="CURRENT"),
    samples.material(3, state="PENDING_ROTATION"),
)


def sealed_by(key: KmsKey) -> bytes:
    return ciphertext.seal(key.secret, key.ciphertext_start, b"secret", {}, SYSTEM)


def test_a_key_encrypts_with_its_current_material() -> None:
    """Wherever it is among the others."""
    for materials in ((FIRST, SECOND), (FIRST, SECOND, PENDING), (SECOND, FIRST)):
        key = samples.key(materials=materials)
        assert key.material == SECOND
        assert key.secret == SECOND.secret


def test_a_changed_key_encrypts_with_what_is_current_then() -> None:
    """And its ciphertexts begin accordingly."""
    key = samples.key(materials=(attrs.evolve(FIRST, state="CURRENT"),))

    rotated = attrs.evolve(key, materials=(FIRST, SECOND))

    assert rotated.material == SECOND
    assert rotated.ciphertext_start != key.ciphertext_start
    assert rotated.ciphertext_tag == key.ciphertext_tag


def test_material_that_is_gone_is_told() -> None:
    """The ARN, as the key's state should not have let anybody ask."""
    key = samples.key(materials=(samples.material(secret=None),))

    with pytest.raises(LookupError, match=f"key material of {key.arn} is gone"):
        _ = key.secret


def test_a_key_that_waits_for_its_first_import_has_no_material() -> None:
    key = samples.key(materials=())

    assert key.material is None
    assert key.ciphertext_start == b""


@pytest.mark.parametrize(
    ("state", "is_permanent"),
    [
        ("CURRENT", True),
        ("NON_CURRENT", True),
        ("PENDING_ROTATION", False),
        ("PENDING_MULTI_REGION_IMPORT_AND_ROTATION", False),
    ],
)
def test_a_key_is_of_no_use_without_what_has_encrypted(state: str, is_permanent: bool) -> None:
    assert samples.material(state=state).is_permanent is is_permanent


def test_a_ciphertext_tells_its_material() -> None:
    """That of this key, and nobody else's."""
    old = samples.key(materials=(attrs.evolve(FIRST, state="CURRENT"),))
    rotated = attrs.evolve(old, materials=(FIRST, SECOND))
    other = samples.key(key_id="11111111-2222-4333-8444-555555555555")

    assert rotated.material_of(sealed_by(old)) == FIRST
    assert rotated.material_of(sealed_by(rotated)) == SECOND
    assert old.material_of(sealed_by(rotated)) is None
    assert rotated.material_of(sealed_by(other)) is None
    assert rotated.material_of(b"no ciphertext") is None


def test_ciphertexts_of_key_pairs_name_no_key() -> None:
    key = samples.key("RSA_2048", usage="ENCRYPT_DECRYPT")

    assert key.ciphertext_tag == key.ciphertext_start == b""


@pytest.mark.parametrize(
    ("usage", "algorithms"),
    [
        ("ENCRYPT_DECRYPT", ("SM2PKE",)),
        ("SIGN_VERIFY", ("SM2DSA",)),
        ("KEY_AGREEMENT", ("ECDH",)),
    ],
)
def test_algorithms_are_those_of_the_usage(usage: KeyUsage, algorithms: tuple[str, ...]) -> None:
    assert samples.key("SM2", usage=usage).algorithms == algorithms


def test_the_same_bytes_in_the_same_key_have_one_id() -> None:
    """In each of its Regions; in another key another one."""
    made = material_id(samples.KEY_ID, b"m" * 32)

    assert len(made) == 64
    assert made == material_id(samples.KEY_ID, b"m" * 32)
    assert made != material_id(samples.KEY_ID, b"n" * 32)
    assert made != material_id(samples.KEY_ID[:-1] + "0", b"m" * 32)


def test_material_that_kms_makes_has_an_id_of_its_own() -> None:
    """Which tells nothing of the bytes."""
    one, other = (first_material(b"m" * 32, SYSTEM) for _ in range(2))

    assert one.secret == other.secret == b"m" * 32
    assert len(one.id) == 64
    assert one.id != other.id
    assert one.state == "CURRENT"


def test_a_key_shows_no_secret() -> None:
    """A failed assertion prints the values it compared."""
    secret = bytes(range(100, 132))
    key = samples.key(materials=(samples.material(secret=secret),), policy="the policy")

    for shown in (repr(key), repr(key.material)):
        for hidden in (secret, key.ciphertext_tag):
            assert repr(hidden)[2:-1] not in shown
            assert hidden.hex() not in shown
    assert "the policy" not in repr(key)


def test_an_alias_has_an_arn() -> None:
    alias = Alias("123456789012", "cn-north-1", "alias/app", samples.KEY_ID, 0.0, 0.0)

    assert alias.arn == "arn:aws-cn:kms:cn-north-1:123456789012:alias/app"
