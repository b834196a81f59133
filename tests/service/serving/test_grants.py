"""Grants that a request names: by a token, or by an ID."""

from __future__ import annotations

from typing import Any, Final

import pytest

from pytest_kmsmock import KmsMock

ACCOUNT: Final = "123456789012"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/app"


def test_an_unreadable_token_is_no_question_of_permissions(kms: KmsMock, app: Any) -> None:
    """InvalidGrantTokenException."""
    key = kms.create_key()

    with pytest.raises(app().exceptions.InvalidGrantTokenException):
        app().encrypt(KeyId=key.id, Plaintext=b"x", GrantTokens=["none"])
