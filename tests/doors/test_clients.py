"""The plugin's own clients, and the exceptions that handles raise."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock, mock_kms
from pytest_kmsmock.doors import clients
from pytest_kmsmock.service.api.errors import DisabledException, ValidationException


def test_a_client_of_the_mock_is_botocores(kms: KmsMock, connections: list[Any]) -> None:
    """With all that applications use of one."""
    client = kms.client()

    assert client.meta.service_model.service_name == "kms"
    assert client.can_paginate("list_keys")
    assert client.list_keys()["Keys"] == []


def test_a_client_of_the_mock_needs_no_credentials_of_the_user(
    kms: KmsMock, monkeypatch: pytest.MonkeyPatch, connections: list[Any]
) -> None:
    """Nor does it use them; a profile that does not exist is no matter."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAUSER")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")

    credentials = kms.client()._request_signer._credentials

    assert credentials.access_key != "AKIAUSER"


def test_a_client_of_the_mock_outlives_it(connections: list[Any]) -> None:
    with mock_kms() as kms:
        client = kms.client()
    with mock_kms(keys="alias/app"):
        assert len(client.list_keys()["Keys"]) == 1


def test_a_declared_error_is_an_exception_of_its_own() -> None:
    raised = clients.exception(DisabledException("it is disabled."), "Encrypt", "id", 0.0)

    assert isinstance(raised, ClientError)
    assert type(raised).__name__ == "DisabledException"
    assert str(raised) == (
        "An error occurred (DisabledException) when calling the Encrypt operation: it is disabled."
    )


def test_an_undeclared_error_is_a_client_error() -> None:
    raised = clients.exception(ValidationException("it is wrong"), "Encrypt", "id", 0.0)

    assert type(raised) is ClientError
    assert raised.response["Error"]["Code"] == "ValidationException"
