"""The record of calls, the assertions on it, and what they say when they fail."""

from __future__ import annotations

import copy
import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any
from unittest.mock import ANY

import botocore.session
import pytest
from botocore.exceptions import ClientError

from pytest_kmsmock import Call, Calls, Key, KmsMock, KmsMockError

SESSION = botocore.session.Session()
SECRET = "hunter2-the-password"


@pytest.fixture
def client(kms: KmsMock) -> Any:
    """A client as an application makes one."""
    return SESSION.create_client("kms")


@pytest.fixture
def key(kms: KmsMock) -> Key:
    return kms.create_key(alias="alias/app")


# The record.


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
    assert call.source == f"tests/calls/test_calls.py:{_line_of('response = client.encrypt(')}"


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

    with pytest.raises(AttributeError):
        kms.calls[0].operation = "Encrypt"


# The sequence.


def test_calls_are_a_sequence(kms: KmsMock, client: Any, key: Key) -> None:
    client.list_keys()
    client.list_aliases()
    client.list_keys()

    assert len(kms.calls) == 3
    assert kms.calls[-1].operation == "ListKeys"
    assert isinstance(kms.calls[1:], Calls)
    assert kms.calls[1:].operations == ["ListAliases", "ListKeys"]
    assert kms.calls[1] in kms.calls
    assert [call.operation for call in reversed(kms.calls)][1] == "ListAliases"


def test_calls_can_be_forgotten(kms: KmsMock, client: Any) -> None:
    client.list_keys()
    kms.calls.clear()
    client.list_aliases()

    assert kms.calls.operations == ["ListAliases"]


def test_a_selection_stays_what_it_was(kms: KmsMock, client: Any) -> None:
    client.list_keys()
    selected = kms.calls("ListKeys")
    client.list_keys()

    assert (len(selected), len(kms.calls)) == (1, 2)


def test_calls_are_selected_by_what_is_given(kms: KmsMock, client: Any, key: Key) -> None:
    """Parameters that are not asked for do not matter; nested values are compared whole."""
    other = kms.create_key()
    context = {"tenant": "42", "shard": "1"}
    client.encrypt(KeyId="alias/app", Plaintext=b"x", EncryptionContext=context)
    client.encrypt(KeyId=other.arn, Plaintext=b"y")
    client.list_keys()

    def count(operation: str | None = None, **params: Any) -> int:
        return len(kms.calls(operation, **params))

    assert count() == 3
    assert count("Encrypt") == 2
    assert count("Decrypt") == 0
    assert count("Encrypt", KeyId="alias/app") == 1
    assert count("Encrypt", KeyId=key.arn) == 0
    assert count("Encrypt", key=key) == count("Encrypt", key="alias/app") == 1
    assert count(key=other) == count(key=other.id) == count(key=other.arn) == 1
    assert count("Encrypt", Plaintext=b"x") == count("Encrypt", Plaintext="x") == 1
    assert count("Encrypt", Plaintext=bytearray(b"x")) == 1
    assert count("Encrypt", EncryptionContext=dict(reversed(context.items()))) == 1
    assert count("Encrypt", EncryptionContext={"tenant": "42"}) == 0
    assert count("Encrypt", EncryptionContext={"tenant": "42", "shard": ANY}) == 1
    assert count("Encrypt", EncryptionContext=ANY) == 1
    assert count("Encrypt", KeyId=ANY, Plaintext=ANY) == 2
    assert count(Plaintext=b"y") == 1


def test_selections_can_be_asserted_on(kms: KmsMock, client: Any, key: Key) -> None:
    client.encrypt(KeyId="alias/app", Plaintext=b"x")
    client.describe_key(KeyId="alias/app")

    kms.calls(key=key).assert_order("Encrypt", "DescribeKey")
    kms.calls(key=kms.create_key()).assert_not_called()


# The assertions.


