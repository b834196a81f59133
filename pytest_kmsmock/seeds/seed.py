"""A seed as it was read: keys and ciphertexts, and the mistakes of who wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from ..service.misuse import KmsMockError


@attrs.frozen(kw_only=True)
class Place:
    """
    What a key or a replica has in its own Region.

    Attributes:
        where: What a mistake calls it.
        region: None is the mock's.
        state: None is the usual one.
        policy: A document, or its JSON; None is the default policy.
        grants: Parameters of CreateGrant; None is one with a mistake, in its place.
    """

    where: str
    region: str | None = None
    aliases: tuple[str, ...] = ()
    state: str | None = None
    policy: str | Mapping[str, Any] | None = attrs.field(default=None, repr=False)
    tags: Mapping[str, str] = attrs.field(factory=dict)
    description: str = ""
    grants: tuple[Mapping[str, Any] | None, ...] = ()


@attrs.frozen(kw_only=True)
class KeySeed(Place):
    """
    A key.

    Attributes:
        materials: Oldest first; empty is what KMS makes, or has yet to be imported. Of a
            key pair the private key, PKCS #8 DER.
        next_rotation: Seconds since the epoch; None is *rotation_days* from now.
    """

    id: str | None = None
    account: str | None = None
    spec: str = "SYMMETRIC_DEFAULT"
    usage: str | None = None
    origin: str = "AWS_KMS"
    materials: tuple[bytes, ...] = attrs.field(default=(), repr=False)
    rotation_days: int | None = None
    next_rotation: float | None = None
    multi_region: bool = False
    replicas: tuple[Place, ...] = ()


@attrs.frozen(kw_only=True)
class CiphertextSeed:
    """A ciphertext from elsewhere; see `Adopting.adopt`. What had a mistake is None."""

    where: str
    ciphertext: bytes | None = attrs.field(default=None, repr=False)
    plaintext: bytes | None = attrs.field(default=None, repr=False)
    key: str | None = None
    context: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Seed:
    """
    All that a seed says; where it has mistakes, what of it makes sense.

    Attributes:
        names: That it gives to keys, also those with mistakes.
        is_readable: It is known which names it gives.
    """

    keys: tuple[KeySeed, ...] = ()
    ciphertexts: tuple[CiphertextSeed, ...] = ()
    names: frozenset[str] = frozenset()
    is_readable: bool = True


class Mistakes:
    """
    Those of one seed, collected, so that its author is told of all at once.

    Args:
        source: What has them: the name of a file, or "the seed".
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._found: list[str] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, where: str, what: str) -> None:
        line = f"{where}: {what.rstrip('.')}" if where else what.rstrip(".")
        if line not in self._found:
            self._found.append(line)

    def check(self) -> None:
        """Raise if there are any."""
        __tracebackhide__ = True
        if self._found:
            count = f"{len(self._found)} mistake{'s' * (len(self._found) != 1)}"
            lines = "\n".join(f"- {line}" for line in self._found)
            raise KmsMockError(f"{self._source} has {count}; nothing of it was loaded.\n{lines}")
