"""What softly enforced policies would have refused."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock
from pytest_kmsmock.reports.soft import would_be_refused

ROLE = "arn:aws:iam::123456789012:role/app"


@pytest.mark.kms(enforce_policies="soft")
def test_each_reason_and_place_has_a_line(kms: KmsMock) -> None:
    """With how often it was; what is allowed has none, and nothing is told twice."""
    client = kms.client(principal=ROLE)
    for _ in range(3):
        client.list_keys()
    kms.client().list_keys()

    first, again = would_be_refused([kms._backend]), would_be_refused([kms._backend])

    (line,) = first
    assert "test_soft.py:" in line
    assert line.endswith("kms:ListKeys: no IAM policy allows it (3×)")
    assert again == []


@pytest.mark.kms(enforce_policies="soft")
def test_calls_after_others_were_cleared_are_told(kms: KmsMock) -> None:
    client = kms.client(principal=ROLE)
    client.list_keys()
    would_be_refused([kms._backend])

    kms.calls.clear()
    client.list_aliases()

    (line,) = would_be_refused([kms._backend])
    assert "kms:ListAliases" in line


@pytest.mark.kms(enforce_policies=True)
def test_what_was_refused_is_not_told(kms: KmsMock) -> None:
    with pytest.raises(ClientError):
        kms.client(principal=ROLE).list_keys()

    assert would_be_refused([kms._backend]) == []
