"""
Prints of key policies: as GetKeyPolicy has them, and the policy of a key that has none of its own.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any, Final

_encode: Final = json.JSONEncoder(ensure_ascii=False).encode


@functools.lru_cache(maxsize=256)
def default_policy(root_arn: str) -> str:
    """Return the policy of a key that was created without one, printed."""
    return pretty(
        {
            "Version": "2012-10-17",
            "Id": "key-default-1",
            "Statement": [
                {
                    "Sid": "Enable IAM User Permissions",
                    "Effect": "Allow",
                    "Principal": {"AWS": root_arn},
                    "Action": "kms:*",
                    "Resource": "*",
                }
            ],
        }
    )


def pretty(document: Mapping[str, Any]) -> str:
    """
    Return *document* as GetKeyPolicy prints it.

    Objects take a line a member, indented by two spaces; arrays stay on one
    line, as ``[ a, b ]``; ``"name" : value``.
    """
    return _print(document, "")


def _print(value: Any, indent: str) -> str:
    if isinstance(value, dict) and value:
        inner = indent + "  "
        members = (f"{inner}{json.dumps(k)} : {_print(v, inner)}" for k, v in value.items())
        return "{\n" + ",\n".join(members) + f"\n{indent}}}"
    if isinstance(value, list) and value:
        return f"[ {', '.join(_print(item, indent) for item in value)} ]"
    return _encode(value)
