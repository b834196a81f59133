"""What an account has in a Region, and by what it is found."""

from __future__ import annotations

import attrs
import samples
from samples import ACCOUNT, KEY_ID, NOW, REGION, STORE_ID

from pytest_kmsmock.service.state.resources import Resources, nothing
from pytest_kmsmock.service.values.key import Alias, KmsKey

OTHER_ID = "11111111-2222-4333-8444-555555555555"
FRIEND = "210987654321"


def of(*keys: KmsKey) -> Resources:
    made = Resources(ACCOUNT, REGION)
    for key in keys:
        made.put_key(key)
    return made


def alias(name: str, key_id: str = KEY_ID) -> Alias:
    return Alias(ACCOUNT, REGION, f"alias/{name}", key_id, NOW, NOW)


def names(resources: Resources) -> list[str]:
    return [each.name for each in resources.aliases]


def test_arns_are_of_the_account_the_region_and_its_partition() -> None:
    resources = Resources(ACCOUNT, "cn-north-1")

    assert resources.arn_prefix == "arn:aws-cn:kms:cn-north-1:123456789012:key/"
    assert resources.root_arn == "arn:aws-cn:iam::123456789012:root"
    assert (resources.last_number, resources.given_keys, resources.managed_keys) == (0, 0, 0)


def test_a_key_is_found_by_what_names_it_in_a_ciphertext() -> None:
    """As long as it is there; a key pair is named in none."""
    key, pair = samples.key(), samples.key("RSA_2048", key_id=OTHER_ID)
    resources = of(key, pair)

    assert resources.key_of_ciphertext(key.ciphertext_tag) == key
    assert resources.key_of_ciphertext(pair.ciphertext_tag) is None
    resources.remove_key(key)
    assert resources.key_of_ciphertext(key.ciphertext_tag) is None
    assert list(resources.keys) == [pair]


def test_aliases_of_a_key_come_as_they_were_given() -> None:
    """All of them together by their names."""
    resources = of(samples.key())

    for name in ("b", "a", "c"):
        resources.put_alias(alias(name))

    assert resources.aliases_of(KEY_ID) == ("alias/b", "alias/a", "alias/c")
    assert names(resources) == ["alias/a", "alias/b", "alias/c"]
    assert resources.aliases_of(OTHER_ID) == ()


def test_an_alias_that_moves_is_one_keys_only() -> None:
    resources = of(samples.key(), samples.key(key_id=OTHER_ID))
    resources.put_alias(alias("a"))
    resources.put_alias(alias("b", OTHER_ID))

    resources.put_alias(alias("a", OTHER_ID))

    assert resources.aliases_of(KEY_ID) == ()
    assert resources.aliases_of(OTHER_ID) == ("alias/b", "alias/a")
    assert names(resources) == ["alias/a", "alias/b"]


def test_an_alias_that_is_removed_leaves_the_others() -> None:
    resources = of(samples.key())
    for name in ("a", "b"):
        resources.put_alias(alias(name))

    resources.remove_alias(alias("a"))

    assert names(resources) == ["alias/b"]
    assert resources.aliases_of(KEY_ID) == ("alias/b",)


def test_aliases_go_with_their_key() -> None:
    resources = of(samples.key(), samples.key(key_id=OTHER_ID))
    for given in (alias("a"), alias("b", OTHER_ID), alias("c")):
        resources.put_alias(given)

    resources.remove_key(samples.key())

    assert names(resources) == ["alias/b"]
    assert resources.aliases_of(KEY_ID) == ()


def test_keys_are_found_by_their_custom_key_store() -> None:
    """As they are now, not as they were when they came."""
    key, other = samples.stored_key(), samples.stored_key(key_id=OTHER_ID)
    resources = of(key, other, samples.key(key_id=KEY_ID[:-1] + "0"))
    disabled = attrs.evolve(other, state="Disabled")

    resources.put_key(disabled)

    assert resources.keys_of_store(STORE_ID) == [key, disabled]
    assert resources.keys_of_store("cks-other") == []
    resources.remove_key(key)
    assert resources.keys_of_store(STORE_ID) == [disabled]
    resources.remove_key(disabled)
    assert resources.keys_of_store(STORE_ID) == []


def test_keys_are_found_by_whom_they_are_shared_with() -> None:
    """No longer than they are."""
    key = samples.key(shared_with=(FRIEND,))
    resources = of(samples.key(), samples.key(key_id=OTHER_ID))

    resources.put_key(key)

    assert resources.keys_shared_with(FRIEND) == [key]
    assert resources.keys_shared_with("111111111111") == []
    resources.put_key(samples.key())
    assert resources.keys_shared_with(FRIEND) == []
    resources.put_key(key)
    resources.remove_key(key)
    assert resources.keys_shared_with(FRIEND) == []


def test_keys_are_counted_that_no_quota_counts() -> None:
    """Once each, however often they change."""
    managed = samples.key(manager="AWS", number=1)
    given = samples.key(key_id=OTHER_ID, is_given=True, number=2)
    called = samples.key(key_id=KEY_ID[:-1] + "0", number=3)
    resources = of(managed, given, attrs.evolve(given, state="Disabled"), called)

    assert (resources.managed_keys, resources.given_keys, resources.last_number) == (1, 1, 3)
    resources.remove_key(managed)
    assert (resources.managed_keys, resources.given_keys) == (0, 1)
    resources.remove_key(given)
    assert (resources.managed_keys, resources.given_keys, resources.last_number) == (0, 0, 3)


def test_a_copy_goes_its_own_way() -> None:
    original = of(samples.key())
    original.put_alias(alias("a"))
    copied = original.copy()

    copied.remove_key(samples.key())
    original.put_alias(alias("b"))

    assert (list(copied.keys), names(copied), copied.aliases_of(KEY_ID)) == ([], [], ())
    assert original.aliases_of(KEY_ID) == ("alias/a", "alias/b")
    assert (copied.account, copied.region) == (ACCOUNT, REGION)


def test_where_nothing_was_made_there_is_nothing() -> None:
    assert list(nothing(ACCOUNT, REGION).keys) == []
    assert nothing(ACCOUNT, REGION).root_arn == "arn:aws:iam::123456789012:root"
