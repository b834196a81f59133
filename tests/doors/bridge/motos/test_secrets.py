"""Secrets that moto keeps, as the bridge reads them."""

from __future__ import annotations

from typing import Any

from pytest_kmsmock import KmsMock
from pytest_kmsmock.doors.bridge.motos import secrets

HERE = ("123456789012", "us-east-1")


def test_what_is_not_there(bridged: KmsMock) -> None:
    assert secrets.parameter(*HERE, "a") is None
    assert secrets.tier_of_parameter(None) == "Standard"
    assert secrets.secret(*HERE, "a") is None


def test_a_secret_that_is_being_deleted_is_none(bridged: KmsMock, client_of: Any) -> None:
    client = client_of("secretsmanager")
    client.create_secret(Name="a", SecretString="x")
    assert secrets.secret(*HERE, "a") is not None

    client.delete_secret(SecretId="a")

    assert secrets.secret(*HERE, "a") is None
