"""
Quotas: how much of each thing AWS allows, adjustable for a test.

Source: KMS Developer Guide, "Resource quotas".
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import attrs

from ..misuse import KmsMockError, suggestion


# Assignments are checked below, unknown names among them.
@attrs.define(on_setattr=attrs.setters.NO_OP, weakref_slot=False)
class Quotas:
    """
    The quotas of one mock; assign to one to change it.

    Attributes:
        keys: Customer managed keys in an account and Region.
        aliases_per_key: Aliases of a key.
        grants_per_key: Grants on a key.
        tags_per_key: Tags of a key.
        on_demand_rotations_per_key: Rotations on demand in the life of a key.
        policy_bytes: The length of a key policy.
        custom_key_stores: Key stores in an account and Region.
    """

    keys: int = 100_000
    aliases_per_key: int = 50
    grants_per_key: int = 50_000
    tags_per_key: int = 50
    on_demand_rotations_per_key: int = 25
    policy_bytes: int = 32_768
    custom_key_stores: int = 10

    if not TYPE_CHECKING:  # whoever checks types is told by them

        def __setattr__(self, name: str, value: Any) -> None:
            __tracebackhide__ = True
            # Not by `attrs.fields`, which is slower: making quotas assigns each.
            names = Quotas.__slots__
            if name not in names:
                raise KmsMockError(
                    f"KMS has no quota {name!r}.{suggestion(name, names)} "
                    f"It has {', '.join(names)}."
                )
            if type(value) is not int or value < 0:
                raise KmsMockError(f"quotas.{name}={value!r} is no quota; write 0 or more.")
            object.__setattr__(self, name, value)


AWS_QUOTAS: Final = Quotas()
"""Those of a mock that nobody has asked for its own; never to be assigned to."""

UNLIMITED: Final = Quotas(*[sys.maxsize] * len(attrs.fields(Quotas)))
"""For what a test does off the record."""
