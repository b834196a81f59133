"""Key material of every key spec: new, or given by the author of a test."""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Final

from ...crypto import mac, symmetric
from ...crypto.forking import Lock
from ...crypto.keypool import KeyPool
from ...crypto.randomness import Randomness
from ..api.regions import is_in_china
from ..values import key_pairs
from ..values.key import KmsKey
from ..values.specs import KeySpec

MakePool = Callable[[], KeyPool]

# AWS makes a pair for each import. An RSA pair takes up to a second here.
_WRAPPING_KEYS: Final = 4
# The family whose pairs follow from nothing that is drawn here; to make one takes long.
_NEVER_DRAWN: Final = "rsa"


class KeyMaker:
    """
    Makes key material, no two alike.

    Args:
        randomness: What keys are drawn from.
        pool: Returns where key pairs come from; None makes each of them anew.
    """

    def __init__(self, randomness: Randomness, pool: MakePool | None = None) -> None:
        self._randomness = randomness
        self._pool = pool
        self._taken: dict[str, int] = {}
        # By key spec; the one that was taken last is at the end.
        self._wrapping: dict[str, collections.deque[bytes]] = {}
        self._lock = Lock()

    def new(self, spec: KeySpec, region: str) -> bytes:
        """Return the secret of a new key of *spec* in *region*."""
        if spec.family == "symmetric":
            return self._randomness.draw(symmetric_length(region))
        if spec.family == "hmac":
            return mac.generate(spec.name, self._randomness)
        if self._pool is None or (self._randomness.is_repeatable and spec.family != _NEVER_DRAWN):
            return key_pairs.generate(spec.name, self._randomness)
        with self._lock.current:
            number = self._taken.get(spec.name, 0)
            self._taken[spec.name] = number + 1
        return self._pool().take(spec.name, number)

    def for_key(self, key: KmsKey) -> bytes:
        """Return the secret of new material for *key*."""
        return self.new(key.spec, key.region)

    def wrapping_key(self, spec: KeySpec, region: str) -> bytes:
        """Return the private key of a pair to wrap with: a few are made, and taken in turn."""
        made = self._wrapping.setdefault(spec.name, collections.deque())
        if len(made) < _WRAPPING_KEYS:
            made.append(self.new(spec, region))
        else:
            made.rotate(-1)
        return made[-1]

    def copy(self, randomness: Randomness) -> KeyMaker:
        """Return one that goes on where this one stands, and draws from *randomness*."""
        copied = KeyMaker(randomness, self._pool)
        copied._taken = self._taken.copy()
        copied._wrapping = {name: made.copy() for name, made in self._wrapping.items()}
        return copied


def symmetric_length(region: str) -> int:
    """Return how many bytes a symmetric key has: China Regions use SM4, others AES-256."""
    return symmetric.SM4_KEY_LENGTH if is_in_china(region) else symmetric.KEY_LENGTH


def is_sound(secret: bytes, spec: KeySpec, region: str) -> bool:
    """Tell whether *secret*, made by somebody else, can be the material of such a key."""
    if spec.family == "symmetric":
        return len(secret) == symmetric_length(region)
    if spec.family == "hmac":
        return mac.is_key(spec.name, secret)
    return key_pairs.is_private_key(spec, secret)
