"""Principals: who calls, with which credentials, and from when on policies count."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
from policies import is_refused, key_policy

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms

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


@pytest.fixture
def of_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A session of which the program has said whose account it is, by its profile."""
    config = tmp_path / "config"
    config.write_text(
        f"[profile other]\naws_access_key_id = A\naws_secret_access_key = x\n"
        f"aws_account_id = {OTHER}\nregion = us-east-1\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return boto3.Session(profile_name="other")


# From when on policies count.


def test_without_principals_everybody_may_do_everything(kms: KmsMock) -> None:
    """A mere ARN names the caller, and switches nothing on."""
    key = kms.create_key(policy=key_policy(ROOT, Action="kms:PutKeyPolicy"))
    reader = kms.client(principal=ROLE)

    reader.encrypt(KeyId=key.id, Plaintext=b"x")

    assert kms.enforce_policies is False
    assert kms.calls[0].principal == SESSION
    assert kms.calls[0].decision is None


def test_the_first_principal_switches_policies_on(kms: KmsMock) -> None:
    """Also for callers of whom no more is known than their ARN: they have no IAM policies."""
    key = kms.create_key()
    reader = kms.principal(ROLE, policies=[allow("kms:Encrypt")])

    assert kms.enforce_policies is True
    assert not is_refused(kms.client(principal=reader).encrypt, KeyId=key.id, Plaintext=b"x")
    assert is_refused(kms.client(principal=reader).describe_key, KeyId=key.id)
    assert is_refused(kms.client(principal=USER).encrypt, KeyId=key.id, Plaintext=b"x")


def test_a_caller_without_a_principal_stands_outside_of_all_policies(kms: KmsMock) -> None:
    """So that a test can arrange what it needs."""
    kms.principal(ROLE)
    client = kms.client()

    key_id = client.create_key(Policy=json.dumps(key_policy(ROLE)), Tags=[])["KeyMetadata"]["KeyId"]
    client.put_key_policy(KeyId=key_id, Policy=json.dumps(key_policy(ROOT, ROLE)))

    decision = kms.calls[-1].decision
    assert decision is not None
    assert decision.allowed
    assert "outside of all policies" in decision.reason


@pytest.mark.kms(enforce_policies=False)
def test_enforcement_that_is_declined_stays_off(kms: KmsMock) -> None:
    """An explicit False wins over the first principal."""
    key = kms.create_key()
    reader = kms.principal(ROLE)

    assert not is_refused(kms.client(principal=reader).encrypt, KeyId=key.id, Plaintext=b"x")
    assert kms.enforce_policies is False


@pytest.mark.kms(enforce_policies=True)
def test_enforcement_needs_no_principals(kms: KmsMock) -> None:
    """Under it a mere ARN is a principal without IAM policies."""
    key = kms.create_key(policy=key_policy(ROOT, ROLE))

    assert not is_refused(kms.client(principal=ROLE).encrypt, KeyId=key.id, Plaintext=b"x")
    assert is_refused(kms.client(principal=USER).encrypt, KeyId=key.id, Plaintext=b"x")


@pytest.mark.kms(enforce_policies="soft")
def test_soft_enforcement_decides_and_refuses_nothing(kms: KmsMock) -> None:
    """What would have been refused is on record."""
    key = kms.create_key()
    reader = kms.client(principal=kms.principal(ROLE, policies=[allow("kms:Encrypt")]))

    reader.encrypt(KeyId=key.id, Plaintext=b"x")
    reader.describe_key(KeyId=key.id)
    reader.create_key(Policy=json.dumps(key_policy(ROOT)))

    assert kms.enforce_policies == "soft"
    assert [call.decision and call.decision.allowed for call in kms.calls] == [True, False, False]
    assert [call.error for call in kms.calls] == [None, None, None]
    assert "is not allowed kms:DescribeKey" in kms.explain(kms.calls[1])


def test_enforcement_can_be_set_within_a_test(kms: KmsMock) -> None:
    """As often as one likes."""
    key = kms.create_key()
    reader = kms.client(principal=ROLE)
    found = []

    for value in (True, "soft", False, True):
        kms.enforce_policies = value
        found.append((kms.enforce_policies, is_refused(reader.describe_key, KeyId=key.id)))

    assert found == [(True, True), ("soft", False), (False, False), (True, True)]


@pytest.mark.parametrize("value", ["hard", "True", 1, None])
def test_enforcement_is_true_false_or_soft(kms: KmsMock, value: Any) -> None:
    """The message says so."""
    with pytest.raises(KmsMockError, match="is neither True, False nor 'soft'"):
        kms.enforce_policies = value


def test_enforcement_goes_over_to_forks_and_no_further() -> None:
    """With the principals; a mock beside has none of it."""
    with mock_kms() as outer:
        key = outer.create_key()
        reader = outer.principal(ROLE, policies=[allow("kms:DescribeKey")])
        client = outer.client(principal=reader)
        with mock_kms(auto_create=True):
            client.encrypt(KeyId=key.id, Plaintext=b"x")
        assert is_refused(client.encrypt, KeyId=key.id, Plaintext=b"x")
        assert not is_refused(client.describe_key, KeyId=key.id)


# Kinds of principals.


@pytest.mark.parametrize(
    "name",
    [
        *("", "ann", ACCOUNT, "arn:aws:iam::1:root", f"arn:aws:iam::{ACCOUNT}:group/admins", None),
        *(f"arn:aws:kms:us-east-1:{ACCOUNT}:key/x", f"arn:aws:iam::{ACCOUNT}:role/*", 5),
    ],
)
def test_what_is_no_principal(kms: KmsMock, name: Any) -> None:
    """Everywhere the message says what is one."""
    for take in (kms.principal, lambda who: kms.client(principal=who), kms.delete_principal):
        if name is not None or take is kms.principal:
            with pytest.raises(KmsMockError, match="is no ARN of a principal"):
                take(name)


def test_a_session_has_what_was_said_of_its_role(kms: KmsMock) -> None:
    """Of the role with a path too, which the session's ARN leaves out."""
    key = kms.create_key()
    kms.principal(ROLE, policies=[allow("kms:Encrypt")], tags={"team": "red"})
    eve = kms.client(principal=f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/eve")

    assert not is_refused(eve.encrypt, KeyId=key.id, Plaintext=b"x")
    assert is_refused(eve.describe_key, KeyId=key.id)

    more = kms.principal(
        f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/eve", policies=[allow("kms:DescribeKey")]
    )
    assert more.unique_id == kms.principal(ROLE).unique_id
    assert not is_refused(eve.describe_key, KeyId=key.id)
    assert is_refused(kms.client(principal=ROLE).describe_key, KeyId=key.id)


def test_what_is_said_once_more_replaces_what_was_said(kms: KmsMock) -> None:
    """What is left out stays."""
    key = kms.create_key()
    tagged = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    first = kms.principal(
        ROLE, policies=[allow("kms:DescribeKey", Condition=tagged)], tags={"team": "red"}
    )
    client = kms.client(principal=first)
    found = [is_refused(client.describe_key, KeyId=key.id)]

    for change in ({"tags": {"team": "blue"}}, {"policies": [allow("kms:Describe*")]}):
        assert kms.principal(ROLE, **change).unique_id == first.unique_id
        found.append(is_refused(client.describe_key, KeyId=key.id))

    assert found == [False, True, False]


def test_the_root_user_needs_the_account_statement_alone(kms: KmsMock) -> None:
    """It has every IAM permission, and without that statement nothing."""
    own, foreign = (
        kms.create_key(),
        kms.create_key(policy=key_policy(USER, ROOT, Action="kms:Put*")),
    )
    root = kms.client(principal=kms.principal(ROOT))

    assert not is_refused(root.encrypt, KeyId=own.id, Plaintext=b"x")
    assert is_refused(root.encrypt, KeyId=foreign.id, Plaintext=b"x")
    root.create_key(Tags=[{"TagKey": "a", "TagValue": "b"}], MultiRegion=True)


def test_a_service_calls_by_its_name(kms: KmsMock) -> None:
    """The key policy must let it in; keys are those of the mock's account."""
    condition = {"StringEquals": {"aws:SourceArn": "arn:aws:cloudtrail:us-east-1:1:trail/t"}}
    key = kms.create_key(
        policy=key_policy(ROOT, Action="kms:Put*")
        | {
            "Statement": [
                *key_policy(ROOT)["Statement"],
                {
                    **key_policy(ROOT, Action="kms:GenerateDataKey*")["Statement"][0],
                    "Principal": {"Service": SERVICE},
                    "Condition": condition,
                },
            ]
        }
    )
    trail = kms.principal(
        SERVICE, context={"aws:SourceArn": "arn:aws:cloudtrail:us-east-1:1:trail/t"}
    )

    kms.client(principal=trail).generate_data_key(KeyId=key.arn, KeySpec="AES_256")

    assert kms.calls[0].principal == SERVICE
    assert is_refused(kms.client(principal=trail).encrypt, KeyId=key.arn, Plaintext=b"x")
    other = kms.client(principal="s3.amazonaws.com")
    assert is_refused(other.generate_data_key, KeyId=key.arn, KeySpec="AES_256")


@pytest.mark.parametrize(
    ("arn", "arguments", "told"),
    [
        (SERVICE, {"policies": [allow("kms:*")]}, "it has no IAM policies"),
        (ROOT, {"policies": [allow("kms:*")]}, "it has no IAM policies"),
        (ROOT, {"tags": {"a": "b"}}, "it has no tags"),
        (ROLE, {"tags": ["a"]}, "no mapping of names to texts"),
        (ROLE, {"tags": {"a": 1}}, "no mapping of names to texts"),
        (ROLE, {"policies": 5}, "no list of IAM policies"),
        (ROLE, {"policies": [{}]}, "policies[0] is no IAM policy: it has no Statement"),
        (ROLE, {"policies": [allow("kms:*"), "{"]}, "policies[1] is no JSON"),
        (ROLE, {"context": ["aws:SourceIp"]}, "no mapping of condition keys"),
        (ROLE, {"context": {"aws:SourceIP4": "1.2.3.4"}}, "does not know the condition key"),
        (ROLE, {"context": {"kms:KeySpec": "RSA_2048"}}, "cannot be said: kms:KeySpec is what"),
        (ROLE, {"context": {"aws:PrincipalArn": ROLE}}, "cannot be said"),
        (ROLE, {"context": {"aws:SourceIp": ["1.2.3.4"]}}, "has one text, number, time or truth"),
        (ROLE, {"context": {"aws:CalledVia": [1]}}, "has a list of texts"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_told(
    kms: KmsMock, arn: str, arguments: dict[str, Any], told: str
) -> None:
    """With what to write instead."""
    with pytest.raises(KmsMockError) as caught:
        kms.principal(arn, **arguments)

    assert told in str(caught.value)


def test_one_policy_needs_no_list(kms: KmsMock) -> None:
    """Nor does its JSON."""
    key = kms.create_key()
    for policies in (allow("kms:*"), json.dumps(allow("kms:*"))):
        client = kms.client(principal=kms.principal(USER, policies=policies))
        assert not is_refused(client.describe_key, KeyId=key.id)


CONTEXT: Final[Mapping[str, Any]] = {
    "aws:SourceIp": "203.0.113.7",
    "aws:MultiFactorAuthPresent": True,
    "aws:multifactorauthage": 60,
    "kms:ViaService": "s3.us-east-1.amazonaws.com",
    "aws:CalledVia": ["s3.amazonaws.com"],
    "aws:TokenIssueTime": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
}


@pytest.mark.parametrize(
    "condition",
    [
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}},
        {"StringLike": {"kms:ViaService": "s3.*"}},
        {"ForAnyValue:StringEquals": {"aws:CalledVia": "s3.amazonaws.com"}},
        {"DateLessThan": {"aws:TokenIssueTime": "2026-01-02"}},
    ],
    ids=str,
)
def test_context_is_what_comes_from_outside_of_the_request(
    kms: KmsMock, condition: dict[str, Any]
) -> None:
    """Conditions on it are met by who has it."""
    key = kms.create_key()
    policies = [allow("kms:DescribeKey", Condition=condition)]

    with_it = kms.client(principal=kms.principal(ROLE, policies=policies, context=CONTEXT))
    without = kms.client(principal=kms.principal(USER, policies=policies))

    assert not is_refused(with_it.describe_key, KeyId=key.id)
    assert is_refused(without.describe_key, KeyId=key.id)


# Becoming a principal.


def test_acting_as_somebody_is_for_code_that_makes_its_own_clients(kms: KmsMock) -> None:
    """It holds until the block is left, and for everything within it."""
    role = kms.principal(ROLE)
    client = boto3.client(
        "kms", region_name="us-east-1", aws_access_key_id="AKIA", aws_secret_access_key="x"
    )

    with kms.acting_as(role) as acting:
        assert acting == role
        assert is_refused(client.list_keys)
        with kms.acting_as(USER):
            assert is_refused(client.list_keys)
        assert is_refused(client.list_keys)
    assert not is_refused(client.list_keys)

    assert [call.principal for call in kms.calls] == [SESSION, USER, SESSION, ROOT]


def test_acting_as_somebody_holds_in_threads_and_tasks(kms: KmsMock) -> None:
    """Of the whole mock."""
    client = kms.client()

    async def in_a_task() -> None:
        client.list_keys()

    with kms.acting_as(SERVICE):
        thread = threading.Thread(target=client.list_keys)
        thread.start()
        thread.join()
        asyncio.run(in_a_task())

    assert [call.principal for call in kms.calls] == [SERVICE, SERVICE]


def test_acting_as_somebody_ends_when_the_block_fails(kms: KmsMock) -> None:
    """However it is left."""
    with pytest.raises(RuntimeError), kms.acting_as(ROLE):
        raise RuntimeError
    kms.client().list_keys()

    assert kms.calls[0].principal == ROOT


def test_who_is_somebody_already_stays_it(kms: KmsMock, of_account: Any) -> None:
    """Clients of a principal, and of its credentials; but not of a mere account."""
    user = kms.principal(USER, policies=[allow("kms:*")])
    region = {"region_name": "us-east-1"}

    with kms.acting_as(ROLE):
        kms.client(principal=user).list_keys()
        boto3.client("kms", **region, **user.credentials).list_keys()
        assert is_refused(of_account.client("kms").list_keys)

    assert [call.principal for call in kms.calls] == [USER, USER, SESSION]


def test_sessions_that_moto_handed_out_are_their_roles(kms: KmsMock) -> None:
    """With what was said of the role, whose path the session's ARN leaves out."""
    kms.principal(ROLE, policies=[allow("kms:ListKeys")])
    moto = pytest.importorskip("moto")
    with moto.mock_aws():
        sts = boto3.client("sts", "us-east-1", aws_access_key_id="A", aws_secret_access_key="x")
        given = sts.assume_role(RoleArn=ROLE, RoleSessionName="eve")["Credentials"]
        client = boto3.client(
            "kms",
            "us-east-1",
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )

        assert not is_refused(client.list_keys)
        assert is_refused(client.list_aliases)

    assert kms.calls[0].principal == f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/eve"


def test_a_session_of_moto_is_a_session_of_the_whole_arn(kms: KmsMock) -> None:
    """Moto tells the role with its path, though nobody has declared it."""
    key = kms.create_key(policy=key_policy(ROLE, ROOT))
    kms.enforce_policies = True
    moto = pytest.importorskip("moto")
    with moto.mock_aws():
        sts = boto3.client("sts", "us-east-1", aws_access_key_id="A", aws_secret_access_key="x")
        given = sts.assume_role(RoleArn=ROLE, RoleSessionName="eve")["Credentials"]
        client = boto3.client(
            "kms",
            "us-east-1",
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )

        assert not is_refused(client.describe_key, KeyId=key.id)


# The option `principal`.


@pytest.mark.kms(principal=ROLE)
def test_whoever_nothing_else_identifies_is_the_principal_of_the_option(
    kms: KmsMock, of_account: Any
) -> None:
    """Handles apart, and those of whom the account is known; it switches nothing on."""
    region = {"region_name": "us-east-1"}
    key = kms.create_key()
    key.encrypt(b"x")
    kms.client().describe_key(KeyId=key.id)
    boto3.client("kms", aws_access_key_id="A", aws_secret_access_key="x", **region).list_keys()
    of_account.client("kms").list_keys()
    kms.client(principal=USER).list_keys()

    other_root = f"arn:aws:iam::{OTHER}:root"
    assert [call.principal for call in kms.calls] == [SESSION, SESSION, other_root, USER]
    assert kms.enforce_policies is False

    kms.enforce_policies = True
    assert is_refused(kms.client().list_keys)
    kms.principal(ROLE, policies=[allow("kms:ListKeys")])
    assert not is_refused(kms.client().list_keys)


# Deleting.


def test_who_was_never_declared_cannot_be_deleted(kms: KmsMock) -> None:
    """The nearest is suggested."""
    kms.principal(ROLE)

    with pytest.raises(KmsMockError, match=r"Did you mean '.*service/Reader'"):
        kms.delete_principal(f"{ROLE}s")


# Principals that there are.


@pytest.mark.kms(strict_principals=True)
def test_strictly_only_declared_principals_exist(kms: KmsMock, refusal: Any) -> None:
    """In key policies and in grants; accounts and services do always."""
    client, key = kms.client(), kms.create_key()
    kms.principal(ROLE)
    eve = f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/eve"

    for name in (ROLE, eve, OTHER, f"arn:aws:iam::{OTHER}:root", "*"):
        client.put_key_policy(KeyId=key.id, Policy=json.dumps(key_policy(ROOT, name)))
    for name in (ROLE, eve, f"arn:aws:iam::{OTHER}:root"):
        client.create_grant(KeyId=key.id, GranteePrincipal=name, Operations=["Encrypt"])
    for name in (USER, f"arn:aws:sts::{ACCOUNT}:assumed-role/Other/eve"):
        assert refusal(
            client.put_key_policy, KeyId=key.id, Policy=json.dumps(key_policy(ROOT, name))
        ) == (
            "MalformedPolicyDocumentException",
            "Policy contains a statement with one or more invalid principals.",
        )
        assert refusal(
            client.create_grant, KeyId=key.id, GranteePrincipal=name, Operations=["Encrypt"]
        ) == ("InvalidArnException", f"ARN does not refer to a valid principal: {name}")


def test_a_mock_that_is_over_declares_nobody() -> None:
    """The message says where to do it."""
    with mock_kms() as kms:
        pass

    with pytest.raises(KmsMockError, match="not active"):
        kms.principal(ROLE)
