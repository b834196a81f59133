"""Encoding of values as the JSON of requests and responses has them: what `decoding` reads."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping
from typing import Any


def to_json(value: Any) -> Any:
    """Return *value* with bytes in Base64, and times as seconds since the epoch."""
    if isinstance(value, str):
        # A member of an enumeration of texts, say, is the text.
        return value if type(value) is str else str.__str__(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dt.datetime):
        return value.timestamp()
    if isinstance(value, Mapping):
        return {name: to_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [to_json(item) for item in value]
    return value
