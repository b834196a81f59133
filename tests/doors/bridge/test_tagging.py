"""The tagging API, which lists the keys of the mock."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from pytest_kmsmock import KmsMock, mock_kms

moto = pytest.importorskip("moto")


@pytest.fixture
def tagging(client_of: Any) -> Any:
    try:
        importlib.import_module("moto.resourcegroupstaggingapi.models")
    except ImportError as error:
        pytest.skip(f"what moto needs is not installed: {error}")
    return client_of("resourcegroupstaggingapi")


def test_keys_are_found_by_their_tags(bridged: KmsMock, tagging: Any) -> None:
    key = bridged.create_key(tags={"team": "a"})
    bridged.create_key()

    found = tagging.get_resources(TagFilters=[{"Key": "team", "Values": ["a"]}])

    assert found["ResourceTagMappingList"] == [
        {"ResourceARN": key.arn, "Tags": [{"Key": "team", "Value": "a"}]}
    ]


def test_whichever_services_are_named(tagging: Any) -> None:
    with moto.mock_aws(), mock_kms(bridge=["s3"]) as kms:
        key = kms.create_key(tags={"team": "a"})

        found = tagging.get_resources(ResourceTypeFilters=["kms"])

    assert [each["ResourceARN"] for each in found["ResourceTagMappingList"]] == [key.arn]


def test_keys_are_tagged(bridged: KmsMock, tagging: Any) -> None:
    """Where the release of moto can."""
    key = bridged.create_key()

    failed = tagging.tag_resources(ResourceARNList=[key.arn], Tags={"team": "a"})
    if failed["FailedResourcesMap"] or not key.tags:
        pytest.skip("this release of moto tags no keys")
    assert key.tags == {"team": "a"}
    tagging.untag_resources(ResourceARNList=[key.arn], TagKeys=["team"])

    assert key.tags == {}
