"""
How much of each thing AWS allows.

Source: KMS Developer Guide, "Resource quotas".
"""

from __future__ import annotations

from typing import Final

ALIASES_PER_KEY: Final = 50
TAGS_PER_KEY: Final = 50
ON_DEMAND_ROTATIONS_PER_KEY: Final = 25
