"""Clients of aiobotocore, as an application has them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

ClientOf = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture
def client_of() -> ClientOf:
    """Make a client of KMS, with what botocore's Config takes."""
    from aiobotocore.config import AioConfig
    from aiobotocore.session import get_session

    def client(region: str = "us-east-1", **config: Any) -> AbstractAsyncContextManager[Any]:
        made: AbstractAsyncContextManager[Any] = get_session().create_client(
            "kms", region_name=region, config=AioConfig(**config)
        )
        return made

    return client
