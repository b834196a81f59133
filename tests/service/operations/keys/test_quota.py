"""The quota of keys: which of them use it up."""

from __future__ import annotations

import functools
from typing import Any, Final

import pytest

from pytest_kmsmock.service.api.errors import (
    LimitExceededException,
)
from pytest_kmsmock.service.operations.keys import check_quota
from pytest_kmsmock.service.service import Service
from pytest_kmsmock.service.serving.request import Options, Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.state.resources import Resources
from pytest_kmsmock.service.state.state import Draft
from pytest_kmsmock.service.values.caller import Caller
from pytest_kmsmock.service.values.quotas import AWS_QUOTAS, Quotas

ACCOUNT, REGION = "123456789012", "us-east-1"
NOW: Final = 1_700_000_000.0


class Many:
    """As many keys as a test says."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __len__(self) -> int:
        return self._number


@pytest.mark.parametrize(
    ("quota", "keys", "given", "managed", "is_refused"),
    [
        # AWS's own: what a test has made without calls, and what AWS manages, does not count.
        (AWS_QUOTAS.keys, AWS_QUOTAS.keys - 1, 0, 0, False),
        (AWS_QUOTAS.keys, AWS_QUOTAS.keys, 0, 0, True),
        (AWS_QUOTAS.keys, AWS_QUOTAS.keys, 1, 0, False),
        (AWS_QUOTAS.keys, AWS_QUOTAS.keys + 1, 1, 0, True),
        (AWS_QUOTAS.keys, AWS_QUOTAS.keys + 1, 1, 1, False),
        # A test's: what it has made counts.
        (10, 9, 9, 0, False),
        (10, 10, 10, 0, True),
        (10, 10, 0, 1, False),
    ],
)
def test_which_keys_use_up_the_quota(
    quota: int, keys: int, given: int, managed: int, is_refused: bool
) -> None:
    request = Request("CreateKey", {}, REGION, Caller(ACCOUNT), "id")
    request.options = Options(quotas=Quotas(keys=quota))
    resources = Resources(ACCOUNT, REGION)
    resources.keys = Many(keys)  # type: ignore[assignment]
    resources.given_keys, resources.managed_keys = given, managed

    try:
        check_quota(request, resources)
    except LimitExceededException:
        was_refused = True
    else:
        was_refused = False

    assert was_refused == is_refused


def test_what_counts_is_what_is_there() -> None:
    """A key that a test made counts as given no longer than it exists, one of AWS likewise."""
    registry = Registry()
    service = Service(lambda: NOW, registry)

    def call(operation: str, *, off_record: bool = False, **body: Any) -> dict[str, Any]:
        request = Request(operation, body, REGION, Caller(ACCOUNT), "id", off_record=off_record)
        return service.handle(request)

    def counts() -> tuple[int, int, int]:
        resources = registry.state.resources(ACCOUNT, REGION)
        return len(resources.keys), resources.given_keys, resources.managed_keys

    called = call("CreateKey")["KeyMetadata"]["KeyId"]
    given = call("CreateKey", off_record=True)["KeyMetadata"]["KeyId"]
    managed = call("DescribeKey", KeyId="alias/aws/s3")["KeyMetadata"]["KeyId"]
    call("TagResource", KeyId=given, Tags=[{"TagKey": "a", "TagValue": "b"}])
    assert counts() == (3, 1, 1)
    assert registry.copy().state.resources(ACCOUNT, REGION).given_keys == 1

    for key_id, left in ((given, (2, 0, 1)), (managed, (1, 0, 0)), (called, (0, 0, 0))):
        key = registry.state.resources(ACCOUNT, REGION).keys.get(key_id)
        assert key is not None
        registry.change(functools.partial(Draft.remove_key, key=key, now=NOW))
        assert counts() == left


def test_a_replica_that_is_called_for_is_not_given() -> None:
    """Whoever made the primary key."""
    registry = Registry()
    service = Service(lambda: NOW, registry)
    create = Request("CreateKey", {"MultiRegion": True}, REGION, Caller(ACCOUNT), off_record=True)
    key_id = service.handle(create)["KeyMetadata"]["KeyId"]

    body = {"KeyId": key_id, "ReplicaRegion": "eu-west-1"}
    service.handle(Request("ReplicateKey", body, REGION, Caller(ACCOUNT), "id"))

    assert registry.state.resources(ACCOUNT, REGION).given_keys == 1
    assert registry.state.resources(ACCOUNT, "eu-west-1").given_keys == 0
