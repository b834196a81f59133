"""A service of its own, without botocore's client and without pytest's fixtures around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_kmsmock.service.service import Service
from pytest_kmsmock.service.serving.request import Options, Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.values.caller import Caller

ACCOUNT = "123456789012"
REGION = "us-east-1"
NOW = 1_700_000_000.0


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def service(registry: Registry) -> Service:
    return Service(lambda: NOW, registry=registry)


@pytest.fixture
def call(service: Service) -> Callable[..., dict[str, Any]]:
    """Do an operation as the account itself in us-east-1."""

    def do(operation: str, **body: Any) -> dict[str, Any]:
        return service.handle(new_request(operation, body))

    return do


@pytest.fixture
def request_of(registry: Registry) -> Callable[..., Request]:
    """Make a request as the service hands it to an operation: checked, with its place."""

    def make(operation: str, **params: Any) -> Request:
        request = new_request(operation, params)
        request.params.update(params)
        request.registry = registry
        request.place = registry.places[ACCOUNT, REGION]
        request.now = NOW
        request.options = Options()
        return request

    return make


def new_request(operation: str, body: dict[str, Any]) -> Request:
    return Request(
        operation=operation,
        body=body,
        region=REGION,
        caller=Caller(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"),
        off_record=True,
    )
