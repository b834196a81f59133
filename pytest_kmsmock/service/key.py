"""
The values that the registry holds: keys, their material, aliases.

All are frozen. To change one, `attrs.evolve` it and put it back.
"""

from __future__ import annotations

import hashlib
from typing import Literal

import attrs

from .identifiers import alias_arn
from .specs import KeySpec, KeyUsage

KeyState = Literal[
    "Creating",
    "Enabled",
    "Disabled",
    "PendingDeletion",
    "PendingImport",
    "PendingReplicaDeletion",
    "Unavailable",
    "Updating",
]


@attrs.frozen
class KeyMaterial:
    """
    What a key computes with.

    Attributes:
        id: 64 hex digits: the same bytes in the same key have the same ID.
        secret: 32 bytes for a symmetric key.
    """

    id: str
    # No repr: pytest prints values when an assertion fails.
    secret: bytes = attrs.field(repr=False)

    @classmethod
    def of(cls, key_id: str, secret: bytes) -> KeyMaterial:
        return cls(hashlib.sha256(key_id.encode() + secret).hexdigest(), secret)


@attrs.frozen(kw_only=True)
class KmsKey:
    """
    A KMS key. Times are seconds since the epoch.

    Attributes:
        arn: ``arn:aws:kms:REGION:ACCOUNT:key/KEY_ID``.
        state: Decides which operations succeed; see `states.KEY_STATES`.
        materials: Oldest first; the last one encrypts.
        ciphertext_tag: The 32 bytes by which a ciphertext blob names the key.
        policy: The key policy as GetKeyPolicy prints it.
        tags: Pairs of key and value, in the order in which they came.
        deletion_date: None unless *state* is PendingDeletion.

    Source: KMS API Reference, KeyMetadata.
    """

    account: str
    region: str
    key_id: str
    arn: str
    spec: KeySpec
    usage: KeyUsage
    origin: str
    state: KeyState
    description: str
    creation_date: float
    materials: tuple[KeyMaterial, ...] = attrs.field(repr=False)
    ciphertext_tag: bytes = attrs.field(repr=False)
    policy: str = attrs.field(repr=False)
    tags: tuple[tuple[str, str], ...] = ()
    deletion_date: float | None = None

    @property
    def material(self) -> KeyMaterial:
        return self.materials[-1]

    @property
    def algorithms(self) -> tuple[str, ...]:
        return self.spec.usages[self.usage]


@attrs.frozen
class Alias:
    """
    A name of a key. Times are seconds since the epoch.

    Attributes:
        name: ``alias/…``.
        key_id: The ID of the key that it names, in the same account and Region.
    """

    account: str
    region: str
    name: str
    key_id: str
    creation_date: float
    last_updated_date: float

    @property
    def arn(self) -> str:
        return alias_arn(self.region, self.account, self.name)
