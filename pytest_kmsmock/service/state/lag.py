"""
Lag: what has changed so lately that AWS would not show it everywhere yet.

Only where a test asks for it; else all of it stays empty. Source: KMS Developer Guide,
"AWS KMS eventual consistency".
"""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from ..values.key import Alias

T = TypeVar("T")
Tags = tuple[tuple[str, str], ...]


class Before(Generic[T]):
    """What things were before each of their latest changes, by their ARNs."""

    def __init__(self) -> None:
        self._kept: dict[str, list[tuple[float, T]]] = {}

    @property
    def arns(self) -> list[str]:
        """The ARNs of what has changed."""
        return list(self._kept)

    def keep(self, arn: str, before: T, until: float) -> None:
        self._kept.setdefault(arn, []).append((until, before))

    def seen(self, arn: str, current: T, now: float) -> T:
        """Return what *arn*, which is *current*, is seen to be now."""
        for until, before in self._kept.get(arn, ()):
            if now < until:
                return before
        return current

    def copy(self) -> Before[T]:
        copied: Before[T] = Before()
        copied._kept = {arn: list(kept) for arn, kept in self._kept.items()}
        return copied


class Lag:
    """
    What was there before each of the latest changes, and until when it is still seen.

    Attributes:
        keys: New keys, by their ARN: until when they are not seen.
        grants: New grants, by their ID: likewise.
        policies: Policies of keys.
        tags: Tags of keys.
        aliases: Aliases; None if there was none of that name.
    """

    def __init__(self) -> None:
        self.keys: Final[dict[str, float]] = {}
        self.grants: Final[dict[str, float]] = {}
        self.policies: Before[str] = Before()
        self.tags: Before[Tags] = Before()
        self.aliases: Before[Alias | None] = Before()

    def copy(self) -> Lag:
        copied = Lag()
        copied.keys.update(self.keys)
        copied.grants.update(self.grants)
        copied.policies = self.policies.copy()
        copied.tags = self.tags.copy()
        copied.aliases = self.aliases.copy()
        return copied
