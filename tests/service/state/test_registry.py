"""The registry: places, aliases of keys, what falls due, copies."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from pytest_kmsmock.service.state.registry import Place, Registry
from pytest_kmsmock.service.values.key import Alias, KmsKey

ACCOUNT = "123456789012"
REGION = "us-east-1"
DAY = 86_400.0
NOW = 1_700_000_000.0


@pytest.fixture
def place(registry: Registry) -> Place:
    return registry.places[ACCOUNT, REGION]


@pytest.fixture
def new_key(call: Callable[..., dict[str, Any]], place: Place) -> Callable[[], KmsKey]:
    def make() -> KmsKey:
        key = place.keys.get(call("CreateKey")["KeyMetadata"]["KeyId"])
        assert key is not None
        return key

    return make


def alias(name: str, key: KmsKey) -> Alias:
    return Alias(ACCOUNT, REGION, name, key.key_id, NOW, NOW)


def test_place_is_the_same_each_time(registry: Registry, place: Place) -> None:
    """One for each account and Region."""
    assert registry.places[ACCOUNT, REGION] is place
    assert registry.places[ACCOUNT, "eu-west-1"] is not place
    assert registry.places["210987654321", REGION] is not place


def test_key_is_found_by_its_ciphertext(place: Place, new_key: Callable[[], KmsKey]) -> None:
    """By the 32 bytes that stand for it in a blob."""
    key = new_key()

    assert place.by_ciphertext_tag.get(key.ciphertext_tag) == key
    assert place.by_ciphertext_tag.get(bytes(32)) is None


def test_moved_alias_is_one_key_s_only(place: Place, new_key: Callable[[], KmsKey]) -> None:
    """It keeps its place among all aliases, and comes last among those of its new key."""
    old, new = new_key(), new_key()
    place.put_alias(alias("alias/a", old))
    place.put_alias(alias("alias/b", new))

    place.put_alias(alias("alias/a", new))

    assert place.aliases_of(old.key_id) == ()
    assert place.aliases_of(new.key_id) == ("alias/b", "alias/a")
    assert [found.name for found in place.aliases] == ["alias/a", "alias/b"]


def test_aliases_go_with_the_key(
    registry: Registry, place: Place, new_key: Callable[[], KmsKey]
) -> None:
    """Those of other keys stay."""
    gone, stays = new_key(), new_key()
    for name, key in (("alias/a", gone), ("alias/b", stays), ("alias/c", gone)):
        place.put_alias(alias(name, key))

    registry.remove_key(gone, NOW)

    assert [found.name for found in place.aliases] == ["alias/b"]
    assert list(place.keys) == [stays]
    assert place.by_ciphertext_tag.get(gone.ciphertext_tag) is None


def test_key_that_is_due_is_settled(
    registry: Registry, place: Place, new_key: Callable[[], KmsKey]
) -> None:
    """At its deletion date, not before."""
    key = attrs.evolve(new_key(), state="PendingDeletion", deletion_date=NOW + 7 * DAY)
    registry.put_key(key)

    registry.settle(NOW + 7 * DAY - 0.001)
    assert list(place.keys) == [key]
    registry.settle(NOW + 7 * DAY)

    assert list(place.keys) == []


def test_date_that_was_given_up_is_nothing(
    registry: Registry, place: Place, new_key: Callable[[], KmsKey]
) -> None:
    """A key whose deletion was cancelled outlives the date."""
    key = new_key()
    registry.put_key(attrs.evolve(key, state="PendingDeletion", deletion_date=NOW + DAY))
    registry.put_key(attrs.evolve(key, state="Disabled", deletion_date=None))

    registry.settle(NOW + 100 * DAY)

    assert len(place.keys) == 1


def test_copy_goes_its_own_way(
    registry: Registry, place: Place, new_key: Callable[[], KmsKey]
) -> None:
    """What happens to a copy leaves the original as it was, and the reverse."""
    kept, changed = new_key(), new_key()
    place.put_alias(alias("alias/a", kept))
    copied = registry.copy()
    there = copied.places[ACCOUNT, REGION]

    copied.put_key(attrs.evolve(changed, state="Disabled"))
    copied.remove_key(kept, NOW)
    there.put_alias(alias("alias/b", changed))
    registry.remove_key(changed, NOW)

    assert list(place.keys) == [kept]
    assert [found.name for found in place.aliases] == ["alias/a"]
    assert [key.state for key in there.keys] == ["Disabled"]
    assert [found.name for found in there.aliases] == ["alias/b"]


def test_copy_has_shares_of_its_own(
    registry: Registry, place: Place, new_key: Callable[[], KmsKey]
) -> None:
    """What RAM gives away in the one is not taken back in the other."""
    key = attrs.evolve(new_key(), shared_with=("210987654321",))
    registry.put_key(key)
    copied = registry.copy()
    there = copied.places[ACCOUNT, REGION]

    copied.remove_key(key, NOW)

    assert place.shared_with("210987654321") == [key]
    assert there.shared_with("210987654321") == []


def test_what_is_shared_no_more_is_not_listed(
    registry: Registry, place: Place, new_key: Callable[[], KmsKey]
) -> None:
    key = new_key()
    registry.put_key(attrs.evolve(key, shared_with=("210987654321",)))
    registry.put_key(key)

    assert place.shared_with("210987654321") == []


def test_the_next_due_is_the_earliest(registry: Registry, new_key: Callable[[], KmsKey]) -> None:
    """However they came, and none when all is over."""
    for days in (3, 1, 2):
        deletion_date = NOW + days * DAY
        registry.put_key(
            attrs.evolve(new_key(), state="PendingDeletion", deletion_date=deletion_date)
        )

    seen = []
    while registry.next_due < math.inf:
        seen.append(registry.next_due)
        registry.settle(registry.next_due)

    assert seen == [NOW + DAY, NOW + 2 * DAY, NOW + 3 * DAY]


def test_a_place_can_appear_while_a_registry_is_copied(
    registry: Registry, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when another thread calls another Region for the first time."""
    copy = Place.copy

    def copy_and_call(copied: Place) -> Place:
        registry.places[ACCOUNT, "eu-west-1"]
        return copy(copied)

    monkeypatch.setattr(Place, "copy", copy_and_call)

    assert (ACCOUNT, REGION) in registry.copy().places


def test_copy_remembers_what_is_due(
    registry: Registry, place: Place, new_key: Callable[[], KmsKey]
) -> None:
    """Each settles its own."""
    registry.put_key(attrs.evolve(new_key(), state="PendingDeletion", deletion_date=NOW + DAY))
    copied = registry.copy()

    copied.settle(NOW + DAY)

    assert len(copied.places[ACCOUNT, REGION].keys) == 0
    assert len(place.keys) == 1


def test_key_shows_no_secret(new_key: Callable[[], KmsKey]) -> None:
    """A failed assertion prints the values it compared."""
    key = new_key()
    secret = key.material.secret

    assert secret is not None
    for hidden in (secret, key.ciphertext_tag):
        assert repr(hidden) not in repr(key)
        assert hidden.hex() not in repr(key)
    assert repr(secret) not in repr(key.material)
