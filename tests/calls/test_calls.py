"""The record of calls, and selecting some of them."""

from __future__ import annotations

from typing import Any
from unittest.mock import ANY

from pytest_kmsmock import Calls, Key, KmsMock
from pytest_kmsmock.names import OperationName


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

    def count(operation: OperationName | None = None, **params: Any) -> int:
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
