"""The keys that a name means, and those that there are instead."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, Final

from ..backend import Backend
from ..comparing import CheckedList
from ..doors import author
from ..service.misuse import KmsMockError
from ..service.values.identifiers import alias_arn
from ..service.values.key import KmsKey
from .key import Key, is_name

_SHOWN_KEYS: Final = 10

# A failure ends at the line that named the key.
__tracebackhide__ = True


def find(backend: Backend, identifier: Key | str) -> Key:
    """
    Return the key of *backend* that *identifier*, an ID, ARN, alias or handle, means.

    IDs and names are looked for in the mock's own account and Region first.

    Raises:
        KmsMockError: There is none.
    """
    name = identifier.arn if isinstance(identifier, Key) else identifier
    if not isinstance(name, str):
        raise KmsMockError(f"a key is named by an ID, an ARN or an alias name, not {name!r}.")
    known = _known(backend)
    if name not in known:
        raise KmsMockError(
            f"there is no key {name!r}; {instead(backend, name)} Make one with kms.create_key()."
        )
    return Key(known[name].arn, backend)


def arn_of(backend: Backend, identifier: Key | str) -> str:
    """
    Return the ARN of the key that *identifier* means, in a question about calls or faults.

    Of a handle that the mock itself has given the key may be gone meanwhile.
    """
    if isinstance(identifier, Key) and identifier._is_of(backend):
        return identifier.arn
    return find(backend, identifier).arn


class KeyList(CheckedList[Key]):
    """Handles of keys, which are also asked for by the names of keys."""

    def __init__(self, backend: Backend) -> None:
        super().__init__(
            [Key(key.arn, backend) for key in author.keys(backend)],
            "keys",
            functools.partial(_key_or_none, backend),
        )

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, str):
            raise KmsMockError(f"kms.keys is a list; write kms.key({index!r}).")
        return super().__getitem__(index)


def _key_or_none(backend: Backend, identifier: object) -> Key | None:
    """Return the key that *identifier* means, if there is one; raise if it could mean none."""
    if isinstance(identifier, Key):
        return identifier
    if not isinstance(identifier, str) or not is_name(identifier):
        raise KmsMockError(
            f"{identifier!r} names no key; a key goes by its handle, ID or ARN, "
            "or by an alias name, 'alias/app'."
        )
    found = _known(backend).get(identifier)
    return None if found is None else Key(found.arn, backend)


def _known(backend: Backend) -> dict[str, KmsKey]:
    """Return the keys by all names, the mock's own account and Region first."""
    known: dict[str, KmsKey] = {}
    for key in author.keys(backend):
        for each in _names(backend, key):
            known.setdefault(each, key)
    return known


def _names(backend: Backend, key: KmsKey) -> list[str]:
    """Return all that *key* goes by."""
    aliases = author.aliases_of(backend, key)
    arns = (alias_arn(key.region, key.account, name) for name in aliases)
    return [*aliases, key.key_id, key.arn, *arns]


def aliases_of(backend: Backend, key: KmsKey) -> Sequence[str]:
    """Return the names of the aliases of *key*, as they are now."""
    return author.aliases_of(backend, key)


def is_there(backend: Backend, name: str, region: str, account: str) -> bool:
    """Tell whether *account* has a key in *region* now that *name* means."""
    return any(
        name in _names(backend, key)
        for key in author.keys(backend)
        if (key.region, key.account) == (region, account)
    )


def instead(backend: Backend, identifier: str) -> str:
    """Return a sentence on the keys that there are, those of the closest name first."""
    known = _known(backend)
    if not known:
        return "there are no keys yet."
    import difflib  # not at the top: few tests need it

    closest = difflib.get_close_matches(identifier, list(known), n=len(known), cutoff=0.0)
    # One name a key, the closest of its names.
    name_of = {known[name].arn: name for name in reversed(closest)}
    names = [name for name in closest if name_of[known[name].arn] == name]
    more = f" and {len(names) - _SHOWN_KEYS} more" if len(names) > _SHOWN_KEYS else ""
    shown = [_placed(name, known[name], backend) for name in names[:_SHOWN_KEYS]]
    return f"there are, the closest first: {', '.join(shown)}{more}."


def _placed(name: str, key: KmsKey, backend: Backend) -> str:
    """Return *name* with the Region of *key*, if that is another than the mock's."""
    is_elsewhere = key.region != backend.region and not name.startswith("arn:")
    return f"{name} in {key.region}" if is_elsewhere else name
