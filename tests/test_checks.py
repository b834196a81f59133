"""What each option may be, and what is said of what it may not."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMockError, mock_kms
from pytest_kmsmock.settings import settings_from


def test_one_key_needs_no_list() -> None:
    assert settings_from({"keys": "alias/app"})["keys"] == ("alias/app",)
    assert settings_from({"keys": iter(["alias/a", "alias/b"])})["keys"] == ("alias/a", "alias/b")


@pytest.mark.parametrize(
    "region",
    ["us-east-1", "eu-central-2", "us-gov-west-1", "us-iso-east-1", "cn-north-1", "il-central-1"],
)
def test_regions_of_all_partitions_are_regions(region: str) -> None:
    assert settings_from({"region": region})["region"] == region


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"region": "moon"}, "region='moon' is no AWS Region; write for example 'eu-west-1'"),
        ({"region": "eu-west-1 "}, "region='eu-west-1 '"),
        ({"region": "eu-west-1\n"}, "region="),
        ({"region": 5}, "region=5"),
        ({"region": ""}, "region=''"),
        ({"account": 123456789012}, "write 12 digits in quotes"),
        ({"account": "1234"}, "account='1234'"),
        ({"account": "12345678901２"}, "account="),
        ({"account": "123456789012\n"}, "account="),
        ({"account": None}, "account=None"),
        ({"keys": "app"}, "write 'alias/app'"),
        ({"keys": ["alias/a", "b"]}, "write 'alias/b'"),
        ({"keys": [5]}, "keys=5"),
        ({"keys": 5}, "keys=5"),
        ({"keys": None}, "keys=None"),
        ({"page_size": 0}, "page_size=0"),
        ({"page_size": -1}, "write 1 or more"),
        ({"page_size": "5"}, "page_size='5'"),
        ({"page_size": 2.0}, "page_size=2.0"),
        ({"page_size": True}, "page_size=True"),
    ],
    ids=str,
)
def test_a_value_that_makes_no_sense_is_told_with_one_that_does(
    options: dict[str, Any], says: str
) -> None:
    """By every door, and before anything starts."""
    with pytest.raises(KmsMockError) as by_marker:
        settings_from(options)
    with pytest.raises(KmsMockError):
        mock_kms(**options)

    assert says in str(by_marker.value)
