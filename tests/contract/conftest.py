"""Plain clients, and what a client says of a refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock

Refusal = Callable[..., dict[str, Any]]


@pytest.fixture
def client(kms: KmsMock) -> Any:
    """A client as an application has one."""
    return kms.client()


@pytest.fixture
def lenient_client(kms: KmsMock) -> Any:
    """A client that sends what botocore would refuse to send."""
    return kms.client(parameter_validation=False)


@pytest.fixture
def key_id(client: Any) -> str:
    """The ID of an enabled symmetric key."""
    key_id: str = client.create_key()["KeyMetadata"]["KeyId"]
    return key_id


@pytest.fixture
def refusal() -> Refusal:
    """Call something that AWS refuses; return botocore's response of the error."""

    def call(method: Callable[..., Any], **params: Any) -> dict[str, Any]:
        with pytest.raises(ClientError) as caught:
            method(**params)
        return dict(caught.value.response)

    return call
