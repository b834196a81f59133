"""
The key-state table: which operation a key admits in which state.

Source: KMS Developer Guide, "Key states of AWS KMS keys", key state table.
"""

# ruff: noqa: E501 - the table is as wide as AWS's

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

import attrs

from ..api.errors import (
    DisabledException,
    KmsError,
    KMSInvalidStateException,
    UnsupportedOperationException,
)
from ..values.key import KeyState, KmsKey


@attrs.frozen
class Refusal:
    """A cell that says no: the error to raise, and its words after the ARN."""

    error: type[KmsError]
    reason: str


OK: Final = None
DISABLED: Final = Refusal(DisabledException, "is disabled.")
DELETING: Final = Refusal(KMSInvalidStateException, "is pending deletion.")
REPLICA: Final = Refusal(KMSInvalidStateException, "is pending replica deletion.")
STAYING: Final = Refusal(KMSInvalidStateException, "is not pending deletion.")
IMPORTING: Final = Refusal(KMSInvalidStateException, "is pending import.")
AWAY: Final = Refusal(KMSInvalidStateException, "is unavailable.")
CREATING: Final = Refusal(KMSInvalidStateException, "is creating.")
ORIGIN: Final = Refusal(
    UnsupportedOperationException, "origin is {origin} which is not valid for this operation."
)
UPDATING: Final = Refusal(KMSInvalidStateException, "is updating.")

Cell = Refusal | None

# fmt: off
_COLUMNS: Final[tuple[KeyState, ...]] = (
    "Enabled", "Disabled", "PendingDeletion", "PendingReplicaDeletion",
    "PendingImport", "Unavailable", "Creating", "Updating",
)
_ROWS: Final[Mapping[str, tuple[Cell, ...]]] = {
    # in state:              Enabled  Disabled  PendDel   PendRepl  PendImport  Unavail  Creating  Updating
    "CancelKeyDeletion":    (STAYING, STAYING,  OK,       OK,       STAYING,    STAYING, STAYING,  STAYING),
    "CreateAlias":          (OK,      OK,       DELETING, REPLICA,  OK,         OK,      OK,       OK),
    "CreateGrant":          (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  OK,      CREATING, OK),
    "Decapsulate":          (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  AWAY,    CREATING, OK),
    "Decrypt":              (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  AWAY,    CREATING, OK),
    "DeleteImportedKeyMaterial":
                            (OK,      OK,       OK,       OK,       OK,         OK,      CREATING, UPDATING),
    "DeriveSharedSecret":   (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  AWAY,    CREATING, OK),
    "DescribeKey":          (OK,      OK,       OK,       OK,       OK,         OK,      OK,       OK),
    "DisableKey":           (OK,      OK,       DELETING, REPLICA,  IMPORTING,  OK,      CREATING, UPDATING),
    "DisableKeyRotation":   (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  ORIGIN,  CREATING, OK),
    "EnableKey":            (OK,      OK,       DELETING, REPLICA,  IMPORTING,  OK,      CREATING, UPDATING),
    "EnableKeyRotation":    (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  ORIGIN,  CREATING, OK),
    "Encapsulate":          (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  AWAY,    CREATING, OK),
    "Encrypt":              (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  AWAY,    CREATING, OK),
    "GenerateDataKey":      (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  AWAY,    CREATING, OK),
    "GenerateDataKeyPair":  (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  AWAY,    CREATING, OK),
    "GenerateDataKeyPairWithoutPlaintext":
                            (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  AWAY,    CREATING, OK),
    "GenerateDataKeyWithoutPlaintext":
                            (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  AWAY,    CREATING, OK),
    "GenerateMac":          (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  AWAY,    CREATING, OK),
    "GetKeyLastUsage":      (OK,      OK,       OK,       OK,       OK,         OK,      OK,       OK),
    "GetKeyPolicy":         (OK,      OK,       OK,       OK,       OK,         OK,      OK,       OK),
    # Imported keys rotate on demand only, and not before they have material.
    # Only keys in custom key stores are Unavailable, and they never rotate.
    "GetKeyRotationStatus": (OK,      OK,       OK,       OK,       ORIGIN,     ORIGIN,  OK,       OK),
    "GetParametersForImport":
                            (OK,      OK,       DELETING, REPLICA,  OK,         ORIGIN,  CREATING, UPDATING),
    "GetPublicKey":         (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  AWAY,    CREATING, OK),
    "ImportKeyMaterial":    (OK,      OK,       DELETING, REPLICA,  OK,         ORIGIN,  CREATING, OK),
    "ListAliases":          (OK,      OK,       OK,       OK,       OK,         OK,      OK,       OK),
    "ListGrants":           (OK,      OK,       OK,       OK,       OK,         OK,      OK,       OK),
    "ListKeyPolicies":      (OK,      OK,       OK,       OK,       OK,         OK,      OK,       OK),
    "ListKeyRotations":     (OK,      OK,       OK,       OK,       OK,         OK,      OK,       OK),
    "ListResourceTags":     (OK,      OK,       OK,       OK,       OK,         OK,      OK,       OK),
    "PutKeyPolicy":         (OK,      OK,       OK,       OK,       OK,         OK,      OK,       OK),
    "ReEncrypt":            (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  AWAY,    CREATING, OK),
    "ReplicateKey":         (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  AWAY,    CREATING, UPDATING),
    "RevokeGrant":          (OK,      OK,       OK,       OK,       OK,         OK,      OK,       OK),
    "RotateKeyOnDemand":    (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  ORIGIN,  CREATING, OK),
    "ScheduleKeyDeletion":  (OK,      OK,       DELETING, REPLICA,  OK,         OK,      OK,       UPDATING),
    "Sign":                 (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  AWAY,    CREATING, OK),
    "TagResource":          (OK,      OK,       DELETING, REPLICA,  OK,         OK,      OK,       OK),
    "UntagResource":        (OK,      OK,       DELETING, REPLICA,  OK,         OK,      OK,       OK),
    # The new target; the state of the current one does not matter.
    "UpdateAlias":          (OK,      OK,       DELETING, REPLICA,  OK,         OK,      OK,       OK),
    "UpdateKeyDescription": (OK,      OK,       DELETING, REPLICA,  OK,         OK,      OK,       OK),
    "UpdatePrimaryRegion":  (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  AWAY,    CREATING, UPDATING),
    "Verify":               (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  AWAY,    CREATING, OK),
    "VerifyMac":            (OK,      DISABLED, DELETING, REPLICA,  IMPORTING,  AWAY,    CREATING, OK),
}
# fmt: on

KEY_STATES: Final[Mapping[str, Mapping[KeyState, Cell]]] = {
    operation: dict(zip(_COLUMNS, row, strict=True)) for operation, row in _ROWS.items()
}
TRANSIENT_STATES: Final = ("Creating", "Updating")
assert set(_COLUMNS) == set(get_args(KeyState))


def admitting_states(operation: str) -> frozenset[KeyState]:
    """Return the states in which a key admits *operation*; none if it concerns no key."""
    return frozenset(
        state for state, refusal in KEY_STATES.get(operation, {}).items() if refusal is None
    )


def check_state(operation: str, key: KmsKey) -> None:
    """Raise AWS's refusal if *key* does not admit *operation* in its state."""
    refusal = KEY_STATES[operation][key.state]
    if refusal is not None:
        raise refusal.error(f"{key.arn} {refusal.reason.format(origin=key.origin)}")
