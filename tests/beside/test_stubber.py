"""botocore's Stubber on one client of KMS: who stubs an answer means it so."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from pytest_kmsmock import KmsMock

# Any, as botocore makes the methods of its clients while the program runs.
SESSION: Any = botocore.session.Session()


def test_the_stubber_wins_on_its_client_alone(kms: KmsMock) -> None:
    """Other clients are answered by the mock, and so is this one when the stubber is over."""
    kms.create_key(alias="alias/app")
    stubbed, other = SESSION.create_client("kms"), SESSION.create_client("kms")

    with Stubber(stubbed) as stubber:
        stubber.add_response("list_keys", {"Keys": []})
        assert stubbed.list_keys()["Keys"] == []
        assert len(other.list_keys()["Keys"]) == 1

    assert len(stubbed.list_keys()["Keys"]) == 1
    assert kms.calls.operations == ["ListKeys", "ListKeys"]


def test_the_stubber_wins_over_a_fault(kms: KmsMock) -> None:
    """Its call never comes so far, and the fault waits for the next one."""
    stubbed = kms.client(retries={"total_max_attempts": 1})
    fault = kms.throttle("ListKeys")

    with Stubber(stubbed) as stubber:
        stubber.add_response("list_keys", {"Keys": []})
        stubbed.list_keys()
    assert fault.fired == 0

    with pytest.raises(ClientError, match="ThrottlingException"):
        stubbed.list_keys()


@pytest.mark.kms(transport="wire")
def test_the_stubber_wins_over_the_wire(kms: KmsMock) -> None:
    stubbed = kms.client()

    with Stubber(stubbed) as stubber:
        stubber.add_client_error("list_keys", "KMSInternalException")
        with pytest.raises(ClientError, match="KMSInternalException"):
            stubbed.list_keys()

    assert not kms.calls
