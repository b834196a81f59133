"""moto mocks the rest of AWS; KMS is ours, whichever started first."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from pytest_kmsmock import KmsMock, mock_kms

moto = pytest.importorskip("moto")
moto_kms = importlib.import_module("moto.kms.models")

SESSION = botocore.session.Session()


def client_of(service: str) -> Any:
    return SESSION.create_client(
        service,
        region_name="us-east-1",
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="example",
    )


def keys_of_moto() -> list[Any]:
    """Return the keys that moto's own KMS has."""
    return [
        key
        for account in moto_kms.kms_backends.values()
        for backend in account.values()
        for key in backend.keys.values()
    ]


def use_both() -> str:
    """Call KMS and another service; return the ARN of a new key."""
    arn: str = client_of("kms").create_key()["KeyMetadata"]["Arn"]
    s3 = client_of("s3")
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="object", Body=b"x")
    assert s3.get_object(Bucket="bucket", Key="object")["Body"].read() == b"x"
    assert keys_of_moto() == []
    return arn


# Both orders of start.


def test_moto_within_ours() -> None:
    with mock_kms() as kms, moto.mock_aws():
        arn = use_both()

        assert kms.key(arn).state == "Enabled"


def test_ours_within_moto() -> None:
    with moto.mock_aws(), mock_kms() as kms:
        arn = use_both()

        assert kms.key(arn).state == "Enabled"


def test_with_the_fixture(kms: KmsMock) -> None:
    with moto.mock_aws():
        use_both()

    assert kms.calls.operations == ["CreateKey"]


def test_moto_answers_again_when_ours_is_over() -> None:
    """Who starts moto for the whole suite and our mock for a part of it has both."""
    with moto.mock_aws():
        with mock_kms():
            use_both()
        client_of("kms").create_key()

        assert len(keys_of_moto()) == 1


def test_ours_goes_on_when_moto_is_over(kms: KmsMock) -> None:
    with moto.mock_aws():
        use_both()

    assert len(client_of("kms").list_keys()["Keys"]) == 1


def test_decorators_in_both_orders(kms: KmsMock) -> None:
    ours_outside = mock_kms(moto.mock_aws(use_both))
    ours_inside = moto.mock_aws(mock_kms(use_both))

    assert ours_outside() != ours_inside()
    assert not kms.calls


@pytest.fixture
def aws() -> Iterator[None]:
    with moto.mock_aws():
        yield


def test_motos_fixture_first(aws: None, kms: KmsMock) -> None:
    use_both()

    kms.calls.assert_called_once("CreateKey")


def test_motos_fixture_last(kms: KmsMock, aws: None) -> None:
    use_both()

    kms.calls.assert_called_once("CreateKey")


# On the wire, where moto listens too.


def throttled_twice(kms: KmsMock) -> None:
    """Create a key through two throttled attempts; each passes moto's handler too."""
    kms.throttle("CreateKey", times=2)

    response = client_of("kms").create_key()

    assert response["ResponseMetadata"]["RetryAttempts"] == 2
    assert len(kms.keys) == 1
    assert keys_of_moto() == []


def test_a_call_with_a_fault_is_executed_by_us_alone_within_moto() -> None:
    with moto.mock_aws(), mock_kms() as kms:
        throttled_twice(kms)


def test_a_call_with_a_fault_is_executed_by_us_alone_around_moto() -> None:
    with mock_kms() as kms, moto.mock_aws():
        throttled_twice(kms)


@pytest.mark.kms(transport="wire")
def test_all_calls_can_go_over_the_wire_beside_moto(kms: KmsMock, aws: None) -> None:
    use_both()

    assert len(kms.keys) == 1


def test_a_lost_connection_stays_lost(kms: KmsMock, aws: None) -> None:
    """Moto does not answer in our place."""
    kms.disconnect("CreateKey", "refused", times=None)

    with pytest.raises(botocore.exceptions.EndpointConnectionError):
        client_of("kms").create_key()

    assert keys_of_moto() == []
    assert kms.keys == []


def test_motos_retries_of_other_services_are_left_alone(kms: KmsMock, aws: None) -> None:
    """A fault of KMS is none of S3's."""
    kms.throttle(times=None, allow_unused=True)

    client_of("s3").create_bucket(Bucket="bucket")
