"""A key by any of its names: `kms.key`."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMock, KmsMockError

# key and keys.


def test_a_key_is_found_by_all_its_names(kms: KmsMock) -> None:
    key = kms.create_key(alias="alias/app")

    alias_arn = "arn:aws:kms:us-east-1:123456789012:alias/app"
    assert {kms.key(name) for name in (key.id, key.arn, "alias/app", alias_arn)} == {key}


def test_a_key_is_found_wherever_it_is(kms: KmsMock) -> None:
    """The mock's own account and Region come first, then all others."""
    away = kms.create_key(alias="alias/app", region="eu-west-1", account="111111111111")
    assert kms.key("alias/app") == away

    home = kms.create_key(alias="alias/app")

    assert kms.key("alias/app") == home
    assert kms.key(away.id) == away
    assert kms.keys == [home, away]


def test_without_keys_an_unknown_one_says_so(kms: KmsMock) -> None:
    with pytest.raises(KmsMockError, match=r"no key 'nope'.* no keys yet.*kms\.create_key\(\)"):
        kms.key("nope")


def test_an_unknown_key_lists_the_closest_first(kms: KmsMock) -> None:
    for name in ("alias/backup", "alias/application", "alias/zebra"):
        kms.create_key(alias=name)

    with pytest.raises(KmsMockError) as caught:
        kms.key("alias/aplication")

    message = str(caught.value)
    assert "alias/aplication" in message
    assert message.index("alias/application") < message.index("alias/backup")
    assert message.count("alias/application") == 1


def test_an_unknown_key_lists_some_of_many(kms: KmsMock) -> None:
    for number in range(25):
        kms.create_key(alias=f"alias/key-{number}")

    with pytest.raises(KmsMockError, match="and 15 more"):
        kms.key("alias/key")


def test_keys_without_an_alias_are_listed_by_id(kms: KmsMock) -> None:
    key = kms.create_key()

    with pytest.raises(KmsMockError, match=key.id):
        kms.key("nope")


@pytest.mark.parametrize("identifier", [5, None, b"alias/app"])
def test_to_ask_for_a_key_by_nonsense_is_the_authors_error(kms: KmsMock, identifier: Any) -> None:
    kms.create_key(alias="alias/app")

    with pytest.raises(KmsMockError):
        kms.key(identifier)
