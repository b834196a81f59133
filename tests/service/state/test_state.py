"""States and drafts of the next: what is seen of a change, what follows it, and what is due."""

from __future__ import annotations

import math
from typing import Any

import attrs
import pytest
import samples
from samples import ACCOUNT, DAY, KEY_ID, NOW, REGION, STORE_ID

from pytest_kmsmock.service.state.state import Draft, State
from pytest_kmsmock.service.values.key import Alias, KmsKey, Stored
from pytest_kmsmock.service.values.key_store import connect

OTHER_ID = "11111111-2222-4333-8444-555555555555"
SECRET = b"n" * 32


def draft_of(*keys: KmsKey) -> Draft:
    draft = Draft(State())
    for key in keys:
        draft.put_key(key)
    return draft


def keys_of(state: State, region: str = REGION) -> list[KmsKey]:
    return list(state.resources(ACCOUNT, region).keys)


def new_secret(_: KmsKey) -> bytes:
    return SECRET


def no_secret(_: KmsKey) -> bytes:
    pytest.fail("nothing rotates here")


def deleted(days: float, **changes: Any) -> KmsKey:
    return samples.key(state="PendingDeletion", deletion_date=NOW + days * DAY, **changes)


# Drafts.


def test_nobody_sees_a_draft() -> None:
    """The state that it began as stays what it was: keys, aliases, grants, what is due."""
    before: State = draft_of(samples.key())
    draft = Draft(before)

    draft.put_key(deleted(7, key_id=OTHER_ID))
    draft.put_alias(Alias(ACCOUNT, REGION, "alias/app", KEY_ID, NOW, NOW))
    draft.put_grant(samples.grant())
    draft.put_store(samples.proxy_store())
    draft.change_backings(lambda backings: backings.proxies.update({1: samples.proxy()}))

    here = before.resources(ACCOUNT, REGION)
    assert list(here.keys) == [samples.key()]
    assert len(here.aliases) == len(here.stores) == 0
    assert list(before.grants.of_key(samples.key().arn)) == []
    assert before.backings.proxies == {}
    assert before.next_due == math.inf
    assert draft.next_due == NOW + 7 * DAY


def test_a_draft_knows_which_keys_are_new() -> None:
    """One that changes is not."""
    draft = Draft(draft_of(samples.key()))

    draft.put_key(samples.key(state="Disabled"))
    draft.put_key(samples.key(key_id=OTHER_ID))

    assert draft.new_arns == [samples.key(key_id=OTHER_ID).arn]


def test_a_draft_knows_which_aliases_are_new() -> None:
    """One that moves to another key is not."""
    draft = draft_of(samples.key())

    draft.put_alias(alias := Alias(ACCOUNT, REGION, "alias/app", KEY_ID, NOW, NOW))
    draft.put_alias(Alias(ACCOUNT, REGION, "alias/app", OTHER_ID, NOW, NOW))

    assert draft.new_arns == [samples.key().arn, alias.arn]


def test_what_was_not_changed_is_shared() -> None:
    """So that a change costs little, however much there is."""
    before = draft_of(samples.key(region="eu-west-1"))
    draft = Draft(before)

    draft.put_key(samples.key())

    here, abroad = ((ACCOUNT, region) for region in (REGION, "eu-west-1"))
    assert draft.resources(*abroad) is before.resources(*abroad)
    assert draft.resources(*here) is not before.resources(*here)


def test_keys_of_one_id_are_found_in_all_regions_of_a_partition() -> None:
    draft = draft_of(
        samples.key(),
        samples.key(region="eu-west-1"),
        samples.key(region="cn-north-1"),
        samples.key(account="210987654321"),
        samples.key(key_id=OTHER_ID),
    )

    found = draft.with_id(ACCOUNT, "aws", KEY_ID)

    assert [key.region for key in found] == [REGION, "eu-west-1"]


def test_aliases_lie_with_their_account_and_region() -> None:
    draft = draft_of(samples.key(), samples.key(region="eu-west-1"))
    here, abroad = (
        Alias(ACCOUNT, region, "alias/app", KEY_ID, NOW, NOW) for region in (REGION, "eu-west-1")
    )
    draft.put_alias(here)
    draft.put_alias(abroad)

    draft.remove_alias(here)

    assert len(draft.resources(ACCOUNT, REGION).aliases) == 0
    assert list(draft.resources(ACCOUNT, "eu-west-1").aliases) == [abroad]


def test_a_single_region_key_is_related_to_none() -> None:
    """Though another Region has one of its ID."""
    draft = draft_of(samples.key(), samples.key(region="eu-west-1"))

    assert draft.related(samples.key()) == [samples.key()]


def test_a_key_is_told_as_it_is_now() -> None:
    draft = draft_of(samples.key(state="Disabled"))

    assert draft.current(samples.key()) == samples.key(state="Disabled")
    assert draft.current(samples.key(key_id=OTHER_ID)) is None


# What follows a change.


def test_replicas_follow_their_primary_key() -> None:
    primary = samples.key(multi_region="PRIMARY")
    draft = draft_of(primary, samples.key(multi_region="REPLICA", region="eu-west-1"))

    draft.put_key(attrs.evolve(primary, rotation_period=90, next_rotation=NOW + 90 * DAY))

    [replica] = keys_of(draft, "eu-west-1")
    assert (replica.rotation_period, replica.next_rotation) == (90, NOW + 90 * DAY)


def test_grants_go_with_their_key() -> None:
    key, other = samples.key(), samples.key(key_id=OTHER_ID)
    draft = draft_of(key, other)
    draft.put_grant(samples.grant(1))
    draft.put_grant(samples.grant(2, key_arn=other.arn))

    draft.remove_key(key, NOW)

    assert list(draft.grants.of_key(key.arn)) == []
    assert len(draft.grants.of_key(other.arn)) == 1


