"""Adopted ciphertexts: the key and the context that open one."""

from __future__ import annotations

import attrs
import samples

from pytest_kmsmock.service.values.adopted import Adopted
from pytest_kmsmock.service.values.key import KmsKey

SECRET = b"hunter2-the-password"


def adopted_under(key: KmsKey) -> Adopted:
    return Adopted(
        ciphertext=b"blob",
        plaintext=SECRET,
        context={"tenant": "7"},
        key_arn=key.arn,
        key_tag=key.ciphertext_tag,
        is_multi_region=key.multi_region is not None,
        material_id=key.material.id,
    )


def in_region(key: KmsKey, region: str) -> KmsKey:
    return attrs.evolve(key, region=region, arn=key.arn.replace(key.region, region))


def test_it_opens_under_one_key_with_one_context() -> None:
    adopted = adopted_under(samples.key())
    other = samples.key(key_id="11111111-2222-4333-8444-555555555555")

    assert adopted.opens_under(samples.key(), {"tenant": "7"})
    assert not adopted.opens_under(samples.key(), {})
    assert not adopted.opens_under(samples.key(), {"tenant": "7", "more": ""})
    assert not adopted.opens_under(other, {"tenant": "7"})
    assert not adopted.opens_under(in_region(samples.key(), "eu-west-1"), {"tenant": "7"})


def test_related_keys_are_one() -> None:
    primary = samples.key(multi_region="PRIMARY")
    replica = attrs.evolve(in_region(primary, "eu-west-1"), multi_region="REPLICA")
    stranger = in_region(samples.key(), "eu-west-1")

    assert adopted_under(primary).is_of(replica)
    assert not adopted_under(primary).is_of(stranger)
    assert not adopted_under(samples.key()).is_of(replica)


def test_its_material_is_that_of_then_as_long_as_it_is_there() -> None:
    first, second = samples.material(1), samples.material(2)
    rotated = samples.key(materials=(attrs.evolve(first, state="NON_CURRENT"), second))

    assert adopted_under(samples.key(materials=(first,))).material_of(rotated).id == first.id
    assert (
        adopted_under(samples.key(materials=(first,))).material_of(samples.key(materials=(second,)))
        == second
    )


def test_it_shows_nothing_secret() -> None:
    assert SECRET.decode() not in repr(adopted_under(samples.key()))
