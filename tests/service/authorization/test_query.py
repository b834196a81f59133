"""What a call asks of authorization: whose the resource is, and which parameters count."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock.service.authorization.query import Query, Situation

OWN, OTHER = "111122223333", "444455556666"
USER = f"arn:aws:iam::{OWN}:user/ann"
ARN = f"arn:aws:kms:us-west-2:{OWN}:key/1234abcd"
CONTEXT = {"tenant": "42"}


@pytest.fixture
def query(helpers: Any) -> Any:
    """Make a query of Ann's."""

    def make(permission: str = "kms:Encrypt", *, caller: str = USER, **more: Any) -> Query:
        members: dict[str, Any] = {
            "resource": ARN,
            "authority": "key",
            "region": "us-west-2",
            "now": 0.0,
        }
        return Query(permission=permission, caller=helpers.who(caller), **(members | more))

    return make


def test_a_parameter_of_re_encrypt_is_that_of_its_side(query: Any) -> None:
    """Others have it by its plain name."""
    params = {"KeyId": "plain", "SourceKeyId": "from", "DestinationKeyId": "to"}

    found = [
        query(f"kms:{name}", params=params).member("KeyId")
        for name in ("Encrypt", "ReEncryptFrom", "ReEncryptTo")
    ]

    assert found == ["plain", "from", "to"]


def test_a_resource_belongs_to_the_account_of_its_arn(query: Any) -> None:
    """What is for all resources is the caller's."""
    foreign = ARN.replace(OWN, OTHER)

    assert query(resource=foreign).account == OTHER
    assert query(resource="*").account == OWN
    assert query(resource=foreign).is_cross_account
    assert not query().is_cross_account
    assert not query(resource="*").is_cross_account


def test_a_service_is_of_no_account_and_so_of_no_other_one(query: Any) -> None:
    assert not query(caller="cloudtrail.amazonaws.com").is_cross_account


@pytest.mark.parametrize(
    ("permission", "more", "makes_key"),
    [
        ("kms:CreateKey", {}, True),
        ("kms:TagResource", {}, True),
        ("kms:PutKeyPolicy", {"new_policy": "{}"}, True),
        ("kms:Encrypt", {}, False),
        ("kms:PutKeyPolicy", {}, False),
    ],
)
def test_some_queries_are_about_a_key_that_is_yet_to_be_made(
    query: Any, helpers: Any, permission: str, more: dict[str, Any], makes_key: bool
) -> None:
    """Not where there is one."""
    assert query(permission, **more).makes_key is makes_key
    assert not query(permission, key=helpers.new_key({}), **more).makes_key


def test_the_encryption_context_is_the_requests(query: Any) -> None:
    """Of a ReEncrypt that of its side; none is an empty one."""
    params = {"EncryptionContext": CONTEXT, "SourceEncryptionContext": {"tenant": "7"}}

    assert query(params=params).encryption_context == CONTEXT
    assert query("kms:ReEncryptFrom", params=params).encryption_context == {"tenant": "7"}
    assert query("kms:ReEncryptTo", params=params).encryption_context == {}
    assert query().encryption_context == {}


@pytest.mark.parametrize("kind", ["EncryptionContextEquals", "EncryptionContextSubset"])
def test_the_encryption_context_of_a_grant_is_its_constraints(
    query: Any, helpers: Any, kind: str
) -> None:
    """Of the one that is made, and of the one that is retired."""
    made = query("kms:CreateGrant", params={"Constraints": {kind: CONTEXT}})
    retired = query("kms:RetireGrant", grant=helpers.new_grant(Constraints={kind: CONTEXT}))

    for asked in (made, retired):
        assert asked.context_constraint == (kind, CONTEXT)
        assert asked.encryption_context == CONTEXT


def test_a_grant_without_constraints_has_no_context(query: Any, helpers: Any) -> None:
    """Whatever else the request of RetireGrant has."""
    bare = query("kms:RetireGrant", grant=helpers.new_grant(), params={"Constraints": {"a": "b"}})

    assert bare.constraints == {}
    assert bare.context_constraint is None
    assert bare.encryption_context == {}


def test_key_pairs_have_no_encryption_context(query: Any, helpers: Any) -> None:
    key = helpers.new_key({}, spec="RSA_2048", usage="ENCRYPT_DECRYPT")

    assert query(key=key, params={"EncryptionContext": CONTEXT}).encryption_context == {}


def test_what_aws_leaves_open_is_noted_once(query: Any, helpers: Any) -> None:
    """In the order in which it came up, until somebody takes it."""
    at = Situation(query(), helpers.Surroundings())

    for question in ("message-type", "pending-window", "message-type"):
        at.reads(question)

    assert at.take_questions() == ("message-type", "pending-window")
    assert at.take_questions() == ()
