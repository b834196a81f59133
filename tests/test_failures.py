"""The failures of each operation, by their names."""

from __future__ import annotations

import pytest

from pytest_kmsmock import KmsMock, KmsMockError
from pytest_kmsmock.failures import LOST_CONNECTIONS, failures_of, name_of


def test_an_operation_fails_as_the_api_declares_and_as_any_does() -> None:
    """The operation's own errors first, then what befalls any, then lost connections."""
    failures = failures_of("GenerateRandom")

    assert failures[0] == "CustomKeyStoreInvalidStateException"
    assert failures[-5:] == (
        "AccessDeniedException",
        "ThrottlingException",
        "connection-refused",
        "read-timeout",
        "connection-closed",
    )
    assert "ValidationException" not in failures


def test_an_unknown_operation_is_told() -> None:
    with pytest.raises(KmsMockError, match="Encrypt"):
        failures_of("Encrpyt")


@pytest.mark.parametrize("name", LOST_CONNECTIONS)
def test_a_lost_connection_is_known_by_what_a_client_makes_of_it(kms: KmsMock, name: str) -> None:
    """The record has the client's error."""
    kms.disconnect("ListKeys", LOST_CONNECTIONS[name], times=None)
    with pytest.raises(Exception, match=r"ndpoint"):
        kms.client().list_keys()

    [call] = kms.calls
    assert call.error is not None
    assert name_of(call.error.code) == name


def test_an_error_is_known_by_its_code() -> None:
    assert name_of("DisabledException") == "DisabledException"
