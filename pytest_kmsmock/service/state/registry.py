"""
The state of all accounts and Regions: the only thing in the service that changes.

It holds frozen values. A change swaps one for another, under a lock where it
depends on what was there before; who reads needs none.
"""

from __future__ import annotations

import heapq
import math
import threading

import attrs

from ...crypto import randomness
from ..api.regions import partition_of
from ..rules.lifecycle import fall_due, follow_store, lose_last_replica, next_due, synchronize
from ..values.identifiers import key_arn_prefix, root_arn
from ..values.key import Alias, KmsKey
from ..values.key_store import KeyStore, end_transition
from .backings import Backings
from .collection import Collection
from .grants import Grants
from .key_maker import KeyMaker


class Place:
    """
    What one account has in one Region.

    Attributes:
        arn_prefix: What the ARNs of its keys begin with, up to the key ID.
        root_arn: The account as a principal.
        by_ciphertext_tag: The keys by the tags in their ciphertexts, to be read only.
    """

    def __init__(self, account: str, region: str) -> None:
        self.account = account
        self.region = region
        self.arn_prefix = key_arn_prefix(region, account)
        self.root_arn = root_arn(region, account)
        self.keys: Collection[KmsKey] = Collection(is_sorted=True)
        self.aliases: Collection[Alias] = Collection(is_sorted=True)
        self.stores: Collection[KeyStore] = Collection()
        self._names_of_key: dict[str, tuple[str, ...]] = {}
        # Key IDs by the custom key store; a dict keeps them in order.
        self._ids_of_store: dict[str, dict[str, None]] = {}
        # IDs of keys that a RAM share gives, or gave, to somebody.
        self._shared_ids: dict[str, None] = {}
        self.by_ciphertext_tag: dict[bytes, KmsKey] = {}
        # Keys that a test made without calling CreateKey.
        self.given_keys = 0
        # AWS managed keys, which no quota counts.
        self.managed_keys = 0

    def put_key(self, key: KmsKey) -> None:
        self.keys.put(key.key_id, key)
        if key.ciphertext_tag:
            self.by_ciphertext_tag[key.ciphertext_tag] = key
        if key.stored is not None:
            self._ids_of_store.setdefault(key.stored.store_id, {})[key.key_id] = None
        if key.shared_with:
            self._shared_ids[key.key_id] = None

    def remove_key(self, key: KmsKey) -> None:
        """Remove *key*, and with it its aliases."""
        for name in self.aliases_of(key.key_id):
            self.aliases.remove(name)
        self._names_of_key.pop(key.key_id, None)
        self.by_ciphertext_tag.pop(key.ciphertext_tag, None)
        if key.stored is not None:
            del self._ids_of_store[key.stored.store_id][key.key_id]
        self._shared_ids.pop(key.key_id, None)
        if key.manager == "AWS":
            self.managed_keys -= 1
        self.keys.remove(key.key_id)

    def aliases_of(self, key_id: str) -> tuple[str, ...]:
        return self._names_of_key.get(key_id, ())

    def put_alias(self, alias: Alias) -> None:
        """Add *alias*, or point it to another key."""
        before = self.aliases.get(alias.name)
        if before is not None:
            self._forget_name(before)
        self.aliases.put(alias.name, alias)
        self._names_of_key[alias.key_id] = (*self.aliases_of(alias.key_id), alias.name)

    def remove_alias(self, alias: Alias) -> None:
        self._forget_name(alias)
        self.aliases.remove(alias.name)

    def _forget_name(self, alias: Alias) -> None:
        left = tuple(name for name in self.aliases_of(alias.key_id) if name != alias.name)
        if left:
            self._names_of_key[alias.key_id] = left
        else:
            del self._names_of_key[alias.key_id]

    def keys_of_store(self, store_id: str) -> list[KmsKey]:
        return self._keys_of(self._ids_of_store.get(store_id, {}))

    def shared_with(self, account: str) -> list[KmsKey]:
        """Return the keys that RAM shares give to *account*."""
        return [key for key in self._keys_of(self._shared_ids) if account in key.shared_with]

    def _keys_of(self, key_ids: dict[str, None]) -> list[KmsKey]:
        # A copy: another thread may be changing it.
        found = map(self.keys.get, list(key_ids))
        return [key for key in found if key is not None]

    def copy(self) -> Place:
        copied = Place(self.account, self.region)
        copied.keys = self.keys.copy()
        copied.aliases = self.aliases.copy()
        copied.stores = self.stores.copy()
        copied._names_of_key = self._names_of_key.copy()
        copied._ids_of_store = {name: ids.copy() for name, ids in self._ids_of_store.items()}
        copied._shared_ids = self._shared_ids.copy()
        copied.by_ciphertext_tag.update(self.by_ciphertext_tag)
        copied.given_keys = self.given_keys
        copied.managed_keys = self.managed_keys
        return copied


class Places(dict[tuple[str, str], Place]):
    """Places by account and Region, each made when it is first asked for."""

    def __missing__(self, at: tuple[str, str]) -> Place:
        # In one step: another thread may ask for it too.
        return self.setdefault(at, Place(*at))

    def all(self) -> list[Place]:
        """Return those that there are now, in a list of its own: another thread may add one."""
        return list(self.values())


