"""Credentials of principals: only one mock has them, and always the same for one of them."""

from __future__ import annotations

import base64
import hashlib
import hmac

from ..service.values.identity import identity_named

# Users and root users sign with keys that last, the others with a token too.
_TEMPORARY = ("role", "federated")


def is_temporary(name: str) -> bool:
    """Tell whether the principal *name* has a session token."""
    return identity_named("principal", name).kind in _TEMPORARY


def access_key_of(token_key: bytes, name: str) -> str:
    """
    Return the ID of the access key of the principal *name*.

    Args:
        token_key: The mock's.
    """
    prefix = "ASIA" if is_temporary(name) else "AKIA"
    return prefix + _digest(token_key, name, "key", 10)


def secrets_of(token_key: bytes, name: str, access_key: str) -> tuple[str, str | None]:
    """Return the secret of an access key, and its session token if it has one."""
    secret = _digest(token_key, name, f"secret {access_key}", 25)
    if not is_temporary(name):
        return secret, None
    return secret, _digest(token_key, name, f"token {access_key}", 60)


def _digest(token_key: bytes, name: str, purpose: str, length: int) -> str:
    """Return text that only this mock has for this principal, of *length* bytes in Base32."""
    mac = hmac.digest(token_key, f"{purpose} {name}".encode(), hashlib.sha512)
    return base64.b32encode(mac[:length]).decode().rstrip("=")
