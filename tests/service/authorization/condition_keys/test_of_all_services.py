"""Condition keys of all services: of the caller, the call and the resource."""

from __future__ import annotations

from typing import Any, Final

import pytest

from pytest_kmsmock.service.authorization.condition_keys import names
from pytest_kmsmock.service.authorization.query import Situation

NOW: Final = 1_780_000_000.0
USER: Final = "arn:aws:iam::111122223333:user/division/ann"
ROLE: Final = "arn:aws:iam::111122223333:role/service/Reader"


CALLERS: Final = [
    ("arn:aws:iam::111122223333:root", "Account", "111122223333", None),
    (USER, "User", "AIDA", "ann"),
    (ROLE, "AssumedRole", "AROA", None),
    ("arn:aws:sts::111122223333:assumed-role/Reader/eve", "AssumedRole", "AROA", None),
    ("arn:aws:sts::111122223333:federated-user/bob", "FederatedUser", "111122223333:bob", None),
]


@pytest.mark.parametrize(("arn", "kind", "user_id", "user_name"), CALLERS)
def test_values_of_the_caller(
    query: Any, value: Any, helpers: Any, arn: str, kind: str, user_id: str, user_name: str | None
) -> None:
    """A session is its role to aws:PrincipalArn, and has a name in aws:userid."""
    asked = query("kms:Encrypt", caller=helpers.who(arn, tags={"Team": "red"}, since=NOW - 60))
    role = {"arn:aws:sts::111122223333:assumed-role/Reader/eve": "role/Reader"}.get(arn)

    assert value("aws:PrincipalArn", asked) == (
        f"arn:aws:iam::111122223333:{role}" if role else arn
    )
    assert value("aws:PrincipalAccount", asked) == "111122223333"
    assert value("kms:CallerAccount", asked) == "111122223333"
    assert value("aws:PrincipalType", asked) == kind
    assert value("aws:userid", asked).startswith(user_id)
    assert value("aws:username", asked) == user_name
    assert value("aws:PrincipalTag/team", asked) == "red"
    assert value("aws:PrincipalIsAWSService", asked) is False
    assert value("aws:PrincipalServiceName", asked) is None
    temporary = kind in ("AssumedRole", "FederatedUser")
    assert value("aws:MultiFactorAuthPresent", asked) == (False if temporary else None)
    assert value("aws:TokenIssueTime", asked) == ("2026-05-28T20:25:40Z" if temporary else None)


def test_the_session_is_named_after_the_unique_id(query: Any, value: Any, helpers: Any) -> None:
    """``AROA…:SESSION``, whichever session of the role it is."""
    eve = helpers.who("arn:aws:sts::111122223333:assumed-role/Reader/eve", unique_id="AROAEXAMPLE")
    own = helpers.who(ROLE, unique_id="AROAEXAMPLE")

    assert value("aws:userid", query("kms:Encrypt", caller=eve)) == "AROAEXAMPLE:eve"
    assert value("aws:userid", query("kms:Encrypt", caller=own)) == "AROAEXAMPLE:kmsmock"


def test_values_of_a_service_that_calls(query: Any, value: Any, helpers: Any) -> None:
    """It has no account."""
    asked = query("kms:Encrypt", caller=helpers.who("cloudtrail.amazonaws.com"))

    assert value("aws:PrincipalIsAWSService", asked) is True
    assert value("aws:PrincipalServiceName", asked) == "cloudtrail.amazonaws.com"
    assert value("aws:PrincipalServiceNamesList", asked) == ("cloudtrail.amazonaws.com",)
    for name in ("aws:PrincipalArn", "aws:PrincipalAccount", "kms:CallerAccount", "aws:userid"):
        assert value(name, asked) is None
    for name in ("aws:PrincipalType", "aws:username", "aws:MultiFactorAuthPresent"):
        assert value(name, asked) is None


def test_values_of_the_call(query: Any, value: Any) -> None:
    """Time by the service's clock."""
    asked = query("kms:Encrypt", user_agent="aws-cli/2")

    assert value("aws:CurrentTime", asked) == "2026-05-28T20:26:40Z"
    assert value("aws:EpochTime", asked) == 1_780_000_000
    assert value("aws:RequestedRegion", asked) == "us-west-2"
    assert value("aws:SecureTransport", asked) is True
    assert value("aws:ViaAWSService", asked) is False
    assert value("aws:UserAgent", asked) == "aws-cli/2"
    assert value("kms:GrantIsForAWSResource", query("kms:CreateGrant")) is False


def test_the_role_of_a_service_is_for_that_service(query: Any, value: Any) -> None:
    """AWS's own example of a policy on iam:CreateServiceLinkedRole asks for it."""
    asked = query("iam:CreateServiceLinkedRole", on_key=False, service="mrk.kms.amazonaws.com")

    assert value("iam:AWSServiceName", asked) == "mrk.kms.amazonaws.com"
    assert value("iam:AWSServiceName", query("kms:Encrypt")) is None


@pytest.mark.parametrize(("on_key", "noted"), [(False, ("resource-tags-of-new-keys",)), (True, ())])
def test_that_a_new_key_has_the_tags_of_its_request_is_noted_as_open(
    query: Any, helpers: Any, on_key: bool, noted: tuple[str, ...]
) -> None:
    """Its tags are those that it will have; of a key that is there nothing is open."""
    at = Situation(query("kms:CreateKey", on_key=on_key), helpers.Surroundings())

    assert names.known("aws:ResourceTag/team").value(at) == "red"
    assert at.take_questions() == noted
