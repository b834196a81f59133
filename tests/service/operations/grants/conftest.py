"""Grants, made by a client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_kmsmock import Key


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
