"""
An oracle of AWS KMS: what a few of its operations answer, written from the facts alone.

It knows keys, aliases, grants and ciphertexts by what a client was told of them, and
imports nothing of the package. Source: tests/facts/key_states.csv; KMS API Reference and
Developer Guide for the rest.
"""

from __future__ import annotations

import copy
import csv
import dataclasses
from pathlib import Path
from typing import Final, Literal

FACTS: Final = Path(__file__).parents[1] / "facts" / "key_states.csv"
# What each operation answers in each state: ``ok…`` or the code of an error.
STATES: Final = {
    row["operation"]: row
    for row in csv.DictReader(
        line for line in FACTS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    )
}
DAY: Final = 86_400.0
ROTATIONS_ON_DEMAND: Final = 25

Usage = Literal["ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC"]
# Operations that need a key of one usage, which is asked before the key's state.
USAGES: Final[dict[str, Usage]] = {
    "Encrypt": "ENCRYPT_DECRYPT",
    "Decrypt": "ENCRYPT_DECRYPT",
    "GenerateDataKey": "ENCRYPT_DECRYPT",
    "Sign": "SIGN_VERIFY",
    "Verify": "SIGN_VERIFY",
    "GenerateMac": "GENERATE_VERIFY_MAC",
    "VerifyMac": "GENERATE_VERIFY_MAC",
}
# Which AWS lets be done to a key of imported material alone.
OF_EXTERNAL_KEYS: Final = ("ImportKeyMaterial", "DeleteImportedKeyMaterial")


@dataclasses.dataclass
class Key:
    """What is known of a key; `due` is when it is deleted."""

    id: str
    usage: Usage
    origin: str = "AWS_KMS"
    state: str = "Enabled"
    due: float | None = None
    description: str = ""
    tags: dict[str, str] = dataclasses.field(default_factory=dict)
    rotated: int = 0
    grants: set[str] = dataclasses.field(default_factory=set)


@dataclasses.dataclass
class Sealed:
    """A ciphertext: what is in it, and what opens it."""

    key_id: str
    plaintext: bytes
    context: dict[str, str]


class World:
    """All that there is. Each question has the code of an error for its answer, or None."""

    def __init__(self) -> None:
        self.now = 0.0
        self.keys: dict[str, Key] = {}
        self.aliases: dict[str, str] = {}

    def copy(self) -> World:
        return copy.deepcopy(self)

    def advance(self, seconds: float) -> None:
        """Let time pass: what is due is deleted, with its aliases."""
        self.now += seconds
        for key in [*self.keys.values()]:
            if key.due is not None and key.due <= self.now:
                del self.keys[key.id]
                self.aliases = {name: id for name, id in self.aliases.items() if id != key.id}

    def find(self, name: str) -> Key | None:
        return self.keys.get(self.aliases.get(name, name))

    def refusal(self, operation: str, name: str) -> str | None:
        """Return how AWS refuses *operation* on the key that *name* means, None if it does not."""
        key = self.find(name)
        if key is None:
            return "NotFoundException"
        wanted = USAGES.get(operation)
        if wanted is not None and key.usage != wanted:
            return "InvalidKeyUsageException"
        if operation in OF_EXTERNAL_KEYS and key.origin != "EXTERNAL":
            return "UnsupportedOperationException"
        cell = STATES[operation][key.state].split(" ")[0]
        if cell != "ok":
            return cell
        if operation == "RotateKeyOnDemand" and key.rotated >= ROTATIONS_ON_DEMAND:
            return "LimitExceededException"
        return None

    def opens(self, sealed: Sealed, context: dict[str, str]) -> str | None:
        """Return how AWS refuses to open *sealed* with *context*."""
        if sealed.key_id not in self.keys:
            # The text says so; the code is that of a key that one may not use.
            return "AccessDeniedException"
        refused = self.refusal("Decrypt", sealed.key_id)
        if refused is None and context != sealed.context:
            return "InvalidCiphertextException"
        return refused
