"""A key, made by a client."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def key_id(client: Any) -> str:
    """The ID of an enabled symmetric key."""
    key_id: str = client.create_key()["KeyMetadata"]["KeyId"]
    return key_id
