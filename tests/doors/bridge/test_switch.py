"""When clients of other services ask, and when they do not."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ParamValidationError
from botocore.session import Session
from botocore.stub import Stubber

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms

moto = pytest.importorskip("moto")

CREDENTIALS: dict[str, Any] = {
    "region_name": "us-east-1",
    "aws_access_key_id": "AKIAEXAMPLE",
    "aws_secret_access_key": "example",
}
# Made before any mock has a bridge, as an application's client is at import.
EARLY = Session().create_client("ssm", **CREDENTIALS)


def put(ssm: Any, key_id: str = "alias/app") -> Any:
    return ssm.put_parameter(Name="a", Value="x", Type="SecureString", KeyId=key_id)


def test_a_client_that_was_there_before_asks_too() -> None:
    with moto.mock_aws(), mock_kms(bridge=["ssm"]) as kms:
        kms.create_key(alias="alias/app")
        moto.core.patch_client(EARLY)  # moto itself does not know it
        put(EARLY)

        kms.calls.assert_called_once("Encrypt", via="ssm")


def test_a_service_that_is_not_named_asks_nothing(client_of: Any) -> None:
    with moto.mock_aws(), mock_kms(bridge="s3") as kms:
        put(client_of("ssm"), "nope")

        kms.calls.assert_not_called()


@pytest.mark.kms(bridge=["ssm"])
def test_the_marker_has_it_too(kms: KmsMock, client_of: Any) -> None:
    with moto.mock_aws():
        kms.create_key(alias="alias/app")
        put(client_of("ssm"))

    kms.calls.assert_called_once("Encrypt", via="ssm")


def test_another_name_is_refused() -> None:
    """Loudly, and with what there is."""
    with pytest.raises(KmsMockError, match="Did you mean 'secretsmanager'"):
        mock_kms(bridge=["secretmanager"])
    with pytest.raises(KmsMockError, match="is no list of services"):
        mock_kms(bridge=True)  # type: ignore[call-overload]


def test_when_the_mock_is_over_nobody_is_asked(client_of: Any) -> None:
    ssm = client_of("ssm")
    with moto.mock_aws():
        with mock_kms(bridge=["ssm"]) as kms:
            kms.create_key(alias="alias/app")
        put(ssm, "nope")

        assert not kms.calls


def test_a_stubbed_client_asks_nothing(bridged: KmsMock, client_of: Any) -> None:
    """It is not moto that answers."""
    ssm = client_of("ssm")
    with Stubber(ssm) as stubber:
        stubber.add_response("put_parameter", {"Version": 7})
        assert put(ssm, "nope")["Version"] == 7

    bridged.calls.assert_not_called()


def test_what_botocore_refuses_asks_nothing(bridged: KmsMock, client_of: Any) -> None:
    with pytest.raises(ParamValidationError):
        client_of("ssm").put_parameter(Name="a")

    bridged.calls.assert_not_called()


@pytest.mark.skipif(
    tuple(map(int, moto.__version__.split(".")[:2])) < (5, 1), reason="its reset is another"
)
def test_a_service_that_moto_lets_through_is_left_alone(client_of: Any) -> None:
    passing = {"core": {"passthrough": {"services": ["ssm"]}}}
    ssm = client_of("ssm")
    seen: list[str] = []

    def answer(request: Any, **_: Any) -> None:
        seen.append(request.url)
        raise ConnectionError("nowhere")

    with moto.mock_aws(config=passing), mock_kms(bridge=["ssm"]) as kms:
        ssm.meta.events.register("before-send.ssm", answer)
        with pytest.raises(ConnectionError):
            put(ssm, "nope")

        assert seen
        assert not kms.calls


def test_the_source_is_the_applications_line(bridged: KmsMock, client_of: Any) -> None:
    bridged.create_key(alias="alias/app")

    put(client_of("ssm"))

    assert "test_switch.py" in bridged.calls[-1].source


def test_moto_stays_as_it_is(bridged: KmsMock, client_of: Any) -> None:
    """Its answer is its own where no key is needed."""
    ssm = client_of("ssm")
    ssm.put_parameter(Name="plain", Value="x", Type="String")

    assert ssm.get_parameter(Name="plain")["Parameter"]["Value"] == "x"
    bridged.calls.assert_not_called()


def test_a_client_that_escaped_can_be_attached(bridged: KmsMock, client_of: Any) -> None:
    """One that was hidden from the look through all objects, say, as by `gc.freeze`."""
    ssm = client_of("ssm")
    for event in ("before-parameter-build", "before-call", "after-call", "after-call-error"):
        ssm.meta.events.unregister(f"{event}.ssm", unique_id=f"pytest-kmsmock-bridge-{event}.ssm")
    ssm.put_parameter(Name="a", Value="x", Type="SecureString")
    bridged.calls.assert_not_called()

    bridged.attach(ssm)
    ssm.put_parameter(Name="b", Value="x", Type="SecureString")

    bridged.calls.assert_called_once("Encrypt", via="ssm")
