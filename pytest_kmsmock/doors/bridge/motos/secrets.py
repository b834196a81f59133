"""Secrets that moto keeps: those of Secrets Manager, and parameters."""

from __future__ import annotations

from typing import Any

from .insides import backend, reading

# Systems Manager.


@reading
def parameter(account: str, region: str, name: str) -> Any:
    return backend("ssm", account, region).get_parameter(name)


@reading
def key_of_parameter(found: Any) -> str:
    key_id: str = found.keyid or "alias/aws/ssm"
    return key_id


@reading
def tier_of_parameter(found: Any) -> str:
    """Return the tier of a parameter, which stays; None is one that is new."""
    tier: str = "Standard" if found is None else found.tier or "Standard"
    return tier


# Secrets Manager.


@reading
def secret(account: str, region: str, name: str) -> Any:
    """Return a secret by its name or ARN; None if there is none, or it is being deleted."""
    secrets = backend("secretsmanager", account, region).secrets
    found = secrets.get(name)
    return None if found is None or found.is_deleted() else found


@reading
def forget_secret(account: str, region: str, name: str) -> None:
    backend("secretsmanager", account, region).secrets.pop(name)
