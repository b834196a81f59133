"""The seed of local-kms, as its users have it: each key of it in the words of ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import attrs

from ..service.misuse import suggestion
from .seed import Mistakes

# Our names of members, by theirs.
_METADATA: Final[Mapping[str, str]] = {
    "KeyId": "id",
    "Description": "description",
    "Origin": "origin",
    "KeyUsage": "usage",
}
NAMES: Final[Mapping[str, str]] = {
    **{ours: f"Metadata.{theirs}" for theirs, ours in _METADATA.items()},
    "materials": "BackingKeys",
    "private_key": "PrivateKeyPem",
    "aliases": "AliasName",
}
# What a key of each group has, and what the specs of its private keys begin with.
_GROUPS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("Symmetric", "Aes"): ("Metadata", "BackingKeys", "NextKeyRotation"),
    ("Asymmetric", "Rsa"): ("Metadata", "PrivateKeyPem"),
    ("Asymmetric", "Ecc"): ("Metadata", "PrivateKeyPem"),
}
_YEAR: Final = 365


@attrs.frozen
class Entry:
    """
    A key in our words.

    Attributes:
        where: What a mistake calls it.
        specs: What the key spec of its private key begins with.
        next_rotation: Seconds since the epoch, if it is to rotate by itself.
    """

    value: dict[str, Any] = attrs.field(repr=False)
    where: str
    specs: str
    next_rotation: float | None


def is_one(document: Mapping[str, Any]) -> bool:
    """Tell whether *document* is a seed of local-kms, whose names begin with capitals."""
    return "Keys" in document or "Aliases" in document


def entries(document: Mapping[str, Any], mistakes: Mistakes) -> list[Entry]:
    """Return the keys of *document*."""
    found: list[Entry] = []
    top = _parts(document, ("Keys", "Aliases"), "", mistakes)
    groups = _parts(top.get("Keys"), ("Symmetric", "Asymmetric"), "Keys", mistakes)
    for (kind, family), members in _GROUPS.items():
        where = f"Keys.{kind}"
        families = [name for group, name in _GROUPS if group == kind]
        group = _parts(groups.get(kind), families, where, mistakes)
        for number, key in enumerate(_list(group.get(family), f"{where}.{family}", mistakes)):
            position = f"{where}.{family}[{number}]"
            parts = _parts(key, members, position, mistakes)
            found.append(_in_our_words(family, parts, position, mistakes))
    _add_aliases(found, _list(top.get("Aliases"), "Aliases", mistakes), mistakes)
    return found


def _in_our_words(family: str, parts: Mapping[str, Any], where: str, mistakes: Mistakes) -> Entry:
    metadata = _parts(parts.get("Metadata"), tuple(_METADATA), f"{where}.Metadata", mistakes)
    value = {ours: metadata[theirs] for theirs, ours in _METADATA.items() if theirs in metadata}
    if isinstance(value.get("id"), str):
        where = f"{where} ({value['id']})"
    if family == "Aes":
        keys = _list(parts.get("BackingKeys"), f"{where}.BackingKeys", mistakes)
        if value.get("origin") == "EXTERNAL" and len(keys) > 1:
            mistakes.add(where, "BackingKeys has several, and a key of origin EXTERNAL has one")
            keys = keys[-1:]
        if keys:
            value["materials"] = keys
        value["spec"] = "SYMMETRIC_DEFAULT"
        next_rotation = None
        if "NextKeyRotation" in parts:
            value["rotation_days"] = _YEAR
            next_rotation = _seconds(parts["NextKeyRotation"], where, mistakes)
        return Entry(value, where, "SYMMETRIC", next_rotation)
    if "PrivateKeyPem" not in parts:
        mistakes.add(where, "PrivateKeyPem is missing, by which the key spec is known")
    value["private_key"] = parts.get("PrivateKeyPem")
    if family == "Ecc":
        value.setdefault("usage", "SIGN_VERIFY")
    return Entry(value, where, f"{family.upper()}_", None)


def _add_aliases(found: list[Entry], aliases: list[Any], mistakes: Mistakes) -> None:
    by_id = {entry.value.get("id"): entry.value for entry in found}
    for number, alias in enumerate(aliases):
        where = f"Aliases[{number}]"
        parts = _parts(alias, ("AliasName", "TargetKeyId"), where, mistakes)
        for name in ("AliasName", "TargetKeyId"):
            if name not in parts:
                mistakes.add(where, f"{name} is missing")
        target, alias_name = parts.get("TargetKeyId"), parts.get("AliasName")
        if not isinstance(target, str) or alias_name is None:
            continue
        if target not in by_id:
            known = [each for each in by_id if isinstance(each, str)]
            mistakes.add(
                where,
                f"TargetKeyId={target!r} is the ID of no key of this file."
                f"{suggestion(target, known)} It has {', '.join(known) or 'none'}",
            )
            continue
        by_id[target].setdefault("aliases", []).append(alias_name)


def _parts(value: Any, names: Any, where: str, mistakes: Mistakes) -> dict[str, Any]:
    """Return the members of *value* that are of *names*, and have a value."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        mistakes.add(where, f"is no mapping; it can have {', '.join(names)}")
        return {}
    for name in value:
        if name not in names:
            mistakes.add(
                where,
                f"there is no member {name!r} in a seed of local-kms."
                f"{suggestion(str(name), names)} It can have {', '.join(names)}",
            )
    return {name: value[name] for name in names if value.get(name) is not None}


def _list(value: Any, where: str, mistakes: Mistakes) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        mistakes.add(where, "is no list")
        return []
    return list(value)


def _seconds(value: Any, where: str, mistakes: Mistakes) -> float | None:
    """Return a date in ISO 8601, which has an offset, in seconds since the epoch."""
    try:
        date = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
        if date.utcoffset() is not None:
            return float(date.timestamp())
    except (ValueError, AttributeError, TypeError, OverflowError):
        pass
    mistakes.add(
        where,
        f"NextKeyRotation={value!r} is no date with an offset, as '2030-01-31T12:00:00+00:00'",
    )
    return None
