"""The remote door: what a forked process calls is answered by the endpoint of its parent."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from pytest_kmsmock import KmsMock, KmsMockError, active

pytestmark = [
    pytest.mark.extra("endpoint"),
    pytest.mark.kms(children="share"),
]


@pytest.fixture
def child(kms: KmsMock, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client, in a process that takes itself for a child."""
    client = kms.client(retries={"total_max_attempts": 1}, read_timeout=0.3)
    monkeypatch.setattr(active, "inherited", [kms._backend])
    return client


def test_a_call_is_answered_and_on_record_once(
    kms: KmsMock, child: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    child.create_key()

    monkeypatch.setattr(active, "inherited", [])
    [call] = kms.calls
    assert call.operation == "CreateKey"
    assert call.source.startswith("tests/doors/test_remote.py:")
    assert len(kms.keys) == 1


def test_errors_are_those_of_aws(child: Any) -> None:
    with pytest.raises(child.exceptions.NotFoundException):
        child.describe_key(KeyId="alias/none")


@pytest.mark.parametrize(
    ("kind", "error"),
    [("closed", ConnectionClosedError), ("read-timeout", ReadTimeoutError)],
)
def test_connections_are_lost_as_elsewhere(
    kms: KmsMock, child: Any, kind: Any, error: type[Exception]
) -> None:
    kms.disconnect("ListKeys", kind)

    with pytest.raises(error):
        child.list_keys()


def test_a_region_that_there_is_not_leads_nowhere(kms: KmsMock, child: Any) -> None:
    from pytest_kmsmock.doors import clients

    elsewhere = clients.client("xx-nowhere-1", None, {"retries": {"total_max_attempts": 1}})

    with pytest.raises(EndpointConnectionError):
        elsewhere.list_keys()


def test_a_parent_that_is_over_is_not_there(kms: KmsMock, child: Any) -> None:
    from pytest_kmsmock.doors.endpoint import listeners

    sharing: Any = kms._backend.sharing
    sharing._serving.close()
    listeners.end()

    with pytest.raises(EndpointConnectionError):
        child.list_keys()


def test_a_misuse_is_one_here_too(
    kms: KmsMock, child: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parent has noted it, for its own test."""
    from pytest_kmsmock import observed
    from pytest_kmsmock.service.operations.table import OPERATIONS

    monkeypatch.delitem(OPERATIONS, "ListKeyPolicies")

    with pytest.raises(KmsMockError, match="does not mock kms:ListKeyPolicies"):
        child.list_key_policies(KeyId="alias/app")

    assert observed._observed is not None
    assert [str(error)[:30] for error in observed._observed.misuses] == [
        "pytest-kmsmock does not mock k"
    ]
    observed._observed.misuses.clear()