def test_assertions_that_hold_say_nothing(kms: KmsMock, client: Any, key: Key) -> None:
    kms.calls.assert_not_called()
    client.encrypt(KeyId="alias/app", Plaintext=b"x", EncryptionContext={"a": "b"})
    client.list_keys()
    client.list_keys()

    kms.calls.assert_called("Encrypt")
    kms.calls.assert_called("ListKeys")
    kms.calls.assert_called("ListKeys", times=2)
    kms.calls.assert_called("Decrypt", times=0)
    kms.calls.assert_called("Encrypt", key=key, EncryptionContext={"a": "b"})
    kms.calls.assert_called_once("Encrypt", key="alias/app")
    kms.calls.assert_not_called("Decrypt")
    kms.calls.assert_not_called("Encrypt", EncryptionContext={"a": "c"})
    kms.calls.assert_not_called("Encrypt", key=kms.create_key())
    kms.calls.assert_order("Encrypt", "ListKeys", "ListKeys")
    kms.calls.assert_order("Encrypt", "ListKeys")


@pytest.mark.parametrize(
    "claim",
    [
        lambda calls: calls.assert_called("Decrypt"),
        lambda calls: calls.assert_called("ListKeys", times=1),
        lambda calls: calls.assert_called("ListKeys", times=3),
        lambda calls: calls.assert_called("ListKeys", times=0),
        lambda calls: calls.assert_called_once("ListKeys"),
        lambda calls: calls.assert_called_once("Decrypt"),
        lambda calls: calls.assert_called("Encrypt", EncryptionContext={"a": "c"}),
        lambda calls: calls.assert_called("Encrypt", EncryptionContext={}),
        lambda calls: calls.assert_called("Encrypt", EncryptionAlgorithm=ANY),
        lambda calls: calls.assert_not_called(),
        lambda calls: calls.assert_not_called("Encrypt"),
        lambda calls: calls.assert_not_called("Encrypt", EncryptionContext={"a": "b"}),
        lambda calls: calls.assert_order("ListKeys", "Encrypt"),
        lambda calls: calls.assert_order("Encrypt", "Encrypt"),
        lambda calls: calls.assert_order("Encrypt", "Decrypt"),
        lambda calls: calls.assert_order("ListKeys", "ListKeys", "ListKeys"),
    ],
)
def test_assertions_that_do_not_hold_fail(
    kms: KmsMock, client: Any, key: Key, claim: Callable[[Calls], None]
) -> None:
    client.encrypt(KeyId="alias/app", Plaintext=b"x", EncryptionContext={"a": "b"})
    client.list_keys()
    client.list_keys()

    with pytest.raises(AssertionError):
        claim(kms.calls)


@pytest.mark.parametrize(
    ("misuse", "says"),
    [
        (lambda calls: calls("encrypt"), "no operation 'encrypt'. Did you mean 'Encrypt'?"),
        (lambda calls: calls("generate_data_key"), "Did you mean 'GenerateDataKey'?"),
        (lambda calls: calls("kms:Encrypt"), "Did you mean 'Encrypt'?"),
        (lambda calls: calls("GenerateDatakey"), "Did you mean 'GenerateDataKey'?"),
        (lambda calls: calls(5), "no operation 5"),
        (lambda calls: calls(""), "no operation ''"),
        (lambda calls: calls("Encrypt", KeyID="x"), "no parameter 'KeyID'. Did you mean 'KeyId'?"),
        (lambda calls: calls("Encrypt", CiphertextBlob=b""), "It has DryRun, EncryptionAlgorithm"),
        (lambda calls: calls("Encrypt", encryption_context={}), "'EncryptionContext'"),
        (lambda calls: calls(KeyID="x"), "Did you mean 'KeyId'?"),
        (lambda calls: calls(key="alias/none"), "no key 'alias/none'"),
        (lambda calls: calls(key=5), "not 5"),
        (lambda calls: calls.assert_called("Encrypted"), "Did you mean 'Encrypt'?"),
        (lambda calls: calls.assert_called_once("Encrypt", Keyid="x"), "Did you mean 'KeyId'?"),
        (lambda calls: calls.assert_not_called("encrypt"), "Did you mean 'Encrypt'?"),
        (lambda calls: calls.assert_not_called(Keyid="x"), "Did you mean 'KeyId'?"),
        (lambda calls: calls.assert_order("Encrypt", "decrypt"), "Did you mean 'Decrypt'?"),
        (lambda calls: calls.assert_order(), "one by one"),
        (lambda calls: calls.assert_order(["Encrypt"]), "one by one"),
    ],
)
def test_an_assertion_that_could_never_hold_is_the_authors_error(
    kms: KmsMock, key: Key, misuse: Callable[[Calls], Any], says: str
) -> None:
    """Else a typing error would make `assert_not_called` pass for ever."""
    with pytest.raises(KmsMockError) as caught:
        misuse(kms.calls)

    assert says in str(caught.value)


