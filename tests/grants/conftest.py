"""A key, those who may use it, and what a client says of a refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import Key, KmsMock

Refusal = Callable[..., dict[str, Any]]


@pytest.fixture
def client(kms: KmsMock) -> Any:
    """A client as an application has one."""
    return kms.client()


@pytest.fixture
def key(kms: KmsMock) -> Key:
    """An enabled symmetric key."""
    return kms.create_key()


@pytest.fixture
def refusal() -> Refusal:
    """Call something that AWS refuses; return its code and its text."""

    def call(method: Callable[..., Any], **params: Any) -> dict[str, Any]:
        with pytest.raises(ClientError) as caught:
            method(**params)
        return dict(caught.value.response["Error"])

    return call


@pytest.fixture
def grant(client: Any, key: Key) -> Callable[..., dict[str, Any]]:
    """Make a grant, on the key unless told otherwise, to a role that may encrypt."""

    def make(**params: Any) -> dict[str, Any]:
        usual = {
            "KeyId": key.id,
            "GranteePrincipal": "arn:aws:iam::123456789012:role/worker",
            "Operations": ["Encrypt"],
        }
        response: dict[str, Any] = client.create_grant(**{**usual, **params})
        return response

    return make
