"""The table of troubles with external key store proxies, and which of them KMS comes across."""

from __future__ import annotations

from typing import Any, get_args

import pytest
import samples

from pytest_kmsmock.service.api.shapes import service_model
from pytest_kmsmock.service.rules.proxies import (
    SERVICE_TROUBLES,
    TROUBLES,
    connection_error,
    trouble_with,
)
from pytest_kmsmock.service.values.key_store import PROXY_ERRORS
from pytest_kmsmock.service.values.proxy import ProxyAnswer

# In the order in which KMS comes across them: each with what is wrong then.
ORDER: list[tuple[str, dict[str, Any]]] = [
    ("service invalid", {"service_valid": False}),
    ("unreachable", {"reachable": False}),
    ("tls", {"tls_valid": False}),
    ("path", {"path": "/other"}),
    ("credentials", {"secret_access_key": "another"}),
    ("late", {"answers": "late"}),
]


@pytest.mark.parametrize(("name", "changes"), ORDER, ids=[name for name, _ in ORDER])
def test_kms_tells_the_trouble_that_there_is(name: str, changes: dict[str, Any]) -> None:
    proxy = samples.proxy(private=True, **changes)

    assert trouble_with(proxy, samples.proxy_settings(private=True)) == TROUBLES[name]


@pytest.mark.parametrize("first", range(len(ORDER)))
def test_of_several_troubles_kms_tells_the_first(first: int) -> None:
    everything: dict[str, Any] = {}
    for _, changes in ORDER[first:]:
        everything |= changes
    proxy = samples.proxy(private=True, **everything)

    found = trouble_with(proxy, samples.proxy_settings(private=True))

    assert found == TROUBLES[ORDER[first][0]]


@pytest.mark.parametrize("answer", get_args(ProxyAnswer))
def test_each_answer_is_a_trouble_or_none(answer: str) -> None:
    """One that encrypts badly is found out by what it encrypted, not by its health."""
    found = trouble_with(samples.proxy(answers=answer), samples.proxy_settings())

    assert found == (None if answer in ("well", "corrupt") else TROUBLES[answer])


@pytest.mark.parametrize("which", ["access_key_id", "secret_access_key"])
def test_both_halves_of_the_credential_count(which: str) -> None:
    changes: dict[str, Any] = {which: "another"}
    proxy = samples.proxy(**changes)

    assert trouble_with(proxy, samples.proxy_settings()) == TROUBLES["credentials"]


def test_a_public_proxy_has_no_service_to_be_invalid() -> None:
    """Nor is its endpoint compared: by another one it would not have been found."""
    proxy = samples.proxy(service_valid=False, endpoint="https://other.example.com")

    assert trouble_with(proxy, samples.proxy_settings()) is None


def test_a_service_is_for_the_endpoint_of_its_store() -> None:
    """By its private DNS name."""
    proxy = samples.proxy(private=True, endpoint="https://other.example.com")

    found = trouble_with(proxy, samples.proxy_settings(private=True))

    assert found == TROUBLES["service invalid"]
    assert found in SERVICE_TROUBLES


def test_where_nobody_is_kms_misses_what_it_looked_for() -> None:
    """A host, or a VPC endpoint service."""
    public, private = samples.proxy_settings(), samples.proxy_settings(private=True)

    assert trouble_with(None, public) == TROUBLES["unreachable"]
    assert trouble_with(None, private) == TROUBLES["service missing"]
    assert connection_error(None, public) == "XKS_PROXY_NOT_REACHABLE"
    assert connection_error(None, private) == "XKS_VPC_ENDPOINT_SERVICE_NOT_FOUND"


def test_a_connection_fails_as_the_test_says_or_as_the_trouble_does() -> None:
    late = samples.proxy(answers="late")
    denied = samples.proxy(answers="late", connection_error="XKS_PROXY_ACCESS_DENIED")
    settings = samples.proxy_settings()

    assert connection_error(samples.proxy(), settings) is None
    assert connection_error(late, settings) == "XKS_PROXY_TIMED_OUT"
    assert connection_error(denied, settings) == "XKS_PROXY_ACCESS_DENIED"


def test_a_proxy_that_cannot_do_an_operation_connects() -> None:
    """It is healthy."""
    proxy = samples.proxy(answers="unsupported")

    assert connection_error(proxy, samples.proxy_settings()) is None


def test_codes_and_errors_of_the_table_are_those_of_the_model() -> None:
    declared = {
        shape.name for shape in service_model().operation_model("CreateCustomKeyStore").error_shapes
    }
    for trouble in TROUBLES.values():
        assert trouble.code is None or trouble.code in PROXY_ERRORS
        assert trouble.managed is None or trouble.managed.__name__ in declared
        assert (trouble.managed is None) == (trouble.code is None)
