"""
Key IDs, key ARNs, alias names and alias ARNs.

Source: KMS Developer Guide, "Key identifiers (KeyId)".
"""

from __future__ import annotations

import functools
import re
from typing import Final

import attrs

from ...crypto.randomness import Randomness
from ..api.regions import partition_of

# Patterns are texts: `re` compiles them when one is asked for, and keeps them.
# AWS takes upper-case digits too, and does not fold them.
_KEY_ID: Final = (
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
    r"|mrk-[0-9a-fA-F]{32}"
)
MULTI_REGION: Final = "mrk-"
"""What the IDs of multi-Region keys begin with."""
AWS_ALIAS_PREFIX: Final = "alias/aws/"
"""What the aliases of AWS managed keys begin with."""

_CUSTOMER_ALIAS: Final = r"alias/(?!aws/)[a-zA-Z0-9/_-]{1,250}"
# The two lowest bits of a hexadecimal digit, with the variant of RFC 9562 above them.
_VARIANTS: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


@attrs.frozen
class Arn:
    """
    The parts of an ARN of KMS.

    Attributes:
        resource: ``key/KEY_ID`` or ``alias/NAME``.
    """

    partition: str
    region: str
    account: str
    resource: str

    @property
    def is_alias(self) -> bool:
        return self.resource.startswith("alias/")

    @property
    def key_id(self) -> str:
        return self.resource.removeprefix("key/")


def parse_arn(text: str) -> Arn | None:
    """Return the parts of *text*, or None if it is no ARN of a key or an alias."""
    parts = text.split(":", 5)
    if len(parts) != 6:
        return None
    arn, partition, service, region, account, resource = parts
    kind, slash, name = resource.partition("/")
    if arn != "arn" or service != "kms" or not slash or not name or kind not in ("key", "alias"):
        return None
    if not partition or not region or not re.fullmatch("[0-9]{12}", account):
        return None
    return Arn(partition, region, account, resource)


def is_key_id(text: str) -> bool:
    """Tell whether *text* has the form of a key ID: a UUID, or ``mrk-`` and 32 hex digits."""
    return re.fullmatch(_KEY_ID, text) is not None


def is_customer_alias(name: str) -> bool:
    """Tell whether an alias can have that *name* which is not one of AWS's own."""
    return re.fullmatch(_CUSTOMER_ALIAS, name) is not None


def new_key_id(randomness: Randomness) -> str:
    """Return a random UUID, version 4."""
    # As `uuid.uuid4`, which costs five times as much.
    digits = randomness.draw(16).hex()
    variant = _VARIANTS[digits[16]]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def new_multi_region_key_id(randomness: Randomness) -> str:
    return f"mrk-{randomness.draw(16).hex()}"


def new_key_store_id(randomness: Randomness) -> str:
    return f"cks-{randomness.draw(9).hex()[:17]}"


def key_arn(region: str, account: str, key_id: str) -> str:
    return key_arn_prefix(region, account) + key_id


@functools.lru_cache(maxsize=256)
def key_arn_prefix(region: str, account: str) -> str:
    return f"arn:{partition_of(region)}:kms:{region}:{account}:key/"


def alias_arn(region: str, account: str, alias_name: str) -> str:
    return f"arn:{partition_of(region)}:kms:{region}:{account}:{alias_name}"


@functools.lru_cache(maxsize=256)
def root_arn(region: str, account: str) -> str:
    """Return the ARN of *account* as a principal."""
    return f"arn:{partition_of(region)}:iam::{account}:root"
