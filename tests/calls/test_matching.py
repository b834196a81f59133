"""What a failed assertion says: the nearest calls, and what differs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_kmsmock import Key, KmsMock

SECRET = "hunter2-the-password"


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
    assert f"tests/calls/test_matching.py:{line}" in message
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
    assert f"tests/calls/test_matching.py:{_line_of('client.list_keys(Limit=7)')}" in message


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


def _line_of(text: str) -> int:
    """Return the number of the first line of this file that holds *text*."""
    with open(__file__, encoding="utf-8") as file:  # noqa: PTH123 -- one line is enough
        return next(number for number, line in enumerate(file, 1) if text in line)
