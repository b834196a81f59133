"""Reading of a seed: mappings and lists become values, as the table of members says."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

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

Names = Mapping[str, str]
"""What a file calls members, where it has names of its own."""

# What CreateGrant is given by the seed itself, or has no use here.
_NOT_IN_GRANTS = {"KeyId", "GrantTokens", "DryRun"}
_GIVING_MATERIAL = {"material", "materials", "private_key"}
_OF_AWS_MANAGED = {"id", "region", "alias", "aliases", "account", "material", "materials"}


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
    keys = [
        _key(value, _named(value, f"keys[{number}]"), region, mistakes)
        for number, value in enumerate(found.get("keys", ()))
    ]
    ciphertexts = [
        _ciphertext(value, f"ciphertexts[{number}]", mistakes)
        for number, value in enumerate(found.get("ciphertexts", ()))
    ]
    return _seed(keys, ciphertexts, mistakes)


def _seed(
    keys: list[KeySeed | None], ciphertexts: list[CiphertextSeed | None], mistakes: Mistakes
) -> Seed:
    """Return those that could be read; note what several have of which there can be one."""
    seed = Seed(
        tuple(key for key in keys if key is not None),
        tuple(each for each in ciphertexts if each is not None),
    )
    seconds: set[str] = set()
    firsts: dict[tuple[str | None, str | None, str], str] = {}
    for key in seed.keys:
        for place in (key, *key.replicas):
            ids = [key.id] if key.id is not None else []
            for name in (*ids, *dict.fromkeys(place.aliases)):
                first = firsts.setdefault((key.account, place.region, name), place.where)
                if first != place.where:
                    mistakes.add(place.where, f"{name} is that of {first} already")
                    seconds.add(key.where)
    keys_once = tuple(key for key in seed.keys if key.where not in seconds)
    return attrs.evolve(seed, keys=keys_once)


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
    known = set(shapes_of("CreateGrant").members) - _NOT_IN_GRANTS
    for number, grant in enumerate(found.get("grants", ())):
        for name in grant:
            if name not in known:
                mistakes.add(
                    where,
                    f"grants[{number}] has {name!r}, which is no parameter of CreateGrant here."
                    f"{suggestion(str(name), known)} It has {', '.join(sorted(known))}",
                )
    own = ("region", "state", "policy", "tags", "description", "grants")
    return {"where": where, "aliases": aliases} | {
        name: found[name] for name in own if name in found
    }


def _key(
    value: Any, where: str, region: str, mistakes: Mistakes, entry: local_kms.Entry | None = None
) -> KeySeed | None:
    """
    Return a key, or None if it has mistakes.

    Args:
        entry: Where it is from, if that is a seed of local-kms.
    """
    before = len(mistakes)
    names = {} if entry is None else local_kms.NAMES
    found = _members(KEY, value, where, mistakes, names)
    own = _place(found, where, mistakes)
    replicas = [
        _replica(each, f"{where}, replicas[{number}]", mistakes)
        for number, each in enumerate(found.get("replicas", ()))
    ]
    if replicas and not found.get("multi_region"):
        mistakes.add(where, "replicas are of multi-Region keys; write multi_region: true")
    if any(alias.startswith(AWS_ALIAS_PREFIX) for alias in own["aliases"]):
        for name in sorted(set(found) - _OF_AWS_MANAGED):
            mistakes.add(where, f"{name} is AWS's to say of an AWS managed key; leave it out")
    spec: str | None = None
    materials: tuple[bytes, ...] = ()
    # What is said of material, usage and state depends on these.
    if isinstance(value, Mapping) and all(
        name in found for name in ("spec", "region", "origin") if value.get(name) is not None
    ):
        spec, materials = _material(found, where, region, mistakes, names)
    if spec is not None:
        _check_usage(found, spec, where, mistakes)
        _check_state(found, bool(set(found) & _GIVING_MATERIAL), replicas, where, mistakes)
        is_pair = entry is not None and "private_key" in found
        if entry is not None and is_pair and not spec.startswith(entry.specs):
            mistakes.add(where, f"the private key is one of {spec}, and not of this list")
    if len(mistakes) > before or spec is None:
        return None
    more = ("id", "account", "usage", "origin", "rotation_days", "multi_region")
    return KeySeed(
        **own,
        **{name: found[name] for name in more if name in found},
        spec=spec,
        materials=materials,
        next_rotation=None if entry is None else entry.next_rotation,
        replicas=tuple(replica for replica in replicas if replica is not None),
    )


def _replica(value: Any, where: str, mistakes: Mistakes) -> Place | None:
    before = len(mistakes)
    found = _members(
        REPLICA, {"region": value} if isinstance(value, str) else value, where, mistakes
    )
    if len(mistakes) == before and "region" not in found:
        mistakes.add(where, "a replica needs its region")
    place = _place(found, where, mistakes)
    return Place(**place) if len(mistakes) == before else None


def _ciphertext(value: Any, where: str, mistakes: Mistakes) -> CiphertextSeed | None:
    before = len(mistakes)
    found = _members(CIPHERTEXT, value, where, mistakes)
    for name in ("ciphertext", "plaintext", "key"):
        if len(mistakes) == before and name not in found:
            mistakes.add(where, f"{name} is missing")
    return CiphertextSeed(where=where, **found) if len(mistakes) == before else None


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


def _check_usage(found: Mapping[str, Any], spec: str, where: str, mistakes: Mistakes) -> None:
    usage = found.get("usage")
    if usage is not None and usage not in KEY_SPECS[spec].usages:
        possible = ", ".join(KEY_SPECS[spec].usages)
        mistakes.add(where, f"usage={usage!r} is none of a {spec} key, which can have {possible}")


def _check_state(
    found: Mapping[str, Any],
    has_material: bool,
    replicas: list[Place | None],
    where: str,
    mistakes: Mistakes,
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
    for replica in replicas:
        if replica is not None and replica.state not in (None, *possible):
            mistakes.add(replica.where, f"state={replica.state!r} is none of {', '.join(possible)}")