# What they say.


def failure(claim: Callable[[], None]) -> str:
    """Return what *claim* fails with."""
    with pytest.raises(AssertionError) as caught:
        claim()
    return str(caught.value)


def test_without_any_call_a_failure_says_so(kms: KmsMock) -> None:
    assert failure(lambda: kms.calls.assert_called("Encrypt")) == (
        "expected a call of kms:Encrypt, got 0.\nRecorded calls: none."
    )


def test_without_a_call_of_the_operation_a_failure_lists_the_others(
    kms: KmsMock, client: Any
) -> None:
    client.list_keys()
    client.list_aliases()

    message = failure(lambda: kms.calls.assert_called("Encrypt", times=2))

    assert message.splitlines()[0] == "expected 2 calls of kms:Encrypt, got 0."
    assert "ListKeys, ListAliases" in message


def test_a_failure_shows_what_differs_in_the_encryption_context(
    kms: KmsMock, client: Any, key: Key
) -> None:
    """Key by key, since contexts are long and the difference is small."""
    context = {"tenant": "7", "purpose": "backup", "extra": "1"}
    client.encrypt(KeyId="alias/app", Plaintext=SECRET, EncryptionContext=context)
    line = _line_of(
        'client.encrypt(KeyId="alias/app", Plaintext=SECRET, EncryptionContext=context)'
    )

    message = failure(
        lambda: kms.calls.assert_called(
            "Encrypt",
            EncryptionContext={"tenant": "42", "purpose": "backup", "shard": "1"},
        )
    )

    first, *rest = message.splitlines()
    assert first == (
        "expected a call of kms:Encrypt with "
        "EncryptionContext={'tenant': '42', 'purpose': 'backup', 'shard': '1'}, got 0."
    )
    assert f"tests/calls/test_calls.py:{line}" in message
    differences = "\n".join(rest).split(f":{line})", 1)[1]
    assert "['tenant']: expected '42', got '7'" in differences
    assert "['shard']: expected '1', but there is no such key" in differences
    assert "['extra']: not expected, got '1'" in differences
    assert "purpose" not in differences


def test_a_failure_shows_the_nearest_call_first(kms: KmsMock, client: Any, key: Key) -> None:
    other = kms.create_key()
    client.generate_data_key(KeyId=other.id, NumberOfBytes=16)
    client.generate_data_key(KeyId="alias/app", KeySpec="AES_128")
    client.generate_data_key(KeyId="alias/app", NumberOfBytes=32)

    message = failure(
        lambda: kms.calls.assert_called_once(
            "GenerateDataKey", KeyId="alias/app", KeySpec="AES_256"
        )
    )

    assert "expected 1 call of kms:GenerateDataKey with" in message
    assert message.index("'AES_128'") < message.index(other.id)
    assert "KeySpec: expected 'AES_256', got 'AES_128'" in message
    assert "KeySpec: expected 'AES_256', but it was not given" in message


def test_the_nearest_call_is_that_with_the_nearest_context(
    kms: KmsMock, client: Any, key: Key
) -> None:
    """One wrong value is nearer than three."""
    for context in ({"a": "0", "b": "0", "c": "0"}, {"a": "1", "b": "1", "c": "0"}):
        client.encrypt(KeyId="alias/app", Plaintext=b"x", EncryptionContext=context)

    message = failure(
        lambda: kms.calls.assert_called("Encrypt", EncryptionContext={"a": "1", "b": "1", "c": "1"})
    )

    listed = message.split("nearest first", 1)[1]
    assert listed.index("'c': '0'}") == listed.index("{'a': '1', 'b': '1', 'c': '0'}") + len(
        "{'a': '1', 'b': '1', "
    )


