"""The assertions on calls: those that hold, those that do not, and those that could never hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import ANY

import pytest

from pytest_kmsmock import Calls, Key, KmsMock, KmsMockError


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
