"""One call on record: parameters, response or error, keys, and where it was made."""

from __future__ import annotations

import copy
import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import Call, Key, KmsMock


def test_a_call_is_recorded_as_the_service_saw_it(kms: KmsMock, client: Any, key: Key) -> None:
    response = client.encrypt(
        KeyId="alias/app", Plaintext="text", EncryptionContext={"tenant": "42"}
    )

    (call,) = kms.calls
    assert isinstance(call, Call)
    assert call.operation == "Encrypt"
    assert call.params == {
        "KeyId": "alias/app",
        "Plaintext": b"text",
        "EncryptionContext": {"tenant": "42"},
    }
    assert (call.key, call.keys) == (key, (key,))
    assert call.error is None
    metadata = response.pop("ResponseMetadata")
    assert call.response == response
    assert call.request_id == metadata["RequestId"]
    assert call.request_id == metadata["HTTPHeaders"]["x-amzn-requestid"]
    assert (call.account, call.region) == ("123456789012", "us-east-1")
    assert call.principal == "arn:aws:iam::123456789012:root"
    assert call.retries == metadata["RetryAttempts"] == 0
    assert abs(call.time - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)
    assert call.source == f"tests/calls/test_call.py:{_line_of('response = client.encrypt(')}"


def test_a_refused_call_is_recorded_with_its_error(kms: KmsMock, client: Any, key: Key) -> None:
    key.disable()

    with pytest.raises(ClientError) as caught:
        client.encrypt(KeyId="alias/app", Plaintext=b"x")

    (call,) = kms.calls
    assert call.response is None
    assert call.error is not None
    assert (call.error.code, call.error.message) == ("DisabledException", f"{key.arn} is disabled.")
    assert str(call.error) == f"DisabledException: {key.arn} is disabled."
    assert call.request_id == caught.value.response["ResponseMetadata"]["RequestId"]
    assert (call.key, call.key_states) == (key, ("Disabled",))


def test_an_error_without_a_text_is_recorded_so(kms: KmsMock, client: Any, key: Key) -> None:
    blob = key.encrypt(b"x", {"a": "b"})

    with pytest.raises(ClientError):
        client.decrypt(CiphertextBlob=blob)

    error = kms.calls[0].error
    assert error is not None
    assert (error.code, error.message) == ("InvalidCiphertextException", "")
    assert str(error) == "InvalidCiphertextException"


def test_a_call_of_an_unknown_key_has_no_key(kms: KmsMock, client: Any) -> None:
    with pytest.raises(ClientError):
        client.encrypt(KeyId="alias/none", Plaintext=b"x")

    assert (kms.calls[0].key, kms.calls[0].keys) == (None, ())


def test_a_call_that_never_was_valid_is_recorded(kms: KmsMock, client: Any, key: Key) -> None:
    """Botocore lets it pass, KMS does not."""
    with pytest.raises(ClientError):
        client.generate_data_key(KeyId="alias/app", NumberOfBytes=4096)

    assert kms.calls.operations == ["GenerateDataKey"]
    assert kms.calls[0].params["NumberOfBytes"] == 4096


def test_a_created_key_is_the_key_of_its_call(kms: KmsMock, client: Any) -> None:
    arn = client.create_key()["KeyMetadata"]["Arn"]

    assert kms.calls[0].key == kms.key(arn)


def test_re_encrypt_has_two_keys(kms: KmsMock, client: Any, key: Key) -> None:
    other = kms.create_key()
    client.re_encrypt(CiphertextBlob=key.encrypt(b"x"), DestinationKeyId=other.id)

    assert kms.calls[0].keys == (key, other)
    assert len(kms.calls("ReEncrypt", key=key)) == len(kms.calls("ReEncrypt", key=other)) == 1


def test_a_record_keeps_the_state_of_then(kms: KmsMock, client: Any, key: Key) -> None:
    """And the key's ARN, after the key is gone."""
    client.encrypt(KeyId="alias/app", Plaintext=b"x")
    key.disable()
    key.delete()

    assert kms.calls[0].key_states == ("Enabled",)
    assert kms.calls[0].key == key


@pytest.mark.parametrize("origin", ["AWS_KMS", "EXTERNAL"])
def test_a_call_can_be_copied(kms: KmsMock, client: Any, origin: str) -> None:
    """Also that of a key without material."""
    client.create_key(Origin=origin)

    copied = copy.deepcopy(kms.calls[-1])

    assert (copied.params, copied.key) == ({"Origin": origin}, kms.calls[-1].key)


def test_request_ids_are_unique_and_look_like_aws(kms: KmsMock, client: Any) -> None:
    for _ in range(100):
        client.list_keys()

    ids = {call.request_id for call in kms.calls}
    assert len(ids) == 100
    assert all(str(uuid.UUID(one)) == one for one in ids)


@pytest.mark.parametrize(
    ("operation", "params", "spoil"),
    [
        ("encrypt", {"KeyId": "alias/app", "Plaintext": b"x"}, lambda r: r.clear()),
        ("describe_key", {"KeyId": "alias/app"}, lambda r: r["KeyMetadata"].clear()),
        (
            "describe_key",
            {"KeyId": "alias/app"},
            lambda r: r["KeyMetadata"]["EncryptionAlgorithms"].clear(),
        ),
        ("list_keys", {}, lambda r: r["Keys"].clear()),
        ("list_keys", {}, lambda r: r["Keys"][0].update(KeyId="spoilt")),
        ("list_aliases", {}, lambda r: r["Aliases"][0].clear()),
    ],
)
def test_what_the_application_does_to_a_response_does_not_change_the_record(
    kms: KmsMock,
    client: Any,
    key: Key,
    operation: str,
    params: dict[str, Any],
    spoil: Callable[[Any], Any],
) -> None:
    """However deep: the record and the service have their own copies."""
    first = getattr(client, operation)(**params)
    before = repr(kms.calls[0].response)

    spoil(first)

    assert repr(kms.calls[0].response) == before
    if operation != "encrypt":
        again = getattr(client, operation)(**params)
        again.pop("ResponseMetadata")
        assert repr(again) == before


def test_what_the_application_does_to_its_arguments_does_not_change_the_record(
    kms: KmsMock, client: Any, key: Key
) -> None:
    context = {"tenant": "42"}
    plaintext = bytearray(b"x")
    client.encrypt(KeyId="alias/app", Plaintext=plaintext, EncryptionContext=context)

    context["tenant"] = "7"
    plaintext[:] = b"yy"

    kms.calls.assert_called_once("Encrypt", Plaintext=b"x", EncryptionContext={"tenant": "42"})


def test_a_record_does_not_change(kms: KmsMock, client: Any) -> None:
    client.list_keys()
    call: Any = kms.calls[0]

    with pytest.raises(AttributeError):
        call.operation = "Encrypt"


def _line_of(text: str) -> int:
    """Return the number of the first line of this file that holds *text*."""
    with open(__file__, encoding="utf-8") as file:  # noqa: PTH123 -- one line is enough
        return next(number for number, line in enumerate(file, 1) if text in line)
