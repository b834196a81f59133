"""What one account has in one Region: keys, aliases, custom key stores, and their indexes."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from ..values.identifiers import key_arn_prefix, root_arn
from ..values.key import Alias, KmsKey
from .arrivals import Arrivals
from .sorted_map import SortedMap

if TYPE_CHECKING:  # few tests have key stores
    from ..values.key_store import KeyStore


class Resources:
    """
    What one account has in one Region.

    A `Draft` changes the copy that it has made; all others only read.

    Attributes:
        arn_prefix: What the ARNs of its keys begin with, up to the key ID.
        root_arn: The account as a principal.
        keys: By ID.
        aliases: By name.
        stores: By ID.
        managed_keys: How many keys are AWS managed ones, which no quota counts.
        given_keys: How many keys a test has made without calling CreateKey.
        last_number: That of the key that came last.
    """

    def __init__(self, account: str, region: str) -> None:
        self.account = account
        self.region = region
        self.arn_prefix = key_arn_prefix(region, account)
        self.root_arn = root_arn(region, account)
        self.keys: SortedMap[str, KmsKey] = SortedMap()
        self.aliases: SortedMap[str, Alias] = SortedMap()
        self.stores: Arrivals[KeyStore] = Arrivals()
        self.managed_keys = 0
        self.given_keys = 0
        self.last_number = 0
        self._names_of_key: SortedMap[str, tuple[str, ...]] = SortedMap()
        self._by_ciphertext_tag: SortedMap[bytes, str] = SortedMap()
        # Pairs of custom key store and key.
        self._ids_of_store: SortedMap[str, SortedMap[str, str]] = SortedMap()
        # IDs of keys that a RAM share gives, or gave, to somebody.
        self._shared_ids: SortedMap[str, str] = SortedMap()

    def key_of_ciphertext(self, tag: bytes) -> KmsKey | None:
        """Return the key that *tag* stands for in a ciphertext blob."""
        key_id = self._by_ciphertext_tag.get(tag)
        return None if key_id is None else self.keys.get(key_id)

    def aliases_of(self, key_id: str) -> tuple[str, ...]:
        """Return the names of the aliases of a key."""
        return self._names_of_key.get(key_id) or ()

    def keys_of_store(self, store_id: str) -> list[KmsKey]:
        return self._keys_of(self._ids_of_store.get(store_id))

    def keys_shared_with(self, account: str) -> list[KmsKey]:
        """Return the keys that RAM shares give to *account*."""
        return [key for key in self._keys_of(self._shared_ids) if account in key.shared_with]

    def _keys_of(self, ids: SortedMap[str, str] | None) -> list[KmsKey]:
        return [key for key in map(self.keys.get, ids or ()) if key is not None]

    def put_key(self, key: KmsKey) -> None:
        if self.keys.get(key.key_id) is None:
            self._index(key)
        self.keys = self.keys.put(key.key_id, key)
        if key.shared_with:
            self._shared_ids = self._shared_ids.put(key.key_id, key.key_id)

    def _index(self, new: KmsKey) -> None:
        """Note what stays as it is for the life of a key."""
        if new.ciphertext_tag:
            tags = self._by_ciphertext_tag
            self._by_ciphertext_tag = tags.put(new.ciphertext_tag, new.key_id)
        if new.stored is not None:
            store_id = new.stored.store_id
            ids = self._ids_of_store.get(store_id) or SortedMap()
            ids = ids.put(new.key_id, new.key_id)
            self._ids_of_store = self._ids_of_store.put(store_id, ids)
        self.managed_keys += new.manager == "AWS"
        self.given_keys += new.is_given
        self.last_number = new.number

    def remove_key(self, key: KmsKey) -> None:
        """Remove *key*, and with it its aliases."""
        for name in self.aliases_of(key.key_id):
            self.aliases = self.aliases.remove(name)
        self._names_of_key = self._names_of_key.remove(key.key_id)
        self._by_ciphertext_tag = self._by_ciphertext_tag.remove(key.ciphertext_tag)
        if key.stored is not None:
            store_id = key.stored.store_id
            ids = (self._ids_of_store.get(store_id) or SortedMap()).remove(key.key_id)
            stores = self._ids_of_store
            self._ids_of_store = stores.put(store_id, ids) if ids else stores.remove(store_id)
        self._shared_ids = self._shared_ids.remove(key.key_id)
        self.managed_keys -= key.manager == "AWS"
        self.given_keys -= key.is_given
        self.keys = self.keys.remove(key.key_id)

    def put_alias(self, alias: Alias) -> None:
        """Add *alias*, or point it to another key."""
        before = self.aliases.get(alias.name)
        if before is not None:
            self._forget_name(before)
        self.aliases = self.aliases.put(alias.name, alias)
        names = (*self.aliases_of(alias.key_id), alias.name)
        self._names_of_key = self._names_of_key.put(alias.key_id, names)

    def remove_alias(self, alias: Alias) -> None:
        self._forget_name(alias)
        self.aliases = self.aliases.remove(alias.name)

    def _forget_name(self, alias: Alias) -> None:
        left = tuple(name for name in self.aliases_of(alias.key_id) if name != alias.name)
        names = self._names_of_key
        self._names_of_key = names.put(alias.key_id, left) if left else names.remove(alias.key_id)

    def copy(self) -> Resources:
        copied = Resources.__new__(Resources)
        copied.__dict__.update(self.__dict__)
        return copied


@functools.lru_cache(maxsize=256)
def nothing(account: str, region: str) -> Resources:
    """Return what an account has in a Region where it has made nothing."""
    return Resources(account, region)
