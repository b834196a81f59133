"""Encoding of values as the JSON of requests and responses has them: what `decoding` reads."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Mapping
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any


def to_json(value: Any) -> Any:
    """Return *value* with bytes in Base64, and times as seconds since the epoch."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dt.datetime):
        return value.timestamp()
    if isinstance(value, Mapping):
        return {name: to_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [to_json(item) for item in value]
    return value


def length_of_json(value: Any) -> int:
    """Return how long *value* is as JSON without spaces, in ASCII, which takes longer to write."""
    kind = type(value)
    if kind is str:
        return len(_quoted(value))
    if kind is bytes:
        return (len(value) + 2) // 3 * 4 + 2
    if kind is dict:
        # Each name has a colon behind it, and a comma behind its value but the last.
        length = 1 + 2 * len(value) if value else 2
        for name, item in value.items():
            length += len(_quoted(name)) + length_of_json(item)
        return length
    if kind is list:
        return 1 + len(value) + sum(map(length_of_json, value)) if value else 2
    if kind is bool:
        return 4 if value else 5
    return len(json.dumps(to_json(value), separators=(",", ":")))
