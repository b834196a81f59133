"""
Forwarding: what a child of the test's process says of its calls, besides the calls.

A child acts for the mock that it has inherited. So it knows who calls, and from
which line, as the hook knows it in the process of the test.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from ...service.values.caller import Caller
from ...sources import Source
from .signatures import Signature

CALLER: Final = "x-kmsmock-caller"
SOURCE: Final = "x-kmsmock-source"


def is_signed(signature: Signature | None) -> bool:
    """Tell whether who has signed says of another who calls."""
    return signature is not None and CALLER in signature.signed and SOURCE in signature.signed


def headers_of(caller: Caller, source: str) -> dict[str, str]:
    """Return the headers that say who calls, and from where; they are to be signed."""
    told = (caller.account, caller.principal, caller.access_key, caller.role, caller.shown)
    # Escaped: headers take no other characters.
    return {CALLER: json.dumps(told), SOURCE: json.dumps(source)}


def told_by(headers: Mapping[str, str]) -> tuple[Caller, Source]:
    """Return who calls, and from where."""
    account, principal, access_key, role, shown = json.loads(headers[CALLER])
    source: str = json.loads(headers[SOURCE])
    return Caller(account, principal, access_key, role, shown=shown), source
