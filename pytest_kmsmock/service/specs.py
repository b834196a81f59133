"""
The key specs: which usages each has, and which algorithms each usage.

Source: KMS Developer Guide, "Key spec reference".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import attrs

KeyKind = Literal["symmetric", "asymmetric", "hmac"]
KeyUsage = str
"""``ENCRYPT_DECRYPT``, ``SIGN_VERIFY``, ``GENERATE_VERIFY_MAC``, …"""


@attrs.frozen
class KeySpec:
    """
    One row of the table.

    Attributes:
        name: As in the API, ``SYMMETRIC_DEFAULT``.
        kind: UpdateAlias moves an alias only within one.
        usages: The usages a key of the spec can have, each with its algorithms
            in the order in which DescribeKey lists them. The first usage is
            the one that a test gets without asking.
    """

    name: str
    kind: KeyKind
    usages: Mapping[KeyUsage, tuple[str, ...]]

    @property
    def usual_usage(self) -> KeyUsage:
        return next(iter(self.usages))

    @property
    def is_symmetric_encryption(self) -> bool:
        return self.kind == "symmetric"


def _row(name: str, kind: KeyKind, **usages: tuple[str, ...]) -> KeySpec:
    return KeySpec(name, kind, usages)


# fmt: off
KEY_SPECS: Final[Mapping[str, KeySpec]] = {
    spec.name: spec
    for spec in (
        _row("SYMMETRIC_DEFAULT", "symmetric", ENCRYPT_DECRYPT=("SYMMETRIC_DEFAULT",)),
    )
}
# fmt: on

# The member of KeyMetadata that lists the algorithms of each usage.
ALGORITHMS_MEMBER: Final[Mapping[KeyUsage, str]] = {
    "ENCRYPT_DECRYPT": "EncryptionAlgorithms",
    "SIGN_VERIFY": "SigningAlgorithms",
    "GENERATE_VERIFY_MAC": "MacAlgorithms",
    "KEY_AGREEMENT": "KeyAgreementAlgorithms",
    "ENCAPSULATE_DECAPSULATE": "EncapsulationAlgorithms",
}
