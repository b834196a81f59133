"""A row of the table: what it leaves out has its usual value, and how its key is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_kmsmock.service.api.errors import (
    AccessDeniedException,
    InvalidArnException,
    NotFoundException,
)
from pytest_kmsmock.service.operations.operation import Operation, find_key

Call = Callable[..., dict[str, Any]]
MakeRequest = Callable[..., Any]


def row(name: str = "Encrypt", **columns: Any) -> Operation:
    return Operation(name=name, act=lambda request, key: {}, **columns)


@pytest.fixture
def arn(call: Call) -> str:
    """The ARN of a key with an alias."""
    arn: str = call("CreateKey")["KeyMetadata"]["Arn"]
    call("CreateAlias", AliasName="alias/app", TargetKeyId=arn.rpartition("/")[2])
    return arn


def test_the_states_of_a_row_are_those_of_the_table_of_key_states() -> None:
    """An operation on no key has none."""
    assert row("Encrypt").states == {"Enabled", "Updating"}
    assert row("CancelKeyDeletion").states == {"PendingDeletion", "PendingReplicaDeletion"}
    assert row("CreateKey", key_member=None).states == frozenset()


def test_a_key_is_found_by_its_id_and_its_arn(request_of: MakeRequest, arn: str) -> None:
    for identifier in (arn, arn.rpartition("/")[2]):
        found = find_key(row(), request_of("Encrypt", KeyId=identifier))

        assert found is not None
        assert found.arn == arn


def test_an_alias_leads_to_the_key_where_one_may_be_given(
    request_of: MakeRequest, arn: str
) -> None:
    request = request_of("Encrypt", KeyId="alias/app")

    found = find_key(row(takes_alias=True), request)

    assert found is not None
    assert found.arn == arn
    with pytest.raises(InvalidArnException):
        find_key(row(), request)


def test_a_key_that_is_not_there_is_refused(request_of: MakeRequest) -> None:
    """Another account's in the row's own words."""
    unknown = "1234abcd-12ab-34cd-56ef-1234567890ab"
    foreign = f"arn:aws:kms:us-east-1:210987654321:key/{unknown}"

    with pytest.raises(NotFoundException):
        find_key(row(), request_of("Encrypt", KeyId=unknown))
    with pytest.raises(AccessDeniedException):
        find_key(row(), request_of("Encrypt", KeyId=foreign))


def test_a_request_may_name_no_key(request_of: MakeRequest) -> None:
    """Where the member is optional, and where the row has none."""
    assert find_key(row(), request_of("Decrypt")) is None
    assert find_key(row(key_member=None), request_of("ListKeys")) is None
