"""External key store proxies and their keys, as the author of a test holds them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMock, KmsMockError


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
