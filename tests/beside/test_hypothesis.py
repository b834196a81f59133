"""Hypothesis runs a test many times; each example needs a mock of its own."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from pytest_kmsmock import active, mock_kms

hypothesis = pytest.importorskip("hypothesis")

from hypothesis import HealthCheck, given, settings  # noqa: E402 - it may not be there
from hypothesis import strategies as st  # noqa: E402

CLIENT: Any = botocore.session.Session().create_client("kms", region_name="us-east-1")

plaintexts = st.binary(min_size=1, max_size=64)


@settings(max_examples=30, deadline=None)
@given(plaintext=plaintexts)
def test_each_example_has_an_empty_kms(plaintext: bytes) -> None:
    """The recipe of docs/how-to/beside-other-tools.md."""
    with mock_kms() as kms:
        kms.create_key(alias="alias/app")

        blob = CLIENT.encrypt(KeyId="alias/app", Plaintext=plaintext)["CiphertextBlob"]

        assert CLIENT.decrypt(CiphertextBlob=blob)["Plaintext"] == plaintext
        assert len(kms.keys) == 1


@settings(max_examples=30, deadline=None)
@given(plaintext=plaintexts)
@mock_kms(keys=["alias/app"])
def test_decorated_below_given_is_the_same(plaintext: bytes) -> None:
    assert len(CLIENT.list_keys()["Keys"]) == 1
    CLIENT.create_key()


@settings(max_examples=10, deadline=None)
@given(retries=st.integers(min_value=1, max_value=2))
def test_faults_of_each_example_are_its_own(retries: int) -> None:
    with mock_kms() as kms:
        kms.throttle("ListKeys", times=retries)

        response = kms.client().list_keys()

        assert response["ResponseMetadata"]["RetryAttempts"] == retries


def test_no_mock_is_left_behind_by_an_example_that_fails() -> None:
    """Hypothesis repeats a failing example, and looks for a smaller one."""

    @settings(
        max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(plaintext=plaintexts)
    def failing(plaintext: bytes) -> None:
        with mock_kms() as kms:
            kms.throttle("ListKeys", allow_unused=True)
            assert len(plaintext) < 3

    with pytest.raises(AssertionError):
        failing()

    assert not active.is_any()
