"""Grants that requests name, by a token or by an ID."""

from __future__ import annotations

from collections.abc import Iterable

from ..api.errors import (
    InvalidGrantIdException,
    InvalidGrantTokenException,
    NotFoundException,
    ValidationException,
)
from ..values.grant import Grant, is_grant_id, open_token
from ..values.key import KmsKey
from . import finding
from .request import Request


def opened(request: Request, tokens: Iterable[str]) -> list[tuple[str, str]]:
    """Return the key ARNs and grant IDs of *tokens*, or raise if one was never given out."""
    return [_opened(request, token) for token in tokens]


def to_be_retired(request: Request) -> tuple[KmsKey, str]:
    """Return the key and the ID of the grant that *request*, a RetireGrant, names."""
    params = request.params
    has_token, has_ids = "GrantToken" in params, "KeyId" in params and "GrantId" in params
    if has_token == has_ids or (has_token and ("KeyId" in params or "GrantId" in params)):
        raise ValidationException("Specify either a grant token, or a key ID and a grant ID.")
    if has_token:
        key_arn, grant_id = _opened(request, params["GrantToken"])
    else:
        key_arn, grant_id = params["KeyId"], params["GrantId"]
    return finding.key(request, key_arn, alias_refusal=finding.alias_refused), grant_id


def named(request: Request, key: KmsKey, grant_id: str) -> Grant:
    """Return the grant on *key* with that ID."""
    check_id(grant_id)
    grant = request.state.grants.of_key(key.arn).get(grant_id)
    if grant is None:
        raise NotFoundException(f"Grant ID {grant_id} of key {key.arn} is not found.")
    return grant


def check_id(grant_id: str) -> None:
    if not is_grant_id(grant_id):
        raise InvalidGrantIdException(f"Grant ID {grant_id} is not valid.")


def _opened(request: Request, token: str) -> tuple[str, str]:
    found = open_token(request.registry.token_key, token)
    if found is None:
        raise InvalidGrantTokenException(f"Grant token {token} is not valid.")
    return found
