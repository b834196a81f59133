"""The registry: what is where, aliases of keys, what falls due, copies."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.state.resources import Resources
from pytest_kmsmock.service.state.state import Draft
from pytest_kmsmock.service.values.key import Alias, KmsKey

ACCOUNT = "123456789012"
REGION = "us-east-1"
DAY = 86_400.0
NOW = 1_700_000_000.0


def here(registry: Registry) -> Resources:
    return registry.state.resources(ACCOUNT, REGION)


def put(registry: Registry, *values: KmsKey | Alias) -> None:
    def change(draft: Draft) -> None:
        for value in values:
            draft.put_key(value) if isinstance(value, KmsKey) else draft.put_alias(value)

    registry.change(change)


def remove(registry: Registry, key: KmsKey) -> None:
    registry.change(lambda draft: draft.remove_key(key, NOW))


@pytest.fixture
def new_key(call: Callable[..., dict[str, Any]], registry: Registry) -> Callable[[], KmsKey]:
    def make() -> KmsKey:
        key_id = call("CreateKey")["KeyMetadata"]["KeyId"]
        key = here(registry).keys.get(key_id)
        assert key is not None
        return key

    return make


def alias(name: str, key: KmsKey) -> Alias:
    return Alias(ACCOUNT, REGION, name, key.key_id, NOW, NOW)


def test_each_account_has_its_own_in_each_region(
    registry: Registry, new_key: Callable[[], KmsKey]
) -> None:
    """The same key ID is another key there; a multi-Region key is put so."""
    key = new_key()
    elsewhere = [
        attrs.evolve(key, region="eu-west-1", arn=key.arn.replace(REGION, "eu-west-1")),
        attrs.evolve(key, account="210987654321", arn=key.arn.replace(ACCOUNT, "210987654321")),
    ]

    for other in elsewhere:
        assert list(registry.state.resources(other.account, other.region).keys) == []
        put(registry, other)

    for each in (key, *elsewhere):
        assert list(registry.state.resources(each.account, each.region).keys) == [each]
    remove(registry, elsewhere[0])
    assert [list(each.keys) for each in registry.state.all_resources()] == [
        [key],
        [],
        [elsewhere[1]],
    ]


def test_key_is_found_by_its_ciphertext(registry: Registry, new_key: Callable[[], KmsKey]) -> None:
    """By the 32 bytes that stand for it in a blob."""
    key = new_key()

    assert here(registry).key_of_ciphertext(key.ciphertext_tag) == key
    assert here(registry).key_of_ciphertext(bytes(32)) is None


def test_moved_alias_is_one_key_s_only(registry: Registry, new_key: Callable[[], KmsKey]) -> None:
    """It comes last among those of its new key."""
    old, new = new_key(), new_key()
    put(registry, alias("alias/a", old), alias("alias/b", new))

    put(registry, alias("alias/a", new))

    assert here(registry).aliases_of(old.key_id) == ()
    assert here(registry).aliases_of(new.key_id) == ("alias/b", "alias/a")
    assert [found.name for found in here(registry).aliases] == ["alias/a", "alias/b"]


def test_aliases_go_with_the_key(registry: Registry, new_key: Callable[[], KmsKey]) -> None:
    """Those of other keys stay."""
    gone, stays = new_key(), new_key()
    for name, key in (("alias/a", gone), ("alias/b", stays), ("alias/c", gone)):
        put(registry, alias(name, key))

    remove(registry, gone)

    assert [found.name for found in here(registry).aliases] == ["alias/b"]
    assert here(registry).aliases_of(gone.key_id) == ()
    assert list(here(registry).keys) == [stays]
    assert here(registry).key_of_ciphertext(gone.ciphertext_tag) is None


def test_key_that_is_due_is_settled(registry: Registry, new_key: Callable[[], KmsKey]) -> None:
    """At its deletion date, not before."""
    key = attrs.evolve(new_key(), state="PendingDeletion", deletion_date=NOW + 7 * DAY)
    put(registry, key)

    registry.settle(NOW + 7 * DAY - 0.001)
    assert list(here(registry).keys) == [key]
    registry.settle(NOW + 7 * DAY)

    assert list(here(registry).keys) == []


def test_date_that_was_given_up_is_nothing(
    registry: Registry, new_key: Callable[[], KmsKey]
) -> None:
    """A key whose deletion was cancelled outlives the date."""
    key = new_key()
    put(registry, attrs.evolve(key, state="PendingDeletion", deletion_date=NOW + DAY))
    put(registry, attrs.evolve(key, state="Disabled", deletion_date=None))

    registry.settle(NOW + 100 * DAY)

    assert len(here(registry).keys) == 1


def test_copy_goes_its_own_way(registry: Registry, new_key: Callable[[], KmsKey]) -> None:
    """What happens to a copy leaves the original as it was, and the reverse."""
    kept, changed = new_key(), new_key()
    put(registry, alias("alias/a", kept))
    copied = registry.copy()

    put(copied, attrs.evolve(changed, state="Disabled"), alias("alias/b", changed))
    remove(copied, kept)
    remove(registry, changed)

    assert list(here(registry).keys) == [kept]
    assert [found.name for found in here(registry).aliases] == ["alias/a"]
    assert [key.state for key in here(copied).keys] == ["Disabled"]
    assert [found.name for found in here(copied).aliases] == ["alias/b"]


def test_copy_has_shares_of_its_own(registry: Registry, new_key: Callable[[], KmsKey]) -> None:
    """What RAM gives away in the one is not taken back in the other."""
    key = attrs.evolve(new_key(), shared_with=("210987654321",))
    put(registry, key)
    copied = registry.copy()
    assert here(copied).keys_shared_with("210987654321") == [key]

    remove(copied, key)

    assert here(registry).keys_shared_with("210987654321") == [key]
    assert here(copied).keys_shared_with("210987654321") == []


def test_what_is_shared_no_more_is_not_listed(
    registry: Registry, new_key: Callable[[], KmsKey]
) -> None:
    key = new_key()
    put(registry, attrs.evolve(key, shared_with=("210987654321",)))
    put(registry, key)

    assert here(registry).keys_shared_with("210987654321") == []


def test_the_next_due_is_the_earliest(registry: Registry, new_key: Callable[[], KmsKey]) -> None:
    """However they came, and none when all is over."""
    for days in (3, 1, 2):
        deletion_date = NOW + days * DAY
        put(registry, attrs.evolve(new_key(), state="PendingDeletion", deletion_date=deletion_date))

    seen = []
    while registry.state.next_due < math.inf:
        seen.append(registry.state.next_due)
        registry.settle(registry.state.next_due)

    assert seen == [NOW + DAY, NOW + 2 * DAY, NOW + 3 * DAY]


def test_copy_remembers_what_is_due(registry: Registry, new_key: Callable[[], KmsKey]) -> None:
    """Each settles its own."""
    put(registry, attrs.evolve(new_key(), state="PendingDeletion", deletion_date=NOW + DAY))
    copied = registry.copy()

    copied.settle(NOW + DAY)

    assert len(here(copied).keys) == 0
    assert len(here(registry).keys) == 1
    registry.settle(NOW + DAY)
    assert len(here(registry).keys) == 0


def test_it_goes_back_to_a_moment_as_often_as_one_likes(
    registry: Registry, new_key: Callable[[], KmsKey]
) -> None:
    """With the last usages and the roots that are trusted, and what was due."""
    key = new_key()
    usage = ("Encrypt", NOW, "request")
    registry.last_usages[key.arn] = usage
    put(registry, attrs.evolve(key, state="PendingDeletion", deletion_date=NOW + DAY))
    moment = registry.moment()

    for _ in range(2):
        registry.settle(NOW + DAY)
        registry.last_usages[new_key().arn] = usage
        registry.attestation_roots += (b"root",)
        registry.go_back(moment)

        assert [each.arn for each in here(registry).keys] == [key.arn]
        assert registry.last_usages == {key.arn: usage}
        assert registry.attestation_roots == ()
        assert registry.state.next_due == NOW + DAY


def test_it_knows_what_has_ever_been_made(
    registry: Registry, new_key: Callable[[], KmsKey]
) -> None:
    """Keys and aliases; of a copy only what has been made in it."""
    before = registry.moment()
    key = new_key()
    put(registry, alias("alias/app", key))
    remove(registry, key)
    registry.go_back(before)
    copied = registry.copy()

    assert registry.made == [key.arn, alias("alias/app", key).arn]
    assert copied.made == []
