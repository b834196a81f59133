"""Reading of a seed: mappings and lists become values, as the table of members says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import attrs

from . import local_kms
from .keys import read_key
from .kinds import read_members
from .members import CIPHERTEXT, SEED
from .seed import CiphertextSeed, KeySeed, Mistakes, Place, Seed

P = TypeVar("P", bound=Place)


def read(document: Any, region: str, mistakes: Mistakes) -> Seed:
    """
    Return what *document* says, as far as it makes sense.

    Args:
        region: That of keys that name none.
        mistakes: Where what makes no sense is noted.
    """
    if document is None:
        return Seed()
    if not isinstance(document, Mapping):
        mistakes.add("", f"a seed is a mapping with {' and '.join(SEED)}, and this is none")
        return Seed()
    if local_kms.is_one(document):
        entries = local_kms.entries(document, mistakes)
        keys = [read_key(entry.value, entry.where, region, mistakes, entry) for entry in entries]
        return _seed(keys, [], mistakes)
    document = {name: value for name, value in document.items() if name != "$schema"}
    found = read_members(SEED, document, "", mistakes)
    given = found.get("keys", ())
    keys = [
        read_key(value, _named(value, f"keys[{number}]"), region, mistakes)
        for number, value in enumerate(given)
    ]
    ciphertexts = [
        _ciphertext(value, f"ciphertexts[{number}]", mistakes)
        for number, value in enumerate(found.get("ciphertexts", ()))
    ]
    seed = _seed(keys, ciphertexts, mistakes)
    is_readable = "keys" in found or document.get("keys") is None
    return attrs.evolve(
        seed,
        names=frozenset(name for value in given for name in _names_of(value)),
        is_readable=is_readable and None not in keys,
    )


def _seed(
    keys: list[KeySeed | None], ciphertexts: list[CiphertextSeed], mistakes: Mistakes
) -> Seed:
    """Return what could be read; note what several have of which there can be one."""
    seed = Seed(tuple(key for key in keys if key is not None), tuple(ciphertexts))
    firsts: dict[tuple[str | None, str | None, str], str] = {}

    def without_seconds(place: P, account: str | None) -> P:
        seconds = set()
        ids = [place.id] if isinstance(place, KeySeed) and place.id is not None else []
        for name in (*ids, *place.aliases):
            first = firsts.setdefault((account, place.region, name), place.where)
            if first != place.where:
                mistakes.add(place.where, f"{name} is that of {first} already")
                seconds.add(name)
        aliases = tuple(name for name in place.aliases if name not in seconds)
        if isinstance(place, KeySeed) and place.id in seconds:
            return attrs.evolve(place, aliases=aliases, id=None)
        return attrs.evolve(place, aliases=aliases)

    once = []
    for key in seed.keys:
        own = without_seconds(key, key.account)
        replicas = tuple(without_seconds(replica, key.account) for replica in key.replicas)
        once.append(attrs.evolve(own, replicas=replicas))
    return attrs.evolve(seed, keys=tuple(once))


def _names_of(value: Any) -> list[str]:
    """Return what a key is called, and what it would be if it were written rightly."""
    if not isinstance(value, Mapping):
        return []
    aliases = value.get("aliases")
    names = [value.get("id"), value.get("alias")]
    names += aliases if isinstance(aliases, list | tuple) else [aliases]
    names += [name for replica in _listed(value.get("replicas")) for name in _names_of(replica)]
    texts = [name for name in names if isinstance(name, str)]
    return texts + [f"alias/{name}" for name in texts]


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple) else ()


def _named(value: Any, position: str) -> str:
    """Return what a mistake calls a key: by its alias or its ID, if it says one."""
    if isinstance(value, Mapping):
        aliases = value.get("aliases")
        first = aliases[0] if isinstance(aliases, list | tuple) and aliases else None
        for name in (value.get("alias"), first, value.get("id")):
            if isinstance(name, str):
                return f"{position} ({name})"
    return position


def _ciphertext(value: Any, where: str, mistakes: Mistakes) -> CiphertextSeed:
    found = read_members(CIPHERTEXT, value, where, mistakes)
    for name in ("ciphertext", "plaintext", "key"):
        if isinstance(value, Mapping) and value.get(name) is None:
            mistakes.add(where, f"{name} is missing")
    return CiphertextSeed(where=where, **found)
