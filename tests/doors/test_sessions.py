"""Which clients carry the hook: all of them, wherever and whenever they were made."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import botocore
import botocore.session
import pytest
from botocore.exceptions import NoRegionError
from calling import fresh_client as client

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms
from pytest_kmsmock.doors import sessions

MADE_AT_IMPORT: Any = botocore.session.Session().create_client("kms", region_name="us-east-1")


def test_a_client_made_before_the_mock_is_answered(kms: KmsMock, connections: list[Any]) -> None:
    """Also one at module level, which has no credentials at all."""
    key = kms.create_key(alias="alias/app")

    described = MADE_AT_IMPORT.describe_key(KeyId="alias/app")

    assert described["KeyMetadata"]["Arn"] == key.arn


def test_a_client_that_outlives_its_mock_is_answered_by_the_next(connections: list[Any]) -> None:
    """It sees the keys of the mock that is active, and no others."""
    with mock_kms(keys="alias/first"):
        kept = client()
    with mock_kms(keys="alias/second"):
        names = [alias["AliasName"] for alias in kept.list_aliases()["Aliases"]]

    assert names == ["alias/second"]


def test_a_session_without_builtin_handlers_is_answered(
    kms: KmsMock, connections: list[Any]
) -> None:
    session: Any = botocore.session.Session(include_builtin_handlers=False)

    keys = session.create_client("kms", region_name="us-east-1").list_keys()["Keys"]

    assert keys == []
    assert kms.calls.operations == ["ListKeys"]


@pytest.fixture
def _registered() -> Iterator[None]:
    """Whatever the test does to botocore, the next one finds the plugin registered."""
    yield
    sessions.register()


@pytest.mark.usefixtures("_registered")
def test_clients_are_answered_after_botocore_was_reloaded(connections: list[Any]) -> None:
    """Reloading empties botocore's list of initializers; a mock puts itself on it again."""
    importlib.reload(botocore)

    with mock_kms() as kms:
        client().list_keys()

    assert kms.calls.operations == ["ListKeys"]


@pytest.mark.usefixtures("_registered")
def test_clients_are_answered_after_botocore_was_reloaded_within_a_mock(
    connections: list[Any],
) -> None:
    """Also when the reload happens while an outer mock is active."""
    with mock_kms():
        importlib.reload(botocore)
        with mock_kms() as inner:
            client().list_keys()

    assert inner.calls.operations == ["ListKeys"]


def test_a_client_is_answered_once(kms: KmsMock) -> None:
    """Registering again, by reload or by hand, does not double the record."""
    made = client()
    for _ in range(3):
        sessions.register()
        kms.attach(made)

    made.list_keys()
    client().list_keys()

    assert kms.calls.operations == ["ListKeys", "ListKeys"]


def test_a_client_that_escaped_can_be_attached(kms: KmsMock, connections: list[Any]) -> None:
    """`attach` is for a client whose session never met the plugin."""
    botocore.unregister_initializer(sessions.install)
    try:
        escaped = client(region_name="us-east-1")
    finally:
        sessions.register()

    kms.attach(escaped)
    escaped.list_keys()

    assert kms.calls.operations == ["ListKeys"]


def test_to_attach_what_is_no_client_says_so(kms: KmsMock) -> None:
    with pytest.raises(KmsMockError, match="client"):
        kms.attach(object())


def test_without_a_mock_there_is_no_region_of_ours() -> None:
    """A session that has lived through a mock does not keep its Region."""
    session = botocore.session.Session()
    with mock_kms(region="eu-west-1"):
        assert session.create_client("kms").meta.region_name == "eu-west-1"

    with pytest.raises(NoRegionError):
        session.create_client("kms")


def test_boto3_is_answered(kms: KmsMock, connections: list[Any]) -> None:
    """The default session, sessions, and the session that the default client made."""
    boto3 = pytest.importorskip("boto3")

    boto3.client("kms", "us-east-1").list_keys()
    boto3.client("kms").list_keys()
    boto3.Session(region_name="eu-west-1").client("kms").list_keys()
    boto3.DEFAULT_SESSION.client("kms").list_keys()

    assert [call.region for call in kms.calls] == [
        "us-east-1",
        "us-east-1",
        "eu-west-1",
        "us-east-1",
    ]
