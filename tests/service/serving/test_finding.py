"""Which key an identifier means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_kmsmock.service.api.errors import (
    AccessDeniedException,
    InvalidArnException,
    KmsError,
    NotFoundException,
)
from pytest_kmsmock.service.serving import finding
from pytest_kmsmock.service.serving.request import Request
from pytest_kmsmock.service.state.registry import Registry

Call = Callable[..., dict[str, Any]]
MakeRequest = Callable[..., Request]


@pytest.fixture
def key_id(call: Call) -> str:
    key_id: str = call("CreateKey")["KeyMetadata"]["KeyId"]
    call("CreateAlias", AliasName="alias/app", TargetKeyId=key_id)
    return key_id


def prefix(resource: str) -> str:
    return f"arn:aws:kms:us-east-1:123456789012:{resource}"


def test_key_is_found_by_four_names(request_of: MakeRequest, key_id: str) -> None:
    """ID, key ARN, alias name, alias ARN."""
    request = request_of("DescribeKey")
    names = [key_id, prefix(f"key/{key_id}"), "alias/app", prefix("alias/app")]

    assert {finding.key(request, name).key_id for name in names} == {key_id}


@pytest.mark.parametrize("identifier", ["alias/app", prefix("alias/app"), "alias/none"])
def test_alias_can_be_refused(request_of: MakeRequest, key_id: str, identifier: str) -> None:
    """Before it is looked up."""
    with pytest.raises(InvalidArnException):
        finding.key(request_of("EnableKey"), identifier, alias_refusal=finding.alias_refused)


def test_foreign_key_can_be_refused(request_of: MakeRequest) -> None:
    """Where the operation does not work across accounts; before the Region is looked at."""
    foreign = "arn:aws:kms:eu-west-1:210987654321:key/1234abcd-12ab-34cd-56ef-1234567890ab"

    def refuse(_: Request) -> KmsError:
        return NotFoundException("Invalid keyId refused")

    with pytest.raises(NotFoundException, match="refused"):
        finding.key(request_of("EnableKey"), foreign, foreign_refusal=refuse)


def test_foreign_key_is_found_where_it_may_be(
    request_of: MakeRequest, registry: Registry, key_id: str
) -> None:
    """By its ARN and by the ARN of its alias, in the same Region only."""
    request = request_of("Encrypt")
    request.account = "210987654321"
    request.read(registry.state)

    for name in (prefix(f"key/{key_id}"), prefix("alias/app")):
        assert finding.key(request, name).key_id == key_id
        with pytest.raises(AccessDeniedException):
            finding.key(request, name.replace("us-east-1", "eu-west-1"))
    for name in (key_id, "alias/app"):
        with pytest.raises(NotFoundException):
            finding.key(request, name)


def test_denial_names_operation_and_caller(request_of: MakeRequest) -> None:
    """The words are AWS's, and tell nothing of the key."""
    error = finding.denied_elsewhere(request_of("GenerateDataKey"))

    assert error.message == (
        "User: arn:aws:iam::123456789012:root is not authorized to perform: kms:GenerateDataKey "
        "on this resource because the resource does not exist in this Region, no resource-based "
        "policies allow access, or a resource-based policy explicitly denies access"
    )
