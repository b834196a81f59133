"""Computers that moto mocks, as the bridge reads and ends them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock import KmsMock
from pytest_kmsmock.doors.bridge.motos import computers

HERE = ("123456789012", "us-east-1")


IMAGE = "ami-12c6146b"


@pytest.mark.parametrize(
    ("end", "state"), [(computers.terminate, "terminated"), (computers.stop, "stopped")]
)
def test_an_instance_ends_for_a_reason(
    bridged: KmsMock, client_of: Any, end: Any, state: str
) -> None:
    ec2 = client_of("ec2")
    [made] = ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1)["Instances"]
    instance = made["InstanceId"]

    end(*HERE, instance, "Client.Why", "because")

    [found] = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"]
    assert found["State"]["Name"] == state
    assert found["StateReason"] == {"Code": "Client.Why", "Message": "because"}
    assert computers.encrypted_volumes(*HERE, instance) == []
