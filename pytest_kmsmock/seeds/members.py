"""The table of what a seed can say: its members, by which it is read, and its JSON schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from ..checks import ACCOUNT_PATTERN, REGION_PATTERN, checked_alias
from ..service.misuse import KmsMockError
from ..service.values.identifiers import is_key_id
from ..service.values.specs import KEY_SPECS
from .kinds import (
    BASE64,
    DAYS,
    MAPPING,
    MATERIAL,
    POLICY,
    PRIVATE_KEY,
    TEXT,
    TEXTS,
    TRUTH,
    Kind,
    Member,
    WrongError,
    choice,
    list_of,
    matching,
    objects,
    schema_of,
)


def _alias(value: Any) -> str:
    try:
        return checked_alias("alias", value)
    except KmsMockError as error:
        raise WrongError(str(error).removeprefix(f"alias={value!r} ").rstrip(".")) from None


_ALIAS: Final = Kind(_alias, {"type": "string", "pattern": "^alias/[a-zA-Z0-9/_-]{1,250}$"})
_REGION: Final = matching(
    f"^{REGION_PATTERN}$", "a Region", lambda text: re.fullmatch(REGION_PATTERN, text) is not None
)
_ACCOUNT: Final = matching(
    f"^{ACCOUNT_PATTERN}$",
    "an account ID, 12 digits in quotes",
    lambda text: re.fullmatch(ACCOUNT_PATTERN, text) is not None,
)
_KEY_ID: Final = matching(
    "^(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$", "a key ID, a UUID", is_key_id
)
_USAGES: Final = dict.fromkeys(usage for spec in KEY_SPECS.values() for usage in spec.usages)
_STATES: Final = ("Enabled", "Disabled", "PendingDeletion", "PendingImport")

# What each of several related multi-Region keys has by itself.
_OWN: Final[Mapping[str, Member]] = {
    "region": Member(_REGION, "The Region; without it the mock's."),
    "alias": Member(_ALIAS, "The alias, if there is one."),
    "aliases": Member(list_of(_ALIAS), "The aliases, if there are several."),
    "state": Member(choice(_STATES), "The state; PendingDeletion is for 30 days."),
    "policy": Member(POLICY, "The key policy, a document or its JSON."),
    "tags": Member(TEXTS, "The tags."),
    "description": Member(TEXT, "The description."),
    "grants": Member(list_of(MAPPING), "Grants, each by the parameters of CreateGrant."),
}

REPLICA: Final = _OWN

KEY: Final[Mapping[str, Member]] = {
    "id": Member(_KEY_ID, "The key ID; without it one is made up."),
    **_OWN,
    "account": Member(_ACCOUNT, "The account; without it the mock's."),
    "spec": Member(choice(KEY_SPECS), "The key spec; without it SYMMETRIC_DEFAULT."),
    "usage": Member(choice(_USAGES), "The key usage; without it the spec's usual one."),
    "origin": Member(choice(("AWS_KMS", "EXTERNAL")), "EXTERNAL is for imported material."),
    "material": Member(MATERIAL, "The key material: hex digits, or else Base64."),
    "materials": Member(
        list_of(MATERIAL), "Those of a key that has been rotated, oldest first: likewise."
    ),
    "private_key": Member(PRIVATE_KEY, "The private key of a key pair, in PEM."),
    "rotation_days": Member(DAYS, "Days between automatic rotations, which are on then."),
    "multi_region": Member(TRUTH, "Whether it is a multi-Region primary key."),
    "replicas": Member(
        Kind(
            objects(REPLICA).read,
            {
                "type": "array",
                "items": {"anyOf": [_REGION.schema, schema_of(REPLICA, ["region"])]},
            },
            is_shown=False,
            table=REPLICA,
        ),
        "Replicas of a multi-Region key: a Region, or a mapping with one.",
    ),
}

CIPHERTEXT: Final[Mapping[str, Member]] = {
    "ciphertext": Member(BASE64, "The blob, in Base64."),
    "plaintext": Member(BASE64, "What is in it, in Base64."),
    "key": Member(TEXT, "The key that it opens under: an alias, an ID or an ARN."),
    "context": Member(TEXTS, "The encryption context that it opens with."),
}

SEED: Final[Mapping[str, Member]] = {
    "about": Member(TEXT, "A note for those who read the file."),
    "keys": Member(objects(KEY), "The keys."),
    "ciphertexts": Member(
        objects(CIPHERTEXT, ["ciphertext", "plaintext", "key"]),
        "Ciphertexts that real AWS has made.",
    ),
}


def schema() -> dict[str, Any]:
    """Return the JSON schema of seeds, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Keys of a mocked AWS KMS",
        **schema_of({"$schema": Member(TEXT, "Where this schema is."), **SEED}),
    }
