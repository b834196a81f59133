"""
Saving: all that a registry has as bytes, and what such bytes say.

No more than values of this package comes of bytes, whoever has written them.
"""

from __future__ import annotations

import io
import pickle
from typing import Any, Final

from .registry import Registry

# What a registry has besides the state, that its successor goes on with.
_KEPT: Final = ("last_usages", "attestation_roots", "token_key", "made")
_PACKAGE: Final = __name__.rpartition(".state.")[0]
_PLAIN: Final = frozenset((("builtins", "set"), ("builtins", "frozenset")))


class _Reader(pickle.Unpickler):
    """Reads values of the service, and nothing else that Python could be asked for."""

    def find_class(self, module: str, name: str) -> Any:
        if module.startswith(f"{_PACKAGE}.") and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) or name == "key_spec":
                return found
        elif (module, name) in _PLAIN:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no value of the service")


def to_bytes(registry: Registry, offset: float) -> bytes:
    """
    Return what *registry* has.

    Args:
        offset: How many seconds the service's clock is ahead.
    """
    with registry.lock.current:
        kept = {name: getattr(registry, name) for name in _KEPT}
        # Those change in their places.
        kept |= {"last_usages": registry.last_usages.copy(), "made": registry.made.copy()}
        state = registry.state
    return pickle.dumps({"state": state, "offset": offset, **kept}, protocol=5)


def from_bytes(registry: Registry, data: bytes) -> float:
    """
    Let *registry* have what `to_bytes` returned; return how far the clock was ahead.

    Raises:
        ValueError: It is something else, or of another form.
    """
    try:
        saved = _Reader(io.BytesIO(data)).load()
        state, offset = saved["state"], float(saved["offset"])
        kept = {name: saved[name] for name in _KEPT}
        len(state.all_resources())
    except Exception as error:  # whatever the bytes make of it
        raise ValueError(f"{type(error).__name__}: {error}") from None
    with registry.lock.current:
        registry.state = state
        for name, value in kept.items():
            setattr(registry, name, value)
    return offset