def test_a_primary_key_that_waits_for_its_replicas_is_next() -> None:
    """With the last of them gone, its own days begin."""
    primary = samples.key(multi_region="PRIMARY", state="PendingReplicaDeletion", pending_window=10)
    replicas = [
        samples.key(multi_region="REPLICA", region=region) for region in ("eu-west-1", "sa-east-1")
    ]
    draft = draft_of(primary, *replicas)

    draft.remove_key(replicas[0], NOW)
    assert keys_of(draft)[0].state == "PendingReplicaDeletion"
    draft.remove_key(replicas[1], NOW)

    [waiting] = keys_of(draft)
    assert (waiting.state, waiting.deletion_date) == ("PendingDeletion", NOW + 10 * DAY)
    assert draft.next_due == NOW + 10 * DAY


def test_a_key_that_is_gone_is_removed_once() -> None:
    draft = draft_of(samples.key())

    for _ in range(2):
        draft.remove_key(samples.key(), NOW)

    assert keys_of(draft) == []


def test_keys_follow_their_custom_key_store() -> None:
    """A new one too."""
    draft = Draft(State())
    draft.put_store(samples.cluster_store(state="CONNECTED"))
    draft.put_key(samples.stored_key())
    assert keys_of(draft)[0].state == "Enabled"

    draft.put_store(samples.cluster_store())
    draft.put_key(samples.stored_key(key_id=OTHER_ID))

    assert [key.state for key in keys_of(draft)] == ["Unavailable", "Unavailable"]
    draft.put_store(samples.cluster_store(state="CONNECTED"))
    assert [key.state for key in keys_of(draft)] == ["Enabled", "Enabled"]


def test_a_store_that_is_removed_is_gone() -> None:
    draft = Draft(State())
    draft.put_store(samples.cluster_store())

    draft.remove_store(samples.cluster_store())

    assert draft.resources(ACCOUNT, REGION).stores.get(STORE_ID) is None


# What falls due.


def test_what_is_due_happens_at_its_time_and_not_before() -> None:
    draft = draft_of(deleted(7))

    draft.settle(NOW + 7 * DAY - 0.001, no_secret)
    assert len(keys_of(draft)) == 1
    draft.settle(NOW + 7 * DAY, no_secret)

    assert keys_of(draft) == []
    assert draft.next_due == math.inf


def test_a_date_that_was_given_up_is_nothing() -> None:
    draft = draft_of(deleted(7))
    draft.put_key(samples.key(state="Disabled"))

    assert draft.next_due == math.inf
    draft.settle(NOW + 99 * DAY, no_secret)
    assert keys_of(draft) == [samples.key(state="Disabled")]


def test_what_was_removed_by_hand_is_no_longer_due() -> None:
    draft = draft_of(deleted(7))

    draft.remove_key(deleted(7), NOW)

    assert draft.next_due == math.inf


def test_of_two_keys_with_one_date_both_are_due() -> None:
    """Also where they differ by their Region alone."""
    draft = draft_of(deleted(7), deleted(7, key_id=OTHER_ID), deleted(7, region="eu-west-1"))

    draft.settle(NOW + 7 * DAY, no_secret)

    assert keys_of(draft) == keys_of(draft, "eu-west-1") == []


def test_things_happen_in_the_order_of_their_dates() -> None:
    """A rotation comes before the deletion of another key, whatever their names."""
    rotating = samples.key(rotation_period=90, next_rotation=NOW + DAY)
    draft = draft_of(deleted(2, key_id=OTHER_ID), rotating)
    seen = []

    while draft.next_due < NOW + 3 * DAY:
        seen.append(draft.next_due)
        draft.settle(draft.next_due, new_secret)

    assert seen == [NOW + DAY, NOW + 2 * DAY]
    assert [key.secret for key in keys_of(draft)] == [SECRET]
    assert draft.next_due == NOW + 91 * DAY


@pytest.mark.parametrize(("hsms", "state"), [(1, "CONNECTED"), (0, "FAILED")])
def test_a_store_connects_to_the_world_as_it_is_then(hsms: int, state: str) -> None:
    """And its keys with it."""
    draft = Draft(State())
    draft.change_backings(
        lambda backings: backings.clusters.update({"cluster-abcdefghijk": samples.cluster()})
    )
    draft.put_store(connect(samples.cluster_store(), NOW + 5))
    draft.put_key(samples.stored_key(stored=Stored(store_id=STORE_ID)))
    draft.change_backings(
        lambda backings: backings.clusters.update(
            {"cluster-abcdefghijk": samples.cluster(hsms=hsms)}
        )
    )
    assert draft.next_due == NOW + 5

    draft.settle(NOW + 5, no_secret)

    [store] = draft.resources(ACCOUNT, REGION).stores
    assert store.state == state
    assert keys_of(draft)[0].state == ("Enabled" if hsms else "Unavailable")


def test_where_nothing_is_transient_nothing_ends() -> None:
    """Nor where there is no key any more; what else was due has happened all the same."""
    draft = draft_of(samples.key(), deleted(1, key_id=OTHER_ID))

    draft.finish_transition(samples.key(), NOW, no_secret)
    assert keys_of(draft)[0] == samples.key()
    draft.finish_transition(samples.key(region="eu-west-1"), NOW + DAY, no_secret)

    assert keys_of(draft) == [samples.key()]


def test_a_test_does_not_wait_for_what_is_transient() -> None:
    draft = draft_of(samples.key(rotating_since=NOW, transition_ends=NOW + 60))

    draft.finish_transition(samples.key(), NOW + 1, new_secret)

    [key] = keys_of(draft)
    assert key.transition_ends is key.rotating_since is None
    assert key.material.rotation_date == NOW + 1
