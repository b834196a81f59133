"""Regions that botocore does not list: nothing is there."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError

from pytest_kmsmock import KmsMock, mock_kms

NOWHERE = "us-east-9"
both_paths = pytest.mark.parametrize("transport", ["direct", "wire"])


def client(region: str = NOWHERE, **given: Any) -> Any:
    """Return a client as an application makes it."""
    return botocore.session.Session().create_client("kms", region_name=region, **given)


@both_paths
def test_a_client_of_no_region_connects_to_nothing(transport: Any) -> None:
    """As in AWS: a typing error in the configuration is no empty KMS."""
    with mock_kms(transport=transport) as kms:
        with pytest.raises(EndpointConnectionError, match=r"https://kms\.us-east-9\.amazonaws"):
            client().create_key()

        assert kms.keys == []


@both_paths
def test_the_call_is_on_record(transport: Any) -> None:
    """With its parameters, and the attempts that botocore made."""
    attempts = Config(retries={"total_max_attempts": 3})
    with mock_kms(transport=transport) as kms, pytest.raises(EndpointConnectionError):
        client(config=attempts).describe_key(KeyId="alias/app")

    (call,) = kms.calls
    assert (call.operation, call.region) == ("DescribeKey", NOWHERE)
    assert call.params == {"KeyId": "alias/app"}
    assert call.error is not None
    assert call.error.code == "EndpointConnectionError"
    assert call.retries == 2
    assert abs((call.time - kms.clock.now).total_seconds()) < 60


@both_paths
@pytest.mark.parametrize(
    "settings", [{"use_fips_endpoint": True}, {"use_dualstack_endpoint": True}], ids=str
)
@pytest.mark.parametrize("region", ["us-east-9", "cn-west-3", "us-gov-north-7", "xx-nowhere-1"])
def test_however_botocore_makes_the_name_of_the_host(
    transport: Any, settings: dict[str, Any], region: str
) -> None:
    """In each partition, and of each kind."""
    with mock_kms(transport=transport) as kms, pytest.raises(EndpointConnectionError):
        client(region, config=Config(**settings)).list_keys()

    assert kms.calls.operations == ["ListKeys"]


@both_paths
@pytest.mark.parametrize("region", ["eu-isoe-west-1", "cn-north-1", "us-gov-west-1", "sa-east-1"])
def test_regions_of_all_partitions_are_there(transport: Any, region: str) -> None:
    """What botocore lists is known by it."""
    with mock_kms(transport=transport) as kms:
        metadata = client(region).create_key()["KeyMetadata"]

    assert metadata["Arn"].split(":")[3] == region
    assert kms.calls[0].error is None


@both_paths
@pytest.mark.parametrize(
    "url", ["http://localhost:4566", "https://vpce-1.kms.us-east-9.vpce.amazonaws.com"]
)
def test_a_client_with_an_endpoint_of_its_own_passes(transport: Any, url: str) -> None:
    """Where it goes is the program's own business; the Region is but a name then."""
    with mock_kms(transport=transport):
        metadata = client(endpoint_url=url).create_key()["KeyMetadata"]

    assert metadata["Arn"].startswith("arn:aws:kms:us-east-9:")


@both_paths
def test_a_test_lets_all_regions_be(transport: Any) -> None:
    """In calls, and as the plugin's own arguments."""
    with mock_kms(transport=transport, unknown_regions=True, region=NOWHERE) as kms:
        key = kms.create_key(alias="alias/app")
        primary = kms.create_key(multi_region=True, region="eu-west-1")

        found = client().describe_key(KeyId="alias/app")["KeyMetadata"]
        kms.client("xx-nowhere-1").create_key()
        kms.client("eu-west-1").replicate_key(KeyId=primary.id, ReplicaRegion="eu-west-9")

    assert found["Arn"] == key.arn
    assert all(call.error is None for call in kms.calls)


def test_a_scheduled_fault_waits_for_a_call_that_arrives(kms: KmsMock) -> None:
    """What reaches nothing meets none."""
    kms.fail("ListKeys", "KMSInternalException", times=None)

    with pytest.raises(EndpointConnectionError):
        client().list_keys()

    plain = kms.client(retries={"total_max_attempts": 1})
    with pytest.raises(plain.exceptions.KMSInternalException):
        plain.list_keys()


def test_a_replica_in_no_region_is_refused(kms: KmsMock) -> None:
    """Inferred: what is in no partition is not in the primary key's."""
    key = kms.create_key(multi_region=True)
    ours = kms.client()

    with pytest.raises(
        Exception, match=r"ValidationException.* in the same AWS partition"
    ) as caught:
        ours.replicate_key(KeyId=key.id, ReplicaRegion=NOWHERE)

    assert isinstance(caught.value, ours.exceptions.ClientError)
    with pytest.raises(ours.exceptions.NotFoundException):
        ours.update_primary_region(KeyId=key.id, PrimaryRegion=NOWHERE)
