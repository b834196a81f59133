"""A principal as a test holds it: what it tells, and its credentials."""

from __future__ import annotations

from typing import Any, Final

import boto3
import pytest
from policies import is_refused

from pytest_kmsmock import KmsMock, KmsMockError, Principal, mock_kms

ACCOUNT: Final = "123456789012"
OTHER: Final = "444455556666"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/service/Reader"
SESSION: Final = f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/kmsmock"
USER: Final = f"arn:aws:iam::{ACCOUNT}:user/ann"
ROOT: Final = f"arn:aws:iam::{ACCOUNT}:root"
SERVICE: Final = "cloudtrail.amazonaws.com"


def allow(*actions: str, resource: str = "*", **elements: Any) -> dict[str, Any]:
    """Return an IAM policy."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource, **elements}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.mark.parametrize(
    ("arn", "session_arn", "begins"),
    [
        (USER, USER, "AIDA"),
        (ROLE, SESSION, "AROA"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/eve", None, "AROA"),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/bob", None, ""),
        (ROOT, None, ""),
        (SERVICE, None, ""),
    ],
)
def test_what_a_principal_tells(
    kms: KmsMock, arn: str, session_arn: str | None, begins: str
) -> None:
    """Its ARN as it was given, that which AWS shows, its unique ID."""
    principal = kms.principal(arn)

    assert isinstance(principal, Principal)
    assert principal.arn == arn
    assert principal.session_arn == (session_arn or arn)
    assert principal.unique_id.startswith(begins)
    assert bool(principal.unique_id) is bool(begins)
    assert arn in repr(principal)
    assert principal == kms.principal(arn)
    assert principal != kms.principal(f"arn:aws:iam::{OTHER}:user/eve")
    assert len({principal, kms.principal(arn)}) == 1


def test_unique_ids_are_those_of_a_mock_and_its_forks(kms: KmsMock) -> None:
    """As those of accounts are; in another mock the same ARN has another."""
    own = kms.principal(ROLE).unique_id

    with mock_kms() as unrelated:
        other = unrelated.principal(ROLE).unique_id

    assert own != other
    assert kms.principal(ROLE).unique_id == own
    assert kms.principal(f"{SESSION}2").unique_id == own


def test_a_client_of_the_application_becomes_a_principal_by_its_access_key(kms: KmsMock) -> None:
    """With boto3's own keywords."""
    role = kms.principal(ROLE, policies=[allow("kms:ListKeys")])

    client = boto3.client("kms", region_name="us-east-1", **role.credentials)
    client.list_keys()

    assert kms.calls[0].principal == SESSION
    assert is_refused(client.list_aliases)


def test_the_environment_makes_a_program_a_principal(
    kms: KmsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a container would have it."""
    for name, value in kms.principal(ROLE).env.items():
        monkeypatch.setenv(name, value)

    assert is_refused(boto3.Session(region_name="us-east-1").client("kms").list_keys)
    assert kms.calls[0].principal == SESSION


@pytest.mark.parametrize(
    ("arn", "begins", "has_token"),
    [(USER, "AKIA", False), (ROOT, "AKIA", False), (ROLE, "ASIA", True)],
)
def test_credentials_look_like_awss(kms: KmsMock, arn: str, begins: str, has_token: bool) -> None:
    """Those that last, and temporary ones with a token; each principal has others."""
    credentials = kms.principal(arn).credentials
    secret = credentials["aws_secret_access_key"]

    assert credentials["aws_access_key_id"].startswith(begins)
    assert len(credentials["aws_access_key_id"]) == 20
    assert len(secret) == 40
    assert ("aws_session_token" in credentials) is has_token
    assert credentials == kms.principal(arn).credentials
    assert credentials != kms.principal(f"arn:aws:iam::{OTHER}:user/eve").credentials
    assert set(kms.principal(arn).env) == {name.upper() for name in credentials}
    assert secret not in repr(kms.principal(arn))


def test_a_service_has_no_credentials(kms: KmsMock) -> None:
    """The message says what to do."""
    with pytest.raises(KmsMockError, match=r"acting_as"):
        _ = kms.principal(SERVICE).credentials


def test_credentials_are_good_in_their_mock_and_its_forks_only(kms: KmsMock) -> None:
    """In any other they are nobody's in particular."""
    credentials = kms.principal(ROLE).credentials
    client = boto3.client("kms", region_name="us-east-1", **credentials)

    with mock_kms() as unrelated:
        client.list_keys()
        assert unrelated.calls[0].principal == ROOT
    assert is_refused(client.list_keys)
