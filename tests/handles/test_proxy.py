"""A proxy and its external keys, as a test holds them."""

from __future__ import annotations

import pytest

from pytest_kmsmock import KmsMockError, XksProxy


def test_external_key_is_what_the_test_says(proxy: XksProxy) -> None:
    """Made for a test, or changed in it."""
    key = proxy.add_key("new", spec="RSA_2048", status="PENDING", usage=["SIGN"])

    assert (key.spec, key.status, key.usage) == ("RSA_2048", "PENDING", ("SIGN",))
    key.status = "ENABLED"
    assert proxy.key("new").status == "ENABLED"
    assert proxy.key("new") == key


def test_unknown_external_key(proxy: XksProxy) -> None:
    """The message lists those that there are."""
    with pytest.raises(KmsMockError, match="no external key 'nobody', only 'external'"):
        proxy.key("nobody")


def test_usage_is_a_list(proxy: XksProxy) -> None:
    """A text is no list of uses."""
    with pytest.raises(KmsMockError, match="ENCRYPT"):
        proxy.key("external").usage = "ENCRYPT"  # type: ignore[assignment]  # that is the point
