"""Endpoints as a test holds them."""

from __future__ import annotations

import sys

import pytest

from pytest_kmsmock import Endpoint, KmsMock, KmsMockError, mock_kms


@pytest.mark.extra("endpoint")
def test_an_endpoint_is_open_within_its_block(kms: KmsMock) -> None:
    endpoint = kms.serve()
    assert repr(endpoint) == "<Endpoint not open>"
    with pytest.raises(KmsMockError, match=r"not open; write `with kms.serve\(\) as endpoint:`"):
        _ = endpoint.url

    with endpoint as entered:
        assert entered is endpoint
        assert repr(endpoint) == f"<Endpoint {endpoint.url}>"
        assert endpoint.env["AWS_ENDPOINT_URL_KMS"] == endpoint.url
        with pytest.raises(KmsMockError, match="open already"):
            endpoint.__enter__()

    with pytest.raises(KmsMockError, match="not open"):
        _ = endpoint.env


@pytest.mark.extra("endpoint")
def test_the_fixture_is_of_the_test_s_mock(kms: KmsMock, kms_endpoint: Endpoint) -> None:
    assert isinstance(kms_endpoint, Endpoint)
    assert kms_endpoint.url.startswith("http://127.0.0.1:")
    assert kms_endpoint._backend is kms._backend


def test_without_the_extra_it_says_what_to_install(
    kms: KmsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tornado", None)

    with pytest.raises(KmsMockError, match=r"pip install 'pytest-kmsmock\[endpoint\]'"):
        kms.serve().__enter__()


def test_a_mock_that_is_not_active_has_none() -> None:
    with pytest.raises(KmsMockError, match="open an endpoint inside"):
        mock_kms().serve()


@pytest.mark.parametrize("name", ["tls", "verify_signatures"])
def test_what_makes_no_sense_is_refused(kms: KmsMock, name: str) -> None:
    with pytest.raises(KmsMockError, match=name):
        kms.serve(**{name: "yes"})  # type: ignore[arg-type]
