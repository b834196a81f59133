"""Credentials of principals: the same each time, and another mock's are others."""

from __future__ import annotations

import pytest

from pytest_kmsmock.doors import credentials

ROLE = "arn:aws:iam::123456789012:role/reader"
USER = "arn:aws:iam::123456789012:user/reader"


@pytest.mark.parametrize(("name", "prefix"), [(ROLE, "ASIA"), (USER, "AKIA")])
def test_an_access_key_tells_whether_it_lasts(name: str, prefix: str) -> None:
    key = credentials.access_key_of(bytes(32), name)

    assert key.startswith(prefix)
    assert len(key) == 20
    assert credentials.access_key_of(bytes(32), name) == key
    assert credentials.access_key_of(b"x" * 32, name) != key


def test_only_a_session_has_a_token() -> None:
    secret, token = credentials.secrets_of(bytes(32), ROLE, "ASIA")
    other, none = credentials.secrets_of(bytes(32), USER, "AKIA")

    assert token is not None
    assert none is None
    assert len(secret) == len(other) == 40
    assert secret != other
