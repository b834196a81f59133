"""Grants that a request names: by a token, or by an ID."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import samples

from pytest_kmsmock import KmsMock
from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.api.errors import (
    InvalidArnException,
    InvalidGrantIdException,
    InvalidGrantTokenException,
    NotFoundException,
    ValidationException,
)
from pytest_kmsmock.service.serving import grants
from pytest_kmsmock.service.serving.request import Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.values.grant import Grant, seal_token
from pytest_kmsmock.service.values.key import KmsKey

RequestOf = Callable[..., Request]


@pytest.fixture
def key(registry: Registry) -> KmsKey:
    """A key that is in the registry."""
    made = samples.key()
    registry.change(lambda draft: draft.put_key(made))
    return made


@pytest.fixture
def grant(registry: Registry, key: KmsKey) -> Grant:
    """A grant on it."""
    made = samples.grant(1)
    registry.change(lambda draft: draft.put_grant(made))
    return made


@pytest.fixture
def token(registry: Registry, grant: Grant) -> str:
    return seal_token(registry.token_key, grant, SYSTEM)


def test_tokens_tell_their_grants(request_of: RequestOf, grant: Grant, token: str) -> None:
    request = request_of("Encrypt")

    assert grants.opened(request, [token, token]) == [(grant.key_arn, grant.id)] * 2
    assert grants.opened(request, []) == []


def test_a_token_that_nobody_gave_out_is_named(request_of: RequestOf, token: str) -> None:
    """Though others are good."""
    with pytest.raises(InvalidGrantTokenException, match="Grant token none is not valid"):
        grants.opened(request_of("Encrypt"), [token, "none"])


def test_a_grant_is_retired_by_its_token_or_by_key_and_id(
    request_of: RequestOf, key: KmsKey, grant: Grant, token: str
) -> None:
    by_token = request_of("RetireGrant", GrantToken=token)
    by_id = request_of("RetireGrant", KeyId=key.arn, GrantId=grant.id)

    assert grants.to_be_retired(by_token) == grants.to_be_retired(by_id) == (key, grant.id)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"KeyId": "k"},
        {"GrantId": "g"},
        {"GrantToken": "t", "KeyId": "k"},
        {"GrantToken": "t", "GrantId": "g"},
        {"GrantToken": "t", "KeyId": "k", "GrantId": "g"},
    ],
    ids=str,
)
def test_a_grant_is_named_in_one_way(request_of: RequestOf, params: dict[str, str]) -> None:
    """Which is said before anything of it is looked at."""
    with pytest.raises(ValidationException, match="either a grant token, or a key ID and"):
        grants.to_be_retired(request_of("RetireGrant", **params))


def test_a_grant_is_not_retired_by_an_alias(request_of: RequestOf) -> None:
    """Source: KMS API Reference, RetireGrant, KeyId."""
    request = request_of("RetireGrant", KeyId="alias/app", GrantId="0" * 64)

    with pytest.raises(InvalidArnException):
        grants.to_be_retired(request)


def test_the_key_of_a_grant_must_be_there(request_of: RequestOf, token: str) -> None:
    """By a token too: it may have been deleted meanwhile."""
    request = request_of("RetireGrant", GrantToken=token)
    request.registry.change(lambda draft: draft.remove_key(samples.key(), 0.0))
    request.read(request.registry.state)

    with pytest.raises(NotFoundException):
        grants.to_be_retired(request)


def test_a_grant_is_found_on_its_key_alone(
    request_of: RequestOf, key: KmsKey, grant: Grant
) -> None:
    request = request_of("RevokeGrant")
    other = samples.key(key_id=samples.KEY_ID[:-1] + "0")

    assert grants.named(request, key, grant.id) == grant
    for on, grant_id in ((other, grant.id), (key, "0" * 64)):
        with pytest.raises(NotFoundException, match=f"Grant ID {grant_id} of key {on.arn}"):
            grants.named(request, on, grant_id)


def test_a_malformed_id_is_told_apart_from_a_missing_one(
    request_of: RequestOf, key: KmsKey
) -> None:
    with pytest.raises(InvalidGrantIdException, match="Grant ID x is not valid"):
        grants.named(request_of("RevokeGrant"), key, "x")


def test_an_unreadable_token_is_no_question_of_permissions(kms: KmsMock, app: Any) -> None:
    """InvalidGrantTokenException."""
    key_id = kms.create_key().id

    with pytest.raises(app().exceptions.InvalidGrantTokenException):
        app().encrypt(KeyId=key_id, Plaintext=b"x", GrantTokens=["none"])
