"""Libraries that trace or change calls by wrapping `_make_api_call`, or by botocore's events."""

from __future__ import annotations

from typing import Any

import botocore.client
import botocore.session
import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import KmsMock

# Any, as botocore makes the methods of its clients while the program runs.
SESSION: Any = botocore.session.Session()

# Any, as its private methods are none of the stubs' business.
BASE_CLIENT: Any = botocore.client.BaseClient

Trace = list[tuple[str, dict[str, Any], str]]


@pytest.fixture
def trace(monkeypatch: pytest.MonkeyPatch) -> Trace:
    """Wrap `_make_api_call` as tracing libraries do; return what was traced."""
    original = BASE_CLIENT._make_api_call
    traced: Trace = []

    def traced_call(self: Any, operation_name: str, kwargs: dict[str, Any]) -> Any:
        try:
            response = original(self, operation_name, kwargs)
        except ClientError as error:
            traced.append((operation_name, kwargs, error.response["Error"]["Code"]))
            raise
        metadata = response["ResponseMetadata"]
        traced.append((operation_name, kwargs, str(metadata["HTTPStatusCode"])))
        return response

    monkeypatch.setattr(BASE_CLIENT, "_make_api_call", traced_call)
    return traced


def test_a_wrapped_call_is_answered_and_traced(kms: KmsMock, trace: Trace) -> None:
    client = SESSION.create_client("kms")

    client.list_keys(Limit=1)

    assert trace == [("ListKeys", {"Limit": 1}, "200")]
    assert kms.calls.operations == ["ListKeys"]


def test_a_wrapped_call_is_refused_as_ever(kms: KmsMock, trace: Trace) -> None:
    client = SESSION.create_client("kms")

    with pytest.raises(client.exceptions.NotFoundException):
        client.describe_key(KeyId="alias/none")

    assert trace[0][2] == "NotFoundException"


def test_a_wrapped_call_with_a_fault_is_traced_once(kms: KmsMock, trace: Trace) -> None:
    """Its retries are within."""
    kms.throttle("ListKeys", times=2)

    SESSION.create_client("kms").list_keys()

    assert [operation for operation, _, _ in trace] == ["ListKeys"]


def test_who_replaces_a_call_has_the_say(kms: KmsMock, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many suites mock KMS today: `_make_api_call` patched for one operation."""
    original = BASE_CLIENT._make_api_call

    def patched(self: Any, operation_name: str, kwargs: dict[str, Any]) -> Any:
        if operation_name == "GenerateRandom":
            return {"Plaintext": b"always the same"}
        return original(self, operation_name, kwargs)

    monkeypatch.setattr(BASE_CLIENT, "_make_api_call", patched)
    client = SESSION.create_client("kms")

    assert client.generate_random(NumberOfBytes=15)["Plaintext"] == b"always the same"
    assert client.list_keys()["Keys"] == []
    assert kms.calls.operations == ["ListKeys"]


def test_the_source_of_a_traced_call_is_the_application(kms: KmsMock, trace: Trace) -> None:
    """Not the wrapper, where that is an installed library; here it is this file, too."""
    SESSION.create_client("kms").list_keys()

    assert kms.calls[0].source.startswith("tests/beside/test_tracing.py:")


def test_events_around_a_call_fire(kms: KmsMock) -> None:
    """Those by which libraries add parameters, and read the response."""
    client = SESSION.create_client("kms")
    seen = []

    def add_context(params: dict[str, Any], **_: Any) -> None:
        params["EncryptionContext"] = {"tenant": "42"}

    client.meta.events.register("provide-client-params.kms.Encrypt", add_context)
    client.meta.events.register(
        "after-call.kms.Encrypt", lambda parsed, **_: seen.append(parsed["KeyId"])
    )
    key = kms.create_key(alias="alias/app")

    client.encrypt(KeyId="alias/app", Plaintext=b"x")

    kms.calls.assert_called_once("Encrypt", EncryptionContext={"tenant": "42"})
    assert seen == [key.arn]
