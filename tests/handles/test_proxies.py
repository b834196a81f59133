"""External key store proxies and their keys, as the author of a test holds them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMock, KmsMockError, XksProxy


def test_proxy_is_fit_unless_told_otherwise(kms: KmsMock) -> None:
    """Each has an endpoint of its own."""
    proxy, other = kms.xks_proxy(["a", "b"]), kms.xks_proxy()

    assert proxy.endpoint != other.endpoint
    assert proxy.connectivity == "PUBLIC_ENDPOINT"
    assert proxy.path == "/kms/xks/v1"
    assert proxy.answers == "well"
    assert proxy.service_name is None
    assert [key.id for key in proxy.keys] == ["a", "b"]
    assert proxy.key("a").spec == "AES_256"
    assert proxy.key("a").status == "ENABLED"
    assert proxy.key("a").usage == ("ENCRYPT", "DECRYPT")


def test_proxy_in_a_vpc_has_a_service_of_the_region(kms: KmsMock) -> None:
    """It belongs to the mock's account."""
    proxy = kms.xks_proxy(connectivity="VPC_ENDPOINT_SERVICE", region="eu-west-1")

    assert proxy.service_name is not None
    assert proxy.service_name.startswith("com.amazonaws.vpce.eu-west-1.vpce-svc-")
    assert proxy.service_owner == "123456789012"


def test_external_key_is_what_the_test_says(proxy: XksProxy) -> None:
    """Made for a test, or changed in it."""
    key = proxy.add_key("new", spec="RSA_2048", status="PENDING", usage=["SIGN"])

    assert (key.spec, key.status, key.usage) == ("RSA_2048", "PENDING", ("SIGN",))
    key.status = "ENABLED"
    assert proxy.key("new").status == "ENABLED"
    assert proxy.key("new") == key


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"keys": "external"}, "write keys=\\['external'\\]"),
        ({"connectivity": "PUBLIC"}, "Did you mean|is one of"),
        ({"service_name": "com.amazonaws.vpce.us-east-1.vpce-svc-1"}, "connectivity="),
    ],
)
def test_senseless_proxies_are_refused(kms: KmsMock, params: Any, words: str) -> None:
    """The message says what to write."""
    with pytest.raises(KmsMockError, match=words):
        kms.xks_proxy(**params)


def test_unknown_external_key(proxy: XksProxy) -> None:
    """The message lists those that there are."""
    with pytest.raises(KmsMockError, match="no external key 'nobody', only 'external'"):
        proxy.key("nobody")


def test_usage_is_a_list(proxy: XksProxy) -> None:
    """A text is no list of uses."""
    with pytest.raises(KmsMockError, match="ENCRYPT"):
        proxy.key("external").usage = "ENCRYPT"  # type: ignore[assignment]  # that is the point
