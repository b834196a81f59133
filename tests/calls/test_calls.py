"""The record of calls, the assertions on it, and what they say when they fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import ANY

import pytest

from pytest_kmsmock import Calls, Key, KmsMock, KmsMockError
from pytest_kmsmock.names import OperationName

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
