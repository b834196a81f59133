"""The decision on a call, as a test reads it."""

from __future__ import annotations

from typing import Final

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock, KmsMockError

ACCOUNT: Final = "123456789012"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/service/Reader"


def test_only_calls_can_be_explained(kms: KmsMock) -> None:
    """The message says which."""
    with pytest.raises(KmsMockError, match=r"kms\.calls\[-1\]"):
        kms.explain("Decrypt")  # type: ignore[arg-type]  # wrong on purpose


def test_what_was_not_decided_is_explained_too(kms: KmsMock) -> None:
    """Before policies were enforced, or for nobody in particular."""
    client = kms.client()
    client.list_keys()
    kms.principal(ROLE)
    client.list_keys()
    kms.fail("ListKeys", "AccessDeniedException")
    with pytest.raises(ClientError):
        kms.client(principal=ROLE).list_keys()

    assert "were not enforced" in kms.explain(kms.calls[0])
    assert "outside of all policies" in kms.explain(kms.calls[1])
    with pytest.raises(ClientError):
        kms.client(principal=ROLE).describe_key(KeyId="alias/nowhere")

    assert "a fault of the test's" in kms.explain(kms.calls[2])
    assert "came to NotFoundException" in kms.explain(kms.calls[3])
    assert kms.calls[3].decision is None
