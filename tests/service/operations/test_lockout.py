"""The lockout safety check: a key policy must let the caller change it again, unless told."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from calling import fresh_client as client

from pytest_kmsmock import KmsMock, mock_kms

# Somebody else may use the key, and nobody may change its policy.
LOCKING = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:role/app"},
            "Action": "kms:Decrypt",
            "Resource": "*",
        }
    ],
}


def test_a_policy_that_locks_out_is_refused_to_a_client(kms: KmsMock) -> None:
    with pytest.raises(ClientError, match="will not allow you to update the key policy"):
        client().create_key(Policy=json.dumps(LOCKING))

    client().create_key(Policy=json.dumps(LOCKING), BypassPolicyLockoutSafetyCheck=True)


def test_a_handle_is_not_checked(kms: KmsMock) -> None:
    """A test sets up what it likes; a client would say that it bypasses the check."""
    assert kms.create_key(policy=LOCKING).policy == LOCKING


def test_an_option_lets_all_clients_go_unchecked() -> None:
    """For a suite whose policies are examples."""
    with mock_kms(lockout_check=False) as kms:
        arn = client().create_key(Policy=json.dumps(LOCKING))["KeyMetadata"]["Arn"]
        other = kms.create_key()
        client().put_key_policy(KeyId=other.id, Policy=json.dumps(LOCKING))

        assert kms.key(arn).policy == other.policy == LOCKING


@pytest.mark.kms(lockout_check=False)
def test_a_marker_says_so_too(kms: KmsMock) -> None:
    client().create_key(Policy=json.dumps(LOCKING))
