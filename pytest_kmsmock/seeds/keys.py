"""A key of a seed: what of it makes sense, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..service.api.shapes import shapes_of
from ..service.misuse import suggestion
from ..service.values.identifiers import AWS_ALIAS_PREFIX
from ..service.values.specs import KEY_SPECS
from . import local_kms
from .kinds import read_members
from .materials import GIVING_MATERIAL, read_material
from .members import KEY, REPLICA
from .seed import KeySeed, Mistakes, Place

# What CreateGrant is given by the seed itself, or has no use here.
_NOT_IN_GRANTS = {"KeyId", "GrantTokens", "DryRun"}
_OF_AWS_MANAGED = {"id", "region", "alias", "aliases", "account", "material", "materials"}
# What cannot be told right from wrong where another member is wrong.
_HANGING: Final[Mapping[str, tuple[str, ...]]] = {
    "spec": ("usage", "grants", "rotation_days"),
    "usage": ("grants",),
    "origin": ("state", "grants", "rotation_days"),
    "material": ("state",),
    "materials": ("state",),
    "private_key": ("usage", "state", "grants", "rotation_days"),
}
# Where a key is; one of whom that is not known can have no name.
_PLACING = {"id", "region", "account"}


def read_key(
    value: Any, where: str, region: str, mistakes: Mistakes, entry: local_kms.Entry | None = None
) -> KeySeed | None:
    """
    Return what of a key makes sense, so that the rest of its mistakes can be found in it.

    Args:
        entry: Where it is from, if that is a seed of local-kms.
    """
    names = {} if entry is None else local_kms.NAMES
    found = read_members(KEY, value, where, mistakes, names)
    if not isinstance(value, Mapping):
        return None
    broken = {name for name in KEY if value.get(name) is not None and name not in found}
    own = _place(found, where, mistakes)
    replicas = [
        _replica(each, f"{where}, replicas[{number}]", mistakes)
        for number, each in enumerate(found.get("replicas", ()))
    ]
    _check_multi_region(found, where, mistakes)
    if any(alias.startswith(AWS_ALIAS_PREFIX) for alias in own["aliases"]):
        for name in sorted(set(found) - _OF_AWS_MANAGED):
            mistakes.add(where, f"{name} is AWS's to say of an AWS managed key; leave it out")
            del found[name]
        own = {name: own[name] for name in own if name in _OF_AWS_MANAGED | {"where"}}
    spec: str | None = None
    materials: tuple[bytes, ...] = ()
    # What is said of material depends on these.
    if not broken & {"spec", "region", "origin"}:
        before = len(mistakes)
        spec, materials = read_material(found, where, region, mistakes, names)
        if len(mistakes) > before:
            broken |= {"materials"} if spec is not None else {"private_key"}
    hanging = {name for each in broken for name in _HANGING.get(each, ())}
    if spec is not None and "usage" not in hanging:
        _check_usage(found, spec, where, mistakes, broken)
    if spec is not None and "state" not in hanging:
        has_material = bool(set(found) & GIVING_MATERIAL)
        _check_state(found, has_material, replicas, where, mistakes, broken)
    is_pair = entry is not None and "private_key" in found and "private_key" not in broken
    if spec is not None and entry is not None and is_pair and not spec.startswith(entry.specs):
        mistakes.add(where, f"the private key is one of {spec}, and not of this list")
    return _sound(found, own, replicas, spec, materials, broken, entry)


def _sound(
    found: dict[str, Any],
    own: dict[str, Any],
    replicas: list[Place | None],
    spec: str | None,
    materials: tuple[bytes, ...],
    broken: set[str],
    entry: local_kms.Entry | None,
) -> KeySeed:
    """Return the key without what is *broken*, and without what hangs on that."""
    left_out = broken.union(*(_HANGING.get(name, ()) for name in broken))
    if broken & _PLACING:
        left_out |= {"id", "aliases", "region", "account"}
        replicas = []
    more = ("id", "account", "usage", "origin", "rotation_days")
    members = own | {name: found[name] for name in more if name in found}
    return KeySeed(
        **{name: members[name] for name in members if name not in left_out},
        spec=spec or "SYMMETRIC_DEFAULT",
        materials=() if "materials" in left_out else materials,
        next_rotation=None if entry is None else entry.next_rotation,
        multi_region=found.get("multi_region", False) or bool(replicas),
        replicas=tuple(replica for replica in replicas if replica is not None),
    )


def _check_multi_region(found: dict[str, Any], where: str, mistakes: Mistakes) -> None:
    if found.get("multi_region"):
        return
    if found.get("replicas"):
        mistakes.add(where, "replicas are of multi-Region keys; write multi_region: true")
    elif str(found.get("id")).startswith("mrk-"):
        name = found.pop("id")
        mistakes.add(where, f"id={name!r} is that of a multi-Region key; write multi_region: true")


def _replica(value: Any, where: str, mistakes: Mistakes) -> Place | None:
    """Return what of a replica makes sense, None if it is not known where it is."""
    before = len(mistakes)
    found = read_members(
        REPLICA, {"region": value} if isinstance(value, str) else value, where, mistakes
    )
    if len(mistakes) == before and "region" not in found:
        mistakes.add(where, "a replica needs its region")
    place = _place(found, where, mistakes)
    return Place(**place) if "region" in found else None


def _place(found: dict[str, Any], where: str, mistakes: Mistakes) -> dict[str, Any]:
    """Return what of *found* a key has in its own Region."""
    if "alias" in found and "aliases" in found:
        mistakes.add(where, "alias and aliases say the same; write one of them")
    aliases = (*([found["alias"]] if "alias" in found else ()), *found.get("aliases", ()))
    for name in {name for name in aliases if aliases.count(name) > 1}:
        mistakes.add(where, f"{name} is named twice")
    grants = [
        _grant(grant, number, where, mistakes)
        for number, grant in enumerate(found.get("grants", ()))
    ]
    own = ("region", "state", "policy", "tags", "description")
    return {
        "where": where,
        "aliases": tuple(dict.fromkeys(aliases)),
        "grants": tuple(grants),
        **{name: found[name] for name in own if name in found},
    }


def _grant(
    grant: dict[str, Any], number: int, where: str, mistakes: Mistakes
) -> dict[str, Any] | None:
    """Return a grant, or None if it has a member that it cannot have."""
    known = set(shapes_of("CreateGrant").members) - _NOT_IN_GRANTS
    unknown = [name for name in grant if name not in known]
    for name in unknown:
        mistakes.add(
            where,
            f"grants[{number}] has {name!r}, which is no parameter of CreateGrant here."
            f"{suggestion(str(name), known)} It has {', '.join(sorted(known))}",
        )
    return None if unknown else grant


def _check_usage(
    found: Mapping[str, Any], spec: str, where: str, mistakes: Mistakes, broken: set[str]
) -> None:
    usage = found.get("usage")
    if usage is not None and usage not in KEY_SPECS[spec].usages:
        possible = ", ".join(KEY_SPECS[spec].usages)
        mistakes.add(where, f"usage={usage!r} is none of a {spec} key, which can have {possible}")
        broken.add("usage")


def _check_state(
    found: Mapping[str, Any],
    has_material: bool,
    replicas: list[Place | None],
    where: str,
    mistakes: Mistakes,
    broken: set[str],
) -> None:
    is_external = found.get("origin") == "EXTERNAL"
    waits = is_external and not has_material
    possible: tuple[str, ...] = ("PendingImport", "PendingDeletion")
    if not waits:
        # Imported material can be deleted again.
        possible = ("Enabled", "Disabled", "PendingDeletion", *possible[: int(is_external)])
    state = found.get("state")
    if state is not None and state not in possible:
        kind = "a key without its material" if waits else "this key"
        mistakes.add(where, f"state={state!r} is none that {kind} has: {', '.join(possible)}")
        broken.add("state")
    for replica in replicas:
        if replica is not None and replica.state not in (None, *possible):
            mistakes.add(replica.where, f"state={replica.state!r} is none of {', '.join(possible)}")
