"""What all accounts have in all Regions at one moment, and the draft of the next."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from ..api.regions import partition_of
from ..rules.lifecycle import fall_due, follow_store, lose_last_replica, next_due, synchronize
from ..values.grant import Grant
from ..values.key import Alias, KmsKey
from .backings import Backings
from .grants import Grants
from .lag import Lag
from .principals import Principals
from .resources import Resources, nothing
from .sorted_map import SortedMap

# Few tests have any of these.
if TYPE_CHECKING:
    from ..values.adopted import Adopted
    from ..values.key_store import KeyStore

NewSecret = Callable[[KmsKey], bytes]


class Due(NamedTuple):
    """When something happens to a key or to a custom key store, whose ID is *name*."""

    time: float
    account: str
    region: str
    name: str


# Values that are never changed, which all mocks begin with.
_NOTHING_ADOPTED: Final[SortedMap[bytes, Adopted]] = SortedMap()
_NO_DUES: Final[SortedMap[Due, Due]] = SortedMap()
_NO_GRANTS: Final = Grants()
_NO_BACKINGS: Final = Backings()
_NO_LAG: Final = Lag()


class State:
    """
    What there is at one moment; never changed.

    Attributes:
        adopted: Ciphertexts of another KMS, by their bytes.
        grants: Those on all keys.
        backings: What can back custom key stores.
        next_due: When time next changes something.
        principals: What a test has said of callers.
        lag: What has changed lately, where a test wants that to be seen late.
    """

    __slots__ = (
        *("_dues", "_resources", "adopted", "backings", "grants", "lag", "next_due"),
        "principals",
    )

    def __init__(self, principals: Principals | None = None) -> None:
        self._resources: dict[tuple[str, str], Resources] = {}
        self.adopted = _NOTHING_ADOPTED
        self.grants = _NO_GRANTS
        self.backings = _NO_BACKINGS
        # Of each key and each store that time changes, the next time when it does.
        self._dues = _NO_DUES
        self.next_due = math.inf
        self.principals = Principals() if principals is None else principals
        self.lag = _NO_LAG

    def resources(self, account: str, region: str) -> Resources:
        """Return what *account* has in *region*."""
        return self._resources.get((account, region)) or nothing(account, region)

    def all_resources(self) -> list[Resources]:
        """Return what there is, by account and Region."""
        return list(self._resources.values())

    def current(self, key: KmsKey) -> KmsKey | None:
        """Return *key* as it is in this state; None if it is there no more."""
        return self.resources(key.account, key.region).keys.get(key.key_id)

    def related(self, key: KmsKey) -> list[KmsKey]:
        """Return *key* and its related multi-Region keys, as they are in this state."""
        if key.multi_region is None:
            return [key]
        return self.with_id(key.account, partition_of(key.region), key.key_id)

    def with_id(self, account: str, partition: str, key_id: str) -> list[KmsKey]:
        """Return the keys of that ID in all Regions of *partition*, where accounts are others."""
        found = (
            resources.keys.get(key_id)
            for resources in self._resources.values()
            if resources.account == account and partition_of(resources.region) == partition
        )
        return [each for each in found if each is not None]


class Draft(State):
    """
    The next state in the making.

    All that is changed is changed by its methods, which keep indexes, related
    keys and dues right. Nobody sees any of it before the registry has put the
    whole in the place of the state that it began as.

    Attributes:
        new_arns: Of keys and aliases that were not there before.
    """

    __slots__ = ("_changed", "new_arns")

    def __init__(self, state: State) -> None:
        self._resources = state._resources.copy()
        self.adopted = state.adopted
        self.grants = state.grants
        self.backings = state.backings
        self._dues = state._dues
        self.next_due = state.next_due
        self.principals = state.principals
        self.lag = state.lag
        # Those of the resources that are copies of this draft's own.
        self._changed: set[tuple[str, str]] = set()
        self.new_arns: list[str] = []

    def own_resources(self, account: str, region: str) -> Resources:
        """Return what *account* has in *region*, and what is changed in this draft."""
        at = account, region
        if at not in self._changed:
            self._resources[at] = self.resources(account, region).copy()
            self._changed.add(at)
        return self._resources[at]

    def put_key(self, key: KmsKey) -> None:
        """Add *key*, or change it; its related multi-Region keys follow where they have to."""
        self._put_alone(key)
        if key.multi_region is not None:
            self._synchronize(self.related(key))

    def _put_alone(self, key: KmsKey) -> None:
        resources = self.own_resources(key.account, key.region)
        if key.stored is not None:
            store = resources.stores.get(key.stored.store_id)
            assert store is not None  # it cannot be deleted before its keys
            key = follow_store(key, store)
        before = resources.keys.get(key.key_id)
        if before is None:
            self.new_arns.append(key.arn)
        resources.put_key(key)
        former = None if before is None else next_due(before)
        self._expect(former, next_due(key), (key.account, key.region, key.key_id))

    def _expect(self, former: float | None, due: float | None, of: tuple[str, str, str]) -> None:
        """Note when time next changes the key or the store *of*, and no longer when it was to."""
        if former == due:
            return
        if former is not None:
            self._dues = self._dues.remove(Due(former, *of))
        if due is not None:
            new = Due(due, *of)
            self._dues = self._dues.put(new, new)
        self.next_due = next((each.time for each in self._dues), math.inf)

    def remove_key(self, key: KmsKey, now: float) -> None:
        """Remove *key* with its aliases and grants; related keys may have waited for that."""
        found = self.current(key)
        if found is None:
            return
        for grant in self.grants.of_key(key.arn):
            self.remove_grant(grant)
        self.own_resources(key.account, key.region).remove_key(found)
        self._expect(next_due(found), None, (key.account, key.region, key.key_id))
        self._disown(key)
        if key.multi_region is None:
            return
        related = self.related(key)
        if len(related) == 1 and related[0].state == "PendingReplicaDeletion":
            self._put_alone(lose_last_replica(related[0], now))
        self._synchronize(self.related(key))

    def _disown(self, key: KmsKey) -> None:
        """Let nothing open under one that comes with the ID of *key*, which is gone."""
        is_gone = key.multi_region is None or not self.related(key)
        for adopted in self.adopted:
            if is_gone and adopted.is_of(key):
                self.adopted = self.adopted.remove(adopted.ciphertext)

    def _synchronize(self, related: list[KmsKey]) -> None:
        # A primary key that a test has deleted leaves replicas to themselves.
        if any(key.multi_region == "PRIMARY" for key in related):
            for before, after in zip(related, synchronize(related), strict=True):
                if after != before:
                    self._put_alone(after)

    def put_alias(self, alias: Alias) -> None:
        """Add *alias*, or point it to another key."""
        resources = self.own_resources(alias.account, alias.region)
        if resources.aliases.get(alias.name) is None:
            self.new_arns.append(alias.arn)
        resources.put_alias(alias)

    def remove_alias(self, alias: Alias) -> None:
        self.own_resources(alias.account, alias.region).remove_alias(alias)

    def adopt(self, adopted: Adopted) -> None:
        self.adopted = self.adopted.put(adopted.ciphertext, adopted)

    def put_grant(self, grant: Grant) -> None:
        self.grants = self.grants.put(grant)

    def replace_grant(self, before: Grant, grant: Grant) -> None:
        """Let *grant* be what *before* was, in its place wherever that is listed."""
        self.grants = self.grants.replace(before, grant)

    def remove_grant(self, grant: Grant) -> None:
        self.grants = self.grants.remove(grant)

    def own_lag(self) -> Lag:
        """Return a copy of the lag, which can be changed in this draft."""
        self.lag = self.lag.copy()
        return self.lag

    def put_store(self, store: KeyStore) -> None:
        """Add *store*, or change it; its keys follow."""
        resources = self.own_resources(store.account, store.region)
        before = resources.stores.get(store.store_id)
        former = None if before is None else before.transition_ends
        resources.stores = resources.stores.put(store.store_id, store)
        self._expect(former, store.transition_ends, (store.account, store.region, store.store_id))
        for key in resources.keys_of_store(store.store_id):
            self.put_key(key)

    def remove_store(self, store: KeyStore) -> None:
        """Remove *store*, which is disconnected, so that time has nothing to do with it."""
        resources = self.own_resources(store.account, store.region)
        resources.stores = resources.stores.remove(store.store_id)

    def change_backings(self, change: Callable[[Backings], object]) -> None:
        """Let *change* happen to a copy of what can back custom key stores."""
        self.backings = self.backings.copy()
        change(self.backings)

    def finish_transition(self, key: KmsKey, now: float, new_secret: NewSecret) -> None:
        """Let what is transient in *key* be over by *now*, and what else is due."""
        found = self.current(key)
        if found and found.transition_ends is not None and found.transition_ends > now:
            self.put_key(attrs.evolve(found, transition_ends=now))
        self.settle(now, new_secret)

    def settle(self, now: float, new_secret: NewSecret) -> None:
        """
        Apply what has fallen due by *now*, in the order in which it fell due.

        Args:
            new_secret: Makes the material of a rotation.
        """
        while self.next_due <= now:
            self._fall_due(now, new_secret)

    def _fall_due(self, now: float, new_secret: NewSecret) -> None:
        """Let happen what is due first."""
        due = next(iter(self._dues))
        resources = self.resources(due.account, due.region)
        store = resources.stores.get(due.name)
        if store is not None:
            from ..values.key_store import end_transition  # not at the top: few tests have stores

            self.put_store(end_transition(store, self.backings.connection_error(store)))
            return
        key = resources.keys.get(due.name)
        assert key is not None  # what is due goes with the key
        changed = fall_due(key, due.time, lambda: new_secret(key), now)
        if changed is None:
            self.remove_key(key, due.time)
        else:
            self.put_key(changed)
