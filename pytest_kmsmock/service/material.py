"""Key material of every key spec: new, or given by the author of a test."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from ..crypto import keypool, mac, sm4, symmetric
from ..crypto.keypool import KeyPool
from . import asymmetric
from .specs import KeySpec


class KeyMaker:
    """
    Makes key material, no two alike.

    Args:
        pool: Returns where slow pairs come from; None makes each of them anew.
    """

    def __init__(self, pool: Callable[[], KeyPool] | None = None) -> None:
        self._pool = pool
        self._taken: dict[str, int] = {}
        self._lock = threading.Lock()

    def new(self, spec: KeySpec, region: str) -> bytes:
        """Return the secret of a new key of *spec* in *region*."""
        if spec.family == "symmetric":
            return os.urandom(symmetric_length(region))
        if spec.family == "hmac":
            return mac.generate(spec.name)
        if self._pool is None or spec.name not in keypool.SPECS:
            return asymmetric.generate(spec)
        with self._lock:
            number = self._taken.get(spec.name, 0)
            self._taken[spec.name] = number + 1
        return self._pool().take(spec.name, number)

    def copy(self) -> KeyMaker:
        """Return one that goes on where this one stands."""
        copied = KeyMaker(self._pool)
        copied._taken = self._taken.copy()
        return copied


def symmetric_length(region: str) -> int:
    """Return how many bytes a symmetric key has: China Regions use SM4, others AES-256."""
    return sm4.KEY_LENGTH if region.startswith("cn-") else symmetric.KEY_LENGTH


def is_sound(secret: bytes, spec: KeySpec, region: str) -> bool:
    """Tell whether *secret*, made by somebody else, can be the material of such a key."""
    if spec.family == "symmetric":
        return len(secret) == symmetric_length(region)
    if spec.family == "hmac":
        return mac.is_key(spec.name, secret)
    return asymmetric.is_private_key(spec, secret)
