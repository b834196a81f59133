"""Proxies and external keys: what they are like unless the author of a test says otherwise."""

from __future__ import annotations

import attrs
import pytest
import samples

from pytest_kmsmock.service.rules.proxies import connection_error
from pytest_kmsmock.service.values.proxy import Proxy, ProxyKey


@pytest.mark.parametrize("private", [False, True])
def test_a_proxy_works_unless_told_otherwise(private: bool) -> None:
    assert connection_error(samples.proxy(private=private), samples.proxy_settings()) is None


def test_an_external_key_is_what_kms_asks_for_unless_told_otherwise() -> None:
    """Source: KMS Developer Guide, "External key requirements"."""
    key = ProxyKey(key_id="external", secret=bytes(32))

    assert (key.spec, key.status, key.usage) == ("AES_256", "ENABLED", ("ENCRYPT", "DECRYPT"))


def test_a_proxy_shows_no_secret() -> None:
    """Neither its credential, nor any key that it reaches."""
    proxy = samples.proxy(
        access_key_id="AKIAPROXY",
        secret_access_key="its secret",
        keys={"external": ProxyKey(key_id="external", secret=b"k" * 32)},
    )

    for hidden in ("AKIAPROXY", "its secret", "kkkk"):
        assert hidden not in repr(proxy)
        assert hidden not in repr(proxy.keys)
    assert "https://xks.example.com" in repr(proxy)


def test_proxies_without_keys_share_none() -> None:
    one, other = (
        Proxy(
            number=number,
            connectivity="PUBLIC_ENDPOINT",
            endpoint="https://xks.example.com",
            path="/kms/xks/v1",
            access_key_id="AKIAPROXY",
            secret_access_key="its secret",
        )
        for number in (1, 2)
    )

    assert one.keys == other.keys == {}
    assert one.keys is not other.keys


def test_a_proxy_does_not_change() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        samples.proxy().reachable = False  # type: ignore[misc]
