"""Reading of a seed: mappings and lists become values, as the table of members says."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

import attrs

from ..checks import DEFAULT_REGION
from ..crypto import foreign_keys
from ..crypto.extras import MissingExtra
from ..service.api.shapes import shapes_of
from ..service.misuse import suggestion
from ..service.state.key_maker import is_sound, symmetric_length
from ..service.values.identifiers import AWS_ALIAS_PREFIX
from ..service.values.key_pairs import is_private_key
from ..service.values.specs import KEY_SPECS
from . import local_kms
from .kinds import Member, WrongError
from .members import CIPHERTEXT, KEY, REPLICA, SEED
from .seed import CiphertextSeed, KeySeed, Mistakes, Place, Seed

P = TypeVar("P", bound=Place)
Names = Mapping[str, str]
"""What a file calls members, where it has names of its own."""

# What CreateGrant is given by the seed itself, or has no use here.
_NOT_IN_GRANTS = {"KeyId", "GrantTokens", "DryRun"}
_GIVING_MATERIAL = {"material", "materials", "private_key"}
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
        keys = [_key(entry.value, entry.where, region, mistakes, entry) for entry in entries]
        return _seed(keys, [], mistakes)
    document = {name: value for name, value in document.items() if name != "$schema"}
    found = _members(SEED, document, "", mistakes)
    given = found.get("keys", ())
    keys = [
        _key(value, _named(value, f"keys[{number}]"), region, mistakes)
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


def _members(
    table: Mapping[str, Member],
    value: Any,
    where: str,
    mistakes: Mistakes,
    names: Names | None = None,
) -> dict[str, Any]:
    """Return the members of *value* that make sense."""
    if not isinstance(value, Mapping):
        mistakes.add(where, f"is no mapping; it can have {', '.join(table)}")
        return {}
    found = {}
    for name, given in value.items():
        member = table.get(name)
        called = (names or {}).get(name, name)
        if member is None:
            mistakes.add(
                where,
                f"there is no member {name!r}.{suggestion(str(name), table)} "
                f"It can have {', '.join(table)}",
            )
            continue
        if given is None:  # as in JSON and YAML what is left out can be
            continue
        try:
            found[name] = member.kind.read(given)
        except WrongError as error:
            shown = f"={_shortened(given)}" if member.kind.is_shown else ""
            mistakes.add(where, f"{called}{shown} {error}")
    return found


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


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


def _key(
    value: Any, where: str, region: str, mistakes: Mistakes, entry: local_kms.Entry | None = None
) -> KeySeed | None:
    """
    Return what of a key makes sense, so that the rest of its mistakes can be found in it.

    Args:
        entry: Where it is from, if that is a seed of local-kms.
    """
    names = {} if entry is None else local_kms.NAMES
    found = _members(KEY, value, where, mistakes, names)
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
        spec, materials = _material(found, where, region, mistakes, names)
        if len(mistakes) > before:
            broken |= {"materials"} if spec is not None else {"private_key"}
    hanging = {name for each in broken for name in _HANGING.get(each, ())}
    if spec is not None and "usage" not in hanging:
        _check_usage(found, spec, where, mistakes, broken)
    if spec is not None and "state" not in hanging:
        has_material = bool(set(found) & _GIVING_MATERIAL)
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
    found = _members(
        REPLICA, {"region": value} if isinstance(value, str) else value, where, mistakes
    )
    if len(mistakes) == before and "region" not in found:
        mistakes.add(where, "a replica needs its region")
    place = _place(found, where, mistakes)
    return Place(**place) if "region" in found else None


def _ciphertext(value: Any, where: str, mistakes: Mistakes) -> CiphertextSeed:
    found = _members(CIPHERTEXT, value, where, mistakes)
    for name in ("ciphertext", "plaintext", "key"):
        if isinstance(value, Mapping) and value.get(name) is None:
            mistakes.add(where, f"{name} is missing")
    return CiphertextSeed(where=where, **found)


def _material(
    found: Mapping[str, Any], where: str, region: str, mistakes: Mistakes, names: Names
) -> tuple[str | None, tuple[bytes, ...]]:
    """Return the key spec, None if that is not known, and the materials, which are sound for it."""
    given = [name for name in sorted(_GIVING_MATERIAL) if name in found]
    if len(given) > 1:
        mistakes.add(where, f"{' and '.join(given)} say the same; write one of them")
        return None, ()
    spec: str | None = found.get("spec")
    if not given:
        return spec or "SYMMETRIC_DEFAULT", ()
    called = names.get(given[0], given[0])
    if given[0] == "private_key":
        secrets = [_pkcs8(found["private_key"].encode())]
        spec = spec or _spec_of(secrets[0])
        if spec is None:
            mistakes.add(where, f"{called} is no private key of a spec that KMS has")
            return None, ()
    else:
        secrets = list(found[given[0]]) if given[0] == "materials" else [found["material"]]
        spec = spec or "SYMMETRIC_DEFAULT"
    row = KEY_SPECS[spec]
    if row.kind == "asymmetric":
        secrets = [_pkcs8(secret) for secret in secrets]
    if len(secrets) > 1 and not row.is_symmetric_encryption:
        mistakes.add(where, f"{called} has {len(secrets)}, and a {spec} key has one material")
    if len({*secrets}) < len(secrets):
        mistakes.add(where, f"{called} has the same material twice")
    for number, secret in enumerate(secrets):
        position = f"{called}[{number}]" if given[0] == "materials" else called
        try:
            if is_sound(secret, row, found.get("region", region) or DEFAULT_REGION):
                continue
            wanted = {
                "symmetric": f"{symmetric_length(found.get('region', region))} bytes",
                "hmac": "the bytes of an HMAC key, as many as KMS can import",
            }.get(row.family, "a private key of that spec")
            size = f" {len(secret)} bytes" if row.kind != "asymmetric" else " something else"
            mistakes.add(where, f"{position} has{size}; a {spec} key has {wanted}")
        except MissingExtra as error:
            mistakes.add(where, f"{position}: {error}")
    return spec, tuple(secrets)


def _pkcs8(private: bytes) -> bytes:
    """Return a private key in PEM or DER as PKCS #8 DER; what is none as it is."""
    found = foreign_keys.pkcs8(private)
    if found is not None:
        return found
    # What cryptography does not know an extra may.
    pem = re.search(rb"-----BEGIN PRIVATE KEY-----(.*)-----END", private, re.DOTALL)
    try:
        return private if pem is None else base64.b64decode(pem[1])
    except ValueError:
        return private


def _spec_of(private: bytes) -> str | None:
    """Return the key spec of a private key, or None."""
    for spec in KEY_SPECS.values():
        try:
            if spec.kind == "asymmetric" and is_private_key(spec, private):
                return spec.name
        except MissingExtra:
            continue
    return None


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