class Registry:
    """
    All accounts and Regions.

    Attributes:
        places: What is where.
        lock: Held by whoever changes something that it has read before.
        key_maker: Makes new key material, none of it twice.
        token_key: 32 bytes; seals import tokens and grant tokens.
        attestation_roots: Certificates, DER, that attestation documents may lead to,
            besides the mock's own.
        backings: What can back custom key stores.
        grants: Those on all keys.
        next_due: When time next changes a key or a key store.
        last_usages: Operation, time and request ID by the key's ARN. As it changes
            with every call, it is beside the keys rather than in them.
    """

    def __init__(self, key_maker: KeyMaker | None = None) -> None:
        self.key_maker = key_maker or KeyMaker()
        self.lock = threading.RLock()
        self.token_key = randomness.block()
        self.attestation_roots: tuple[bytes, ...] = ()
        self.backings = Backings()
        self.grants = Grants()
        self.last_usages: dict[str, tuple[str, float, str]] = {}
        self.places = Places()
        # What is due when: a heap of time, account, Region, ID. An entry may be
        # out of date; the key or store itself tells.
        self._dues: list[tuple[float, str, str, str]] = []
        # Who reads it holds no lock, and must not look into a heap that is changing.
        self.next_due = math.inf

    def put_key(self, key: KmsKey) -> None:
        place = self.places[key.account, key.region]
        with self.lock:
            if key.stored is not None:
                store = place.stores.get(key.stored.store_id)
                assert store is not None  # it cannot be deleted before its keys
                key = follow_store(key, store)
            due = next_due(key)
            place.put_key(key)
            if due is not None:
                self._expect((due, key.account, key.region, key.key_id))

    def remove_key(self, key: KmsKey, now: float) -> None:
        """Remove *key*, and with it its aliases; related keys may have waited for that."""
        with self.lock:
            for grant in self.grants.of_key(key.arn):
                self.grants.remove(grant)
            self.places[key.account, key.region].remove_key(key)
            self.last_usages.pop(key.arn, None)
            if key.multi_region is None:
                return
            related = self.related(key)
            if len(related) == 1 and related[0].state == "PendingReplicaDeletion":
                self.put_key(lose_last_replica(related[0], now))
            self._synchronize(self.related(key))

    def put_store(self, store: KeyStore) -> None:
        """Add *store*, or change it; its keys follow."""
        place = self.places[store.account, store.region]
        with self.lock:
            place.stores.put(store.store_id, store)
            for key in place.keys_of_store(store.store_id):
                self.put_key(key)
            if store.transition_ends is not None:
                due = (store.transition_ends, store.account, store.region, store.store_id)
                self._expect(due)

    def related(self, key: KmsKey) -> list[KmsKey]:
        """Return *key* and its related multi-Region keys, as they are now."""
        if key.multi_region is None:
            return [key]
        return self.with_id(key.account, partition_of(key.region), key.key_id)

    def with_id(self, account: str, partition: str, key_id: str) -> list[KmsKey]:
        """Return the keys of that ID in all Regions of *partition*, where accounts are others."""
        found = (
            place.keys.get(key_id)
            for place in self.places.all()
            if place.account == account and partition_of(place.region) == partition
        )
        return [each for each in found if each is not None]

    def put_shared(self, key: KmsKey) -> None:
        """Put *key*, and let its related multi-Region keys follow where they have to."""
        self.put_key(key)
        if key.multi_region is not None:
            self._synchronize(self.related(key))

    def _synchronize(self, related: list[KmsKey]) -> None:
        # A primary key that a test has deleted leaves replicas to themselves.
        if any(key.multi_region == "PRIMARY" for key in related):
            for before, after in zip(related, synchronize(related), strict=True):
                if after != before:
                    self.put_key(after)

    def settle(self, now: float) -> None:
        """Apply what has fallen due by *now*, in the order in which it fell due."""
        with self.lock:
            while self.next_due <= now:
                due = heapq.heappop(self._dues)
                self.next_due = self._dues[0][0] if self._dues else math.inf
                self._apply(*due)

    def _expect(self, due: tuple[float, str, str, str]) -> None:
        heapq.heappush(self._dues, due)
        self.next_due = self._dues[0][0]

    def finish_transition(self, key: KmsKey, now: float) -> None:
        """Let what is transient in *key* be over by *now*."""
        if key.transition_ends is not None and key.transition_ends > now:
            self.put_key(attrs.evolve(key, transition_ends=now))
        self.settle(now)

    def _apply(self, due: float, account: str, region: str, name: str) -> None:
        place = self.places[account, region]
        store = place.stores.get(name)
        if store is not None and store.transition_ends == due:
            self.put_store(end_transition(store, self.backings.connection_error(store)))
        key = place.keys.get(name)
        if key is None or next_due(key) != due:
            return
        changed = fall_due(key, due, lambda: self.key_maker.new(key.spec, region))
        if changed is None:
            self.remove_key(key, due)
        else:
            self.put_shared(changed)

    def copy(self) -> Registry:
        copied = Registry(self.key_maker.copy())
        with self.lock:
            copied.token_key = self.token_key
            copied.attestation_roots = self.attestation_roots
            copied.backings = self.backings.copy()
            for place in self.places.all():
                copied.places[place.account, place.region] = place.copy()
            copied._dues = self._dues.copy()
            copied.next_due = self.next_due
            copied.grants = self.grants.copy()
            copied.last_usages = self.last_usages.copy()
        return copied
