"""A mock with a bridge to moto, clients of the services, and their refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.session import Session

from pytest_kmsmock import KmsMock, mock_kms
from pytest_kmsmock.checks import BRIDGED

moto = pytest.importorskip("moto")

SESSION = Session()

Refusal = Callable[..., dict[str, Any]]
ClientOf = Callable[..., Any]


@pytest.fixture
def bridged() -> Iterator[KmsMock]:
    with moto.mock_aws(), mock_kms(bridge=BRIDGED) as kms:
        yield kms


@pytest.fixture
def client_of() -> ClientOf:
    """Return what makes a client of a service."""

    def client(service: str, region: str = "us-east-1", **credentials: str) -> Any:
        given: dict[str, Any] = dict(credentials) or {
            "aws_access_key_id": "AKIAEXAMPLE",
            "aws_secret_access_key": "example",
        }
        return SESSION.create_client(service, region_name=region, **given)

    return client


@pytest.fixture
def refusal() -> Refusal:
    """Return what calls an operation and returns the error that comes of it."""

    def call(operation: Callable[..., Any], **params: Any) -> dict[str, Any]:
        with pytest.raises(ClientError) as caught:
            operation(**params)
        return dict(caught.value.response["Error"])

    return call
