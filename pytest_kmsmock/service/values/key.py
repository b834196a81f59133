"""
The values that the registry holds: keys, their material, aliases.

All are frozen. To change one, `attrs.evolve` it and put it back. Keys and their
material are frozen for the type checker only: it takes attrs twice as long to make
a value that is frozen at run time, and CreateKey is to be fast.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

import attrs

from ...crypto import ciphertext
from ...crypto.randomness import Randomness
from .identifiers import alias_arn
from .specs import KeySpec, KeyUsage

if TYPE_CHECKING:
    from attrs import frozen as _frozen
else:
    from attrs import define as _frozen

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


MaterialState = Literal[
    "CURRENT",
    "NON_CURRENT",
    "PENDING_ROTATION",
    "PENDING_MULTI_REGION_IMPORT_AND_ROTATION",
]
RotationType = Literal["AUTOMATIC", "ON_DEMAND"]


@_frozen(kw_only=True)
class KeyMaterial:
    """
    What a key computes with. Times are seconds since the epoch.

    Attributes:
        id: 64 hex digits: the same bytes in the same key have the same ID.
        secret: 32 bytes for a symmetric key, PKCS #8 DER for a key pair. None
            if it was imported and has been deleted or has expired since, or
            has yet to be imported into this replica.
        rotation_date: When it became the current one; None for the first.
        valid_to: When it expires, if it was imported so.
        description: What the import said of it.
    """

    id: str
    # No repr: pytest prints values when an assertion fails.
    secret: bytes | None = attrs.field(repr=False)
    state: MaterialState = "CURRENT"
    rotation_date: float | None = None
    rotation_type: RotationType | None = None
    valid_to: float | None = None
    description: str | None = None

    @property
    def is_permanent(self) -> bool:
        """Whether the key is of no use without it: it encrypts, or has encrypted."""
        return self.state in ("CURRENT", "NON_CURRENT")


def material_id(key_id: str, secret: bytes) -> str:
    """Return the ID of *secret* as material of the key *key_id*, in all Regions."""
    return hashlib.blake2s(key_id.encode() + secret).hexdigest()


def first_material(secret: bytes, randomness: Randomness) -> KeyMaterial:
    """Return the material of a new key, made by KMS of *secret*."""
    # Only what is imported must get the same ID when it comes again; here any will do.
    return KeyMaterial(id=randomness.draw(32).hex(), secret=secret)


@attrs.frozen(kw_only=True)
class Stored:
    """
    Where a key in a custom key store is.

    Attributes:
        cluster_id: Of the store's CloudHSM cluster, None if the store is external.
        xks_key_id: Of the external key, None if the store is one of CloudHSM.
        resumes: The state that the key, Unavailable now, has when the store is
            connected again.
    """

    store_id: str
    cluster_id: str | None = None
    xks_key_id: str | None = None
    resumes: KeyState | None = None


@_frozen(kw_only=True)
class KmsKey:
    """
    A KMS key. Times are seconds since the epoch.

    Attributes:
        arn: ``arn:aws:kms:REGION:ACCOUNT:key/KEY_ID``.
        state: Decides which operations succeed; see `key_states.KEY_STATES`.
        materials: Oldest first. Empty for a key that waits for its first import.
        policy: The key policy as GetKeyPolicy prints it.
        tags: Pairs of key and value, in the order in which they came.
        deletion_date: None unless *state* is PendingDeletion.
        pending_window: The days of a deletion that waits for the replicas'.
        multi_region: What it is among its related keys; None for a
            single-Region key.
        rotation_period: Days between automatic rotations; None if there are none.
        next_rotation: When the next automatic rotation is due.
        on_demand_rotations: How many there have been.
        rotating_since: When the on-demand rotation in progress was asked for.
        manager: AWS manages the keys of its services.
        shared_with: The accounts that a RAM share gives it to.
        is_given: A test has made it, without calling CreateKey.
        has_fixed_id: Its ID was given, and so is the same in each run.
        number: That of its account and Region in the order in which keys came.
        transition_ends: When that rotation, or the state Creating or Updating,
            is over.
        stored: Its place in a custom key store, None if it is in none.
        ciphertext_tag: The 32 bytes by which a ciphertext blob names the key; empty
            if its ciphertexts do not, as those of a key pair.
        ciphertext_start: What its ciphertext blobs start with.
        material: The material that encrypts; None only while the key awaits its
            first import, when nothing asks for it.

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
    policy: str = attrs.field(repr=False)
    tags: tuple[tuple[str, str], ...] = ()
    deletion_date: float | None = None
    pending_window: int | None = None
    multi_region: Literal["PRIMARY", "REPLICA"] | None = None
    rotation_period: int | None = None
    next_rotation: float | None = None
    on_demand_rotations: int = 0
    rotating_since: float | None = None
    transition_ends: float | None = None
    stored: Stored | None = None
    manager: Literal["CUSTOMER", "AWS"] = "CUSTOMER"
    shared_with: tuple[str, ...] = ()
    is_given: bool = False
    number: int = 0
    has_fixed_id: bool = False
    ciphertext_tag: bytes = attrs.field(repr=False)
    material: KeyMaterial = attrs.field(init=False, repr=False, eq=False)
    ciphertext_start: bytes = attrs.field(init=False, repr=False, eq=False)

    @ciphertext_tag.default
    def _ciphertext_tag(self) -> bytes:
        if not self.spec.is_symmetric_encryption:
            return b""
        return ciphertext.key_tag(self.account, self.key_id)

    # Once a key and not once a call.
    @material.default
    def _material(self) -> KeyMaterial | None:
        for material in reversed(self.materials):  # nearly always it is the last
            if material.state == "CURRENT":
                return material
        return None

    @ciphertext_start.default
    def _ciphertext_start(self) -> bytes:
        tag, material = self.ciphertext_tag, self.material
        return ciphertext.start(tag, material.id) if tag and material else b""

    @property
    def secret(self) -> bytes:
        """What the current material is; the key's state says that it is there."""
        secret = self.material.secret
        if secret is None:
            raise LookupError(f"the key material of {self.arn} is gone")
        return secret

    @property
    def algorithms(self) -> tuple[str, ...]:
        return self.spec.usages[self.usage]

    def material_of(self, blob: bytes) -> KeyMaterial | None:
        """Return the material that made the ciphertext *blob*, as far as that itself tells."""
        envelope = ciphertext.parse(blob)
        if envelope is None or envelope.key_tag != self.ciphertext_tag:
            return None
        tag = envelope.material_tag.hex()
        return next((m for m in self.materials if m.id.startswith(tag)), None)


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
