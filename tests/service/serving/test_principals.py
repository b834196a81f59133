"""Deleted principals: who names them, and who comes after them."""

from __future__ import annotations

import json
from typing import Final

import pytest
from policies import is_refused, key_policy

from pytest_kmsmock import KmsMock

ACCOUNT: Final = "123456789012"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/service/Reader"
USER: Final = f"arn:aws:iam::{ACCOUNT}:user/ann"
ROOT: Final = f"arn:aws:iam::{ACCOUNT}:root"


def test_a_deleted_principal_leaves_its_unique_id(kms: KmsMock) -> None:
    """In key policies and in lists of grants; of a session with its name."""
    eve = f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/eve"
    role, user = kms.principal(ROLE), kms.principal(USER)
    key = kms.create_key(policy=key_policy(ROOT, ROLE, eve, USER))
    client = kms.client()
    client.create_grant(
        KeyId=key.id, GranteePrincipal=ROLE, RetiringPrincipal=USER, Operations=["Encrypt"]
    )
    client.create_grant(KeyId=key.id, GranteePrincipal=eve, Operations=["Encrypt"])
    role_id, user_id = role.unique_id, user.unique_id

    kms.delete_principal(role)

    assert key.policy["Statement"][0]["Principal"]["AWS"] == [
        ROOT,
        role_id,
        f"{role_id}:eve",
        USER,
    ]
    grantees = {grant["GranteePrincipal"] for grant in key.grants}
    assert grantees == {role_id, f"{role_id}:eve"}

    kms.delete_principal(USER)

    assert key.policy["Statement"][0]["Principal"]["AWS"][3] == user_id
    assert {grant.get("RetiringPrincipal") for grant in key.grants} == {user_id, None}


def test_a_new_principal_of_the_same_name_gets_nothing_of_it(kms: KmsMock) -> None:
    """It has another unique ID; nor does who merely calls itself so."""
    key = kms.create_key(policy=key_policy(ROOT, ROLE))
    first = kms.principal(ROLE)
    kms.client().create_grant(KeyId=key.id, GranteePrincipal=ROLE, Operations=["DescribeKey"])
    assert not is_refused(kms.client(principal=first).describe_key, KeyId=key.id)
    first_id = first.unique_id

    kms.delete_principal(first)

    assert is_refused(kms.client(principal=ROLE).describe_key, KeyId=key.id)
    assert is_refused(kms.client(principal=first).describe_key, KeyId=key.id)
    second = kms.principal(ROLE)
    assert second.unique_id != first_id
    assert is_refused(kms.client(principal=second).describe_key, KeyId=key.id)


def test_a_policy_shows_the_arn_of_a_living_unique_id(kms: KmsMock) -> None:
    """And one of nobody is an invalid principal."""
    role = kms.principal(ROLE)
    key = kms.create_key()
    client = kms.client()
    by_id = key_policy(ROOT, role.unique_id)

    client.put_key_policy(KeyId=key.id, Policy=json.dumps(by_id))
    assert key.policy["Statement"][0]["Principal"]["AWS"] == [ROOT, ROLE]

    kms.delete_principal(role)
    for policy in (by_id, key.policy):
        with pytest.raises(client.exceptions.MalformedPolicyDocumentException) as caught:
            client.put_key_policy(KeyId=key.id, Policy=json.dumps(policy))
        assert "one or more invalid principals" in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/eve",
        f"arn:aws:sts::{ACCOUNT}:federated-user/bob",
        ROOT,
        "s3.amazonaws.com",
    ],
)
def test_who_goes_by_no_unique_id_leaves_none(kms: KmsMock, name: str) -> None:
    """A session is its role's, and an account stays what it is."""
    role = f"arn:aws:iam::{ACCOUNT}:role/Reader"
    key = kms.create_key(policy=key_policy(ROOT, role))
    kms.client().create_grant(KeyId=key.id, GranteePrincipal=role, Operations=["Encrypt"])
    before = key.policy

    kms.delete_principal(kms.principal(name))

    assert key.policy == before
    assert [grant["GranteePrincipal"] for grant in key.grants] == [role]
