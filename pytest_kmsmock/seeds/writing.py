"""Writing of a seed: what a mock has, as `load` reads it."""

from __future__ import annotations

import base64
import json
import textwrap
from typing import Any, Final

from ..backend import Backend
from ..doors import author
from ..service.authorization import printing
from ..service.values.identifiers import root_arn
from ..service.values.key import KmsKey

_ABOUT: Final = (
    "This file holds the secret key material of a mocked AWS KMS: whoever has it can decrypt "
    "what the mock has encrypted."
)
# Other states come of what is dumped, or are over soon.
_STATES: Final = {
    "Disabled": "Disabled",
    "PendingDeletion": "PendingDeletion",
    "PendingReplicaDeletion": "PendingDeletion",
    "PendingImport": "PendingImport",
}


def dump(backend: Backend) -> dict[str, Any]:
    """Return what there is in *backend*, in an order that does not depend on how it came."""
    keys = [key for key in author.keys(backend) if key.stored is None]
    keys.sort(key=lambda key: (key.account, key.region, key.number))
    families = _families(keys)
    dumped = [
        _key(backend, key, [each for each in families[_family(key)] if each is not key])
        for key in keys
        if families[_family(key)][0] is key
    ]
    ciphertexts = [
        {
            "ciphertext": base64.b64encode(adopted.ciphertext).decode(),
            "plaintext": base64.b64encode(adopted.plaintext).decode(),
            "key": _there(adopted.key_arn, families),
        }
        | ({"context": dict(adopted.context)} if adopted.context else {})
        for adopted in backend.registry.state.adopted
    ]
    seed: dict[str, Any] = {"about": _ABOUT, "keys": dumped}
    return seed | ({"ciphertexts": ciphertexts} if ciphertexts else {})


def _family(key: KmsKey) -> tuple[str, ...]:
    """Return what related multi-Region keys have in common, and no others."""
    partition = key.arn.split(":")[1]
    related = (partition, key.account, key.key_id)
    return related if key.multi_region is not None else (key.arn,)


def _families(keys: list[KmsKey]) -> dict[tuple[str, ...], list[KmsKey]]:
    """Return related keys, the primary one first."""
    families: dict[tuple[str, ...], list[KmsKey]] = {}
    for key in keys:
        families.setdefault(_family(key), []).append(key)
    for family in families.values():
        # Of replicas whose primary key a test has deleted the first takes its place.
        family.sort(key=lambda key: key.multi_region != "PRIMARY")
    return families


def _there(arn: str, families: dict[tuple[str, ...], list[KmsKey]]) -> str:
    """Return *arn*; of a related key if that one is gone."""
    arns = [key.arn for family in families.values() for key in family]
    if arn in arns:
        return arn
    return next(each for each in arns if each.rpartition("/")[2] == arn.rpartition("/")[2])


def _key(backend: Backend, key: KmsKey, replicas: list[KmsKey]) -> dict[str, Any]:
    if key.manager == "AWS":
        common = {"id": key.key_id, "region": key.region, "account": key.account}
        aliases = list(author.aliases_of(backend, key))
        return common | {"aliases": aliases} | _material(key)
    dumped: dict[str, Any] = {
        "id": key.key_id,
        **_place(backend, key),
        "account": key.account,
        "spec": key.spec.name,
        "usage": key.usage,
    }
    if key.origin != "AWS_KMS":
        dumped["origin"] = key.origin
    dumped |= _material(key, *replicas)
    if key.rotation_period is not None:
        dumped["rotation_days"] = key.rotation_period
    if key.multi_region is not None:
        dumped["multi_region"] = True
    if replicas:
        dumped["replicas"] = [_place(backend, replica) for replica in replicas]
    return dumped


def _place(backend: Backend, key: KmsKey) -> dict[str, Any]:
    """Return what *key* has in its own Region."""
    place: dict[str, Any] = {"region": key.region}
    aliases = list(author.aliases_of(backend, key))
    if aliases:
        place["aliases"] = aliases
    if key.state in _STATES:
        place["state"] = _STATES[key.state]
    if json.loads(key.policy) != json.loads(
        printing.default_policy(root_arn(key.region, key.account))
    ):
        place["policy"] = json.loads(key.policy)
    if key.tags:
        place["tags"] = dict(key.tags)
    if key.description:
        place["description"] = key.description
    grants = [
        {**grant.members} | ({"Name": grant.name} if grant.name else {})
        for grant in backend.registry.state.grants.of_key(key.arn)
    ]
    if grants:
        # Their own order is that of IDs, which are drawn.
        place["grants"] = sorted(grants, key=lambda grant: json.dumps(grant, sort_keys=True))
    return place


def _material(key: KmsKey, *related: KmsKey) -> dict[str, Any]:
    materials = [each for each in key.materials if each.is_permanent]
    materials.sort(key=lambda each: each.rotation_date or 0.0)
    # What was imported may be gone in this Region, and be there in another.
    there = {
        each.id: each.secret
        for other in (*related, key)
        for each in other.materials
        if each.secret is not None
    }
    secrets = [there[each.id] for each in materials if each.id in there]
    if not secrets or len(secrets) < len(materials):
        return {}
    if key.spec.kind == "asymmetric":
        return {"private_key": _pem(secrets[0])}
    if len(secrets) == 1:
        return {"material": secrets[0].hex()}
    return {"materials": [secret.hex() for secret in secrets]}


def _pem(private: bytes) -> str:
    lines = textwrap.wrap(base64.b64encode(private).decode(), 64)
    return "\n".join(["-----BEGIN PRIVATE KEY-----", *lines, "-----END PRIVATE KEY-----", ""])
