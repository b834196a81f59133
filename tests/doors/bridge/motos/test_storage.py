"""Storage that moto mocks, as the bridge reads it."""

from __future__ import annotations

from typing import Any

from pytest_kmsmock import KmsMock
from pytest_kmsmock.doors.bridge.motos import storage

HERE = ("123456789012", "us-east-1")


def test_what_is_not_there(bridged: KmsMock) -> None:
    assert storage.bucket("nowhere") is None
    assert storage.s3_object("nowhere", "a", None) is None
    assert storage.upload("nowhere", "a") is None
    assert not storage.has_table(*HERE, "nowhere")
    assert storage.key_of_table(*HERE, "nowhere") is None
    assert storage.key_of_database(*HERE, "nowhere") is None
    assert storage.key_of_snapshot(*HERE, "nowhere") is None


def test_a_bucket_is_found_whosever_it_is(bridged: KmsMock, client_of: Any) -> None:
    """Their names are for all accounts."""
    client_of("s3").create_bucket(Bucket="bucket")

    found = storage.bucket("bucket")

    assert storage.bucket_region(found) == "us-east-1"
    assert storage.bucket_rule(found) == {}
