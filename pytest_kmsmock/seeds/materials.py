"""Key material of a seed, in whichever member and form: what is sound for a key spec."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any, Final

from ..checks import DEFAULT_REGION
from ..crypto import foreign_keys
from ..crypto.extras import MissingExtra
from ..service.state.key_maker import is_sound, symmetric_length
from ..service.values.key_pairs import is_private_key
from ..service.values.specs import KEY_SPECS
from .kinds import Names
from .seed import Mistakes

GIVING_MATERIAL: Final = frozenset({"material", "materials", "private_key"})


def read_material(
    found: Mapping[str, Any], where: str, region: str, mistakes: Mistakes, names: Names
) -> tuple[str | None, tuple[bytes, ...]]:
    """Return the key spec, None if that is not known, and the materials, which are sound for it."""
    given = [name for name in sorted(GIVING_MATERIAL) if name in found]
    if len(given) > 1:
        mistakes.add(where, f"{' and '.join(given)} say the same; write one of them")
        return None, ()
    spec: str | None = found.get("spec")
    if not given:
        return spec or "SYMMETRIC_DEFAULT", ()
    called = names.get(given[0], given[0])
    if given[0] == "private_key":
        secrets = [_pkcs8(found["private_key"].encode(errors="surrogatepass"))]
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
