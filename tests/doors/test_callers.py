"""Whose call it is: by the credentials that sign it, and by nothing that would have to be asked."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.credentials import CredentialProvider, Credentials, DeferredRefreshableCredentials

from pytest_kmsmock import KmsMock, KmsMockError

OTHER = "444455556666"
needs_account = pytest.mark.skipif(
    "aws_account_id" not in inspect.signature(botocore.session.Session.create_client).parameters
    or "aws_account_id" not in inspect.signature(boto3.Session).parameters,
    reason="a client of this botocore cannot be given an account",
)
KEYS: dict[str, Any] = {"aws_access_key_id": "AKIAOWN", "aws_secret_access_key": "secret"}


def account_of(client: Any) -> str:
    """Return the account in which a call of *client* makes a key."""
    account: str = client.create_key()["KeyMetadata"]["AWSAccountId"]
    return account


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write a configuration file; return the path."""

    def write(text: str) -> Path:
        path = tmp_path / "config"
        path.write_text(text)
        monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
        return path

    return write


def test_a_caller_of_whom_nobody_has_said_more_is_the_mock_s_account(kms: KmsMock) -> None:
    client = botocore.session.Session().create_client("kms", region_name="us-east-1", **KEYS)

    assert account_of(client) == kms.account
    assert kms.calls[0].principal == f"arn:aws:iam::{kms.account}:root"


@needs_account
def test_an_account_that_the_program_gives_its_client_is_the_caller_s(kms: KmsMock) -> None:
    client = botocore.session.Session().create_client(
        "kms", region_name="us-east-1", aws_account_id=OTHER, **KEYS
    )

    assert account_of(client) == OTHER
    assert kms.calls[0].account == OTHER
    assert kms.calls[0].principal == f"arn:aws:iam::{OTHER}:root"


@needs_account
def test_an_account_that_the_program_gives_its_session_is_the_caller_s(kms: KmsMock) -> None:
    by_boto3 = boto3.Session(region_name="us-east-1", aws_account_id=OTHER, **KEYS)
    by_botocore = botocore.session.Session()
    by_botocore.set_credentials("AKIAOWN", "secret", account_id=OTHER)

    assert account_of(by_boto3.client("kms")) == OTHER
    assert account_of(by_botocore.create_client("kms", region_name="us-east-1")) == OTHER


@pytest.mark.parametrize(
    "profile",
    [
        f"aws_account_id = {OTHER}\naws_access_key_id = AKIA\naws_secret_access_key = secret",
        f"aws_account_id = {OTHER}",
        f"role_arn = arn:aws:iam::{OTHER}:role/deploy\nsource_profile = default",
    ],
    ids=["keys", "no keys", "a role to assume"],
)
def test_an_account_that_the_program_s_named_profile_states_is_the_caller_s(
    kms: KmsMock, profiles: Any, profile: str, connections: list[Any]
) -> None:
    """Also where its credentials would have to be asked for first: nothing is resolved."""
    profiles(
        "[default]\naws_access_key_id = AKIA\naws_secret_access_key = secret\n"
        f"[profile other]\nregion = us-east-1\n{profile}\n"
    )

    assert account_of(boto3.Session(profile_name="other").client("kms")) == OTHER


@pytest.mark.parametrize("named", [None, "default"])
def test_the_default_profile_is_the_machine_s_and_says_nothing(
    kms: KmsMock, profiles: Any, named: str | None
) -> None:
    """A test must not depend on who runs it."""
    profiles(
        f"[default]\nregion = us-east-1\naws_account_id = {OTHER}\n"
        "aws_access_key_id = AKIA\naws_secret_access_key = secret\n"
    )

    assert account_of(boto3.Session(profile_name=named).client("kms")) == kms.account