def test_a_failure_names_the_key_that_was_used(kms: KmsMock, client: Any, key: Key) -> None:
    other = kms.create_key()
    client.describe_key(KeyId=other.id)

    message = failure(lambda: kms.calls.assert_called("DescribeKey", key="alias/app"))

    assert f"key: expected {key.arn}, got {other.arn}" in message


def test_too_many_calls_are_counted_and_shown(kms: KmsMock, client: Any) -> None:
    client.list_keys(Limit=1)
    client.list_keys(Limit=2)

    message = failure(lambda: kms.calls.assert_called_once("ListKeys"))

    assert message.splitlines()[0] == "expected 1 call of kms:ListKeys, got 2."
    assert "Limit=1" in message
    assert "Limit=2" in message


def test_unwanted_calls_are_shown_with_their_lines(kms: KmsMock, client: Any) -> None:
    client.list_keys(Limit=7)

    message = failure(kms.calls.assert_not_called)

    assert "expected no call" in message
    assert "ListKeys" in message
    assert f"tests/calls/test_calls.py:{_line_of('client.list_keys(Limit=7)')}" in message


def test_a_failure_does_not_list_a_thousand_calls(kms: KmsMock, client: Any) -> None:
    for _ in range(100):
        client.list_keys()

    assert len(failure(lambda: kms.calls.assert_called_once("ListKeys")).splitlines()) < 20
    assert len(failure(lambda: kms.calls.assert_called("Encrypt"))) < 1500


def test_a_failure_of_order_says_where_it_broke(kms: KmsMock, client: Any, key: Key) -> None:
    client.list_keys()
    client.encrypt(KeyId="alias/app", Plaintext=b"x")

    message = failure(lambda: kms.calls.assert_order("Encrypt", "ListKeys"))

    assert "Encrypt, ListKeys" in message
    assert "no kms:ListKeys after kms:Encrypt" in message


# What is secret.


def test_plaintext_is_never_shown(kms: KmsMock, client: Any, key: Key) -> None:
    """Not by `repr`, not by a failure, also where the author asked for it."""
    data_key = client.generate_data_key(KeyId="alias/app", KeySpec="AES_256")
    blob = client.encrypt(KeyId="alias/app", Plaintext=SECRET)["CiphertextBlob"]
    client.decrypt(CiphertextBlob=blob)
    random = client.generate_random(NumberOfBytes=32)
    resources = kms._backend.registry.state.all_resources()

    shown = [
        repr(kms),
        repr(kms.calls),
        repr(kms.calls[0]),
        repr(key),
        repr(kms.keys),
        repr(resources),
        *(repr(value) for each in resources for value in each.keys),
        failure(lambda: kms.calls.assert_not_called()),
        failure(lambda: kms.calls.assert_not_called(Plaintext=SECRET)),
        failure(lambda: kms.calls.assert_not_called(Plaintext=SECRET.encode())),
        failure(lambda: kms.calls.assert_not_called("Encrypt", Plaintext=SECRET)),
        failure(lambda: kms.calls.assert_called("Encrypt", Plaintext=SECRET + "!")),
        failure(lambda: kms.calls.assert_called("Decrypt", Plaintext=SECRET, KeyId="x"))
        if "Plaintext" in kms.calls("Decrypt")[0].params
        else "",
        failure(lambda: kms.calls.assert_called("GenerateRandom", times=3)),
    ]

    (material,) = (value.material for each in resources for value in each.keys)
    secrets = [
        SECRET,
        SECRET[:8],
        repr(data_key["Plaintext"])[2:-1],
        repr(random["Plaintext"])[2:-1],
        data_key["Plaintext"].hex(),
    ]
    assert not [
        (text, secret) for text in [*shown, repr(material)] for secret in secrets if secret in text
    ]


def _line_of(text: str) -> int:
    """Return the number of the first line of this file that holds *text*."""
    with open(__file__, encoding="utf-8") as file:  # noqa: PTH123 -- one line is enough
        return next(number for number, line in enumerate(file, 1) if text in line)
