"""Showing what was called: plaintext and other bytes by their length alone."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from ..service.api.shapes import service_model, shapes_of


def shown(params: Mapping[str, Any]) -> str:
    """Return *params* for a person to read: plaintext and other bytes by their length alone."""
    values = {name: shown_value(value, is_secret(name)) for name, value in params.items()}
    return ", ".join(f"{name}={value}" for name, value in values.items())


def shown_value(value: Any, secret: bool = False) -> str:
    if isinstance(value, bytes | bytearray) or (secret and isinstance(value, str)):
        return f"<{len(value)} byte{'s' * (len(value) != 1)}>"
    if isinstance(value, Mapping) and not secret:
        inner = ", ".join(f"{name!r}: {shown_value(item)}" for name, item in value.items())
        return f"{{{inner}}}"
    return "<secret>" if secret else repr(value)


@functools.cache
def is_secret(name: str) -> bool:
    """Tell whether the model calls the member sensitive, or a part of it, in some operation."""
    shapes = (
        shapes_of(operation).members.get(name) for operation in service_model().operation_names
    )
    return any(
        part.metadata.get("sensitive")
        for shape in shapes
        if shape is not None
        for part in (shape, *getattr(shape, "members", {}).values())
    )
