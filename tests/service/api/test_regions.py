"""Regions and partitions: botocore's own."""

from __future__ import annotations

from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore.config import Config

from pytest_kmsmock.service.api import regions

SESSION = botocore.session.Session()
OF_KMS = {
    region: partition
    for partition in SESSION.get_available_partitions()
    for region in SESSION.get_available_regions("kms", partition)
    if region[-1].isdigit() and region != "mx-central-1"  # named for KMS before it was a Region
}


@pytest.mark.parametrize("region", OF_KMS)
def test_a_region_of_kms_is_known_with_its_partition(region: str) -> None:
    """As botocore's sessions answer, from the same data."""
    assert region in regions.known_regions()
    assert regions.partition_of(region) == OF_KMS[region]


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-east-9", "aws"),
        ("eu-nowhere-1", "aws"),
        ("cn-south-1", "aws-cn"),
        ("us-gov-north-1", "aws-us-gov"),
        ("us-iso-north-7", "aws-iso"),
        ("us-isob-north-1", "aws-iso-b"),
        ("eu-isoe-west-9", "aws-iso-e"),
        ("us-isof-north-1", "aws-iso-f"),
        ("xx-nowhere-1", "aws"),
    ],
)
def test_a_region_to_come_is_of_the_partition_that_its_name_tells(
    region: str, partition: str
) -> None:
    """Where botocore lists none of the name, its patterns decide; without a match it is AWS's."""
    assert region not in regions.known_regions()
    assert regions.partition_of(region) == partition


def test_what_is_in_no_region_is_none() -> None:
    """In the data of botocore stand names as aws-global among the Regions."""
    assert all(region[-1].isdigit() for region in regions.known_regions())
    assert {"us-east-1", "cn-north-1", "us-gov-west-1"} <= regions.known_regions()


@pytest.mark.parametrize("region", ["eu-west-1", "cn-north-1", "us-gov-west-1", "us-east-9"])
@pytest.mark.parametrize("fips", [False, True])
@pytest.mark.parametrize("dual_stack", [False, True])
def test_hosts_are_those_that_botocore_takes(region: str, fips: bool, dual_stack: bool) -> None:
    """Whatever a client asks for; also where botocore does not know the Region."""
    config = Config(use_fips_endpoint=fips, use_dualstack_endpoint=dual_stack)

    client = SESSION.create_client("kms", region_name=region, config=config)

    assert urlsplit(client.meta.endpoint_url).hostname in regions.hosts_of("kms", region)


@pytest.mark.parametrize(
    ("region", "suffix"), [("eu-west-1", "amazonaws.com"), ("cn-north-1", "amazonaws.com.cn")]
)
def test_host_names_end_as_in_the_partition(region: str, suffix: str) -> None:
    assert f"kms.{region}.{suffix}" in regions.hosts_of("kms", region)
