"""Identities: what an ARN says of who calls."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pytest_kmsmock.service.misuse import KmsMockError
from pytest_kmsmock.service.values.identity import identity_named, identity_of, unique_id

ACCOUNT = "111122223333"


@pytest.mark.parametrize(
    ("name", "kind", "arn", "principal_arn", "short", "session"),
    [
        (f"arn:aws:iam::{ACCOUNT}:root", "root", None, None, "root", ""),
        (f"arn:aws:iam::{ACCOUNT}:user/ann", "user", None, None, "ann", ""),
        (f"arn:aws:iam::{ACCOUNT}:user/a/b/ann", "user", None, None, "ann", ""),
        (
            f"arn:aws:iam::{ACCOUNT}:role/service/Reader",
            "role",
            f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/kmsmock",
            None,
            "Reader",
            "kmsmock",
        ),
        (
            f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/eve@example.com",
            "role",
            None,
            f"arn:aws:iam::{ACCOUNT}:role/Reader",
            "Reader",
            "eve@example.com",
        ),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/bob", "federated", None, None, "bob", ""),
        (f"arn:aws-us-gov:iam::{ACCOUNT}:user/ann", "user", None, None, "ann", ""),
    ],
)
def test_what_an_arn_says(
    name: str, kind: str, arn: str | None, principal_arn: str | None, short: str, session: str
) -> None:
    """A role acts as a session, which leaves its path out."""
    identity = identity_of(name)

    assert identity is not None
    assert identity.kind == kind
    assert identity.arn == (arn or name)
    assert identity.principal_arn == (principal_arn or name)
    assert identity.account == ACCOUNT
    assert (identity.name, identity.session) == (short, session)


@pytest.mark.parametrize(
    "name", ["s3.amazonaws.com", "logs.us-west-2.amazonaws.com", "a.amazonaws.com.cn"]
)
def test_a_service_has_a_name_and_no_account(name: str) -> None:
    """Nor a unique ID."""
    identity = identity_of(name)

    assert identity is not None
    assert (identity.kind, identity.arn, identity.account) == ("service", name, "")
    assert identity.names == {name}
    assert identity.account_names == frozenset()


@pytest.mark.parametrize(
    "name",
    [
        *("", "ann", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:group/admins", "arn:aws:iam::1:root"),
        *(f"arn:aws:iam::{ACCOUNT}:user/", f"arn:aws:iam::{ACCOUNT}:role/*", "amazonaws.com"),
        *(f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader", f"arn:aws:kms:us-west-2:{ACCOUNT}:key/1"),
    ],
)
def test_what_is_no_identity(name: str) -> None:
    """Accounts are called by their root user."""
    assert identity_of(name) is None


def test_unique_ids_are_those_of_one_principal() -> None:
    """A later one of the same ARN has another; they look like AWS's."""
    arn = f"arn:aws:iam::{ACCOUNT}:role/Reader"
    ids = {
        *(unique_id("role", arn, generation) for generation in range(3)),
        unique_id("role", f"{arn}2"),
        unique_id("user", arn),
    }

    assert len(ids) == 5
    assert all(re.fullmatch("(AIDA|AROA)[A-Z2-7]{17}", each) for each in ids)
    assert re.match("AROA", unique_id("role", arn))


def test_what_a_policy_can_call_somebody() -> None:
    """A session by itself, its role and the role's ID; a root user by its account only."""
    session = identity_of(f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/eve", unique_id="AROAX")
    root = identity_of(f"arn:aws-cn:iam::{ACCOUNT}:root")

    assert session is not None
    assert root is not None
    assert session.names == {session.arn, f"arn:aws:iam::{ACCOUNT}:role/Reader", "AROAX"}
    assert root.names == frozenset()
    assert root.account_names == {ACCOUNT, f"arn:aws-cn:iam::{ACCOUNT}:root"}


@pytest.mark.parametrize("name", ["app", "arn:aws:iam::123456789012:group/ops", None, 5])
def test_what_is_no_principal_is_told_what_to_write(name: Any) -> None:
    """By the name of the argument."""
    with pytest.raises(KmsMockError) as caught:
        identity_named("grantee", name)

    assert str(caught.value) == (
        f"grantee={name!r} is no ARN of a principal: a user, a role or its session, a federated "
        "user, the root of an account; nor is it the name of a service. Write for example "
        "'arn:aws:iam::123456789012:role/app'."
    )


def test_a_name_of_a_principal_is_its_identity() -> None:
    """With what a test says of it besides."""
    arn = "arn:aws:iam::123456789012:user/ann"

    assert identity_named("grantee", arn) == identity_of(arn)
    assert identity_named("grantee", arn, tags={"a": "b"}) == identity_of(arn, tags={"a": "b"})