def test_a_profile_that_the_environment_names_says_nothing(
    kms: KmsMock, profiles: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles(f"[profile other]\nregion = us-east-1\naws_account_id = {OTHER}\n")
    monkeypatch.setenv("AWS_PROFILE", "other")

    assert account_of(boto3.Session().client("kms")) == kms.account


def test_the_account_of_the_environment_says_nothing(
    kms: KmsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "AKIAENV"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_ACCOUNT_ID", OTHER),
    ):
        monkeypatch.setenv(name, value)

    client = botocore.session.Session().create_client("kms", region_name="us-east-1")

    assert account_of(client) == kms.account


def test_the_account_of_single_sign_on_says_nothing(kms: KmsMock, profiles: Any) -> None:
    profiles(
        "[profile other]\nregion = us-east-1\nsso_start_url = https://example.awsapps.com/start\n"
        f"sso_region = us-east-1\nsso_role_name = dev\nsso_account_id = {OTHER}\n"
    )

    assert account_of(boto3.Session(profile_name="other").client("kms")) == kms.account


def test_credentials_that_would_have_to_be_asked_for_are_not(kms: KmsMock) -> None:
    """Neither to find the account nor to sign: the call is answered before."""
    asked: list[str] = []

    class Provider(CredentialProvider):
        METHOD = "assume-role"
        CANONICAL_NAME = "AssumeRole"

        def load(self) -> Credentials:
            return DeferredRefreshableCredentials(
                refresh_using=lambda: asked.append("asked"), method=self.METHOD
            )

    session = botocore.session.Session()
    session.get_component("credential_provider").providers[:] = [Provider()]

    assert account_of(session.create_client("kms", region_name="us-east-1")) == kms.account
    assert not asked


def test_keys_of_the_program_are_not_those_of_its_profile(kms: KmsMock, profiles: Any) -> None:
    """The client's own credentials sign, of whose account nobody has said anything."""
    profiles(f"[profile other]\nregion = us-east-1\naws_account_id = {OTHER}\n")
    session = boto3.Session(profile_name="other")

    assert account_of(session.client("kms", **KEYS)) == kms.account


def test_a_client_of_the_mock_s_is_its_principal_s_wherever_else_it_says(kms: KmsMock) -> None:
    arn = f"arn:aws:iam::{OTHER}:role/Reader"

    assert account_of(kms.client(principal=arn)) == OTHER
    assert kms.calls[0].principal == f"arn:aws:sts::{OTHER}:assumed-role/Reader/kmsmock"


@needs_account
def test_an_account_that_is_none_is_the_author_s_mistake(kms: KmsMock) -> None:
    client: Any = botocore.session.Session().create_client(
        "kms", region_name="us-east-1", aws_account_id="me", **KEYS
    )

    with pytest.raises(KmsMockError, match="'me' is no account ID; write 12 digits"):
        client.list_keys()


@pytest.fixture
def moto() -> Iterator[None]:
    mock_aws = pytest.importorskip("moto").mock_aws
    with mock_aws():
        yield


def assumed(account: str, session_name: str = "deploy") -> dict[str, str]:
    """Return credentials of a role in *account*, as moto's STS hands them out."""
    sts = boto3.client("sts", region_name="us-east-1", **KEYS)
    given = sts.assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/Deployer", RoleSessionName=session_name
    )["Credentials"]
    return {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }


def test_a_role_that_the_program_assumed_from_moto_is_the_caller(kms: KmsMock, moto: None) -> None:
    """It makes its keys in the role's account, and is called what AWS would call it."""
    client = boto3.client("kms", region_name="us-east-1", **assumed(OTHER))

    assert account_of(client) == OTHER
    assert kms.calls[0].account == OTHER
    assert kms.calls[0].principal == f"arn:aws:sts::{OTHER}:assumed-role/Deployer/deploy"


def test_sessions_of_two_roles_are_told_apart(kms: KmsMock, moto: None) -> None:
    first, second = (
        boto3.client("kms", region_name="us-east-1", **assumed(account))
        for account in (OTHER, "777788889999")
    )

    assert [account_of(client) for client in (first, second, first)] == [
        OTHER,
        "777788889999",
        OTHER,
    ]


def test_keys_that_moto_has_not_handed_out_are_nobody_s_in_particular(
    kms: KmsMock, moto: None
) -> None:
    assumed(OTHER)

    assert account_of(boto3.client("kms", region_name="us-east-1", **KEYS)) == kms.account


def test_what_moto_handed_out_is_nobody_s_when_moto_is_over(kms: KmsMock) -> None:
    with pytest.importorskip("moto").mock_aws():
        credentials = assumed(OTHER)

    client = boto3.client("kms", region_name="us-east-1", **credentials)

    assert account_of(client) == kms.account
