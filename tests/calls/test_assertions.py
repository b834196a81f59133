"""The assertions on calls: those that hold, those that do not, and those that could never hold."""

from __future__ import annotations

import asyncio
import threading
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


def encrypt(client: Any, key: Key | str = "alias/app", **context: str) -> None:
    """Encrypt as an application does."""
    given = {"EncryptionContext": context} if context else {}
    client.encrypt(KeyId=key if isinstance(key, str) else key.arn, Plaintext=b"x", **given)


def failure(claim: Callable[[], None]) -> str:
    """Return what *claim* fails with."""
    with pytest.raises(AssertionError) as caught:
        claim()
    return str(caught.value)


# At most so many.


def test_calls_can_be_limited(kms: KmsMock, client: Any, key: Key) -> None:
    encrypt(client, tenant="42")
    encrypt(client, tenant="42")
    encrypt(client, tenant="7")

    kms.calls.assert_at_most(3, "Encrypt")
    kms.calls.assert_at_most(4)
    kms.calls.assert_at_most(0, "Decrypt")
    kms.calls.assert_at_most(1, "Encrypt", EncryptionContext={"tenant": "7"})
    kms.calls.assert_at_most(0, "Encrypt", key=kms.create_key())
    message = failure(lambda: kms.calls.assert_at_most(2, "Encrypt"))
    assert message.startswith("expected at most 2 calls of kms:Encrypt, got 3:\n- ")
    assert "EncryptionContext={'tenant': '7'}" in message
    assert "expected at most 0 calls, got 3" in failure(lambda: kms.calls.assert_at_most(0))
    with pytest.raises(AssertionError):
        kms.calls.assert_at_most(1, "Encrypt", EncryptionContext={"tenant": "42"})
    with pytest.raises(AssertionError):
        kms.calls.assert_at_most(2, key=key)


# What was encrypted had a context.


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("encrypt", {"Plaintext": b"x"}),
        ("generate_data_key", {"KeySpec": "AES_256"}),
        ("generate_data_key_without_plaintext", {"KeySpec": "AES_256"}),
        ("generate_data_key_pair", {"KeyPairSpec": "ECC_NIST_P256"}),
        ("generate_data_key_pair_without_plaintext", {"KeyPairSpec": "ECC_NIST_P256"}),
    ],
)
def test_all_that_makes_a_ciphertext_needs_the_context(
    kms: KmsMock, client: Any, key: Key, operation: str, params: dict[str, Any]
) -> None:
    call = getattr(client, operation)
    call(KeyId=key.id, EncryptionContext={"tenant": "42", "purpose": "backup"}, **params)

    kms.calls.assert_context("tenant")
    kms.calls.assert_context("tenant", "purpose")
    call(KeyId=key.id, EncryptionContext={"purpose": "backup"}, **params)
    message = failure(lambda: kms.calls.assert_context("tenant", "purpose"))
    assert "of 2 calls 1 lack it" in message
    assert " without 'tenant', with {'purpose': 'backup'}  (" in message
    assert "test_assertions.py:" in message
    kms.calls.clear()
    call(KeyId=key.id, **params)
    assert " without 'tenant'  (" in failure(lambda: kms.calls.assert_context("tenant"))


def test_a_ciphertext_that_is_made_anew_needs_the_context_as_well(
    kms: KmsMock, client: Any, key: Key
) -> None:
    """That of the destination: by ReEncrypt a context can get lost."""
    blob = key.encrypt(b"x", {"tenant": "42"})
    source = {"CiphertextBlob": blob, "SourceEncryptionContext": {"tenant": "42"}}
    client.re_encrypt(
        **source, DestinationKeyId=key.id, DestinationEncryptionContext={"tenant": "42"}
    )
    kms.calls.assert_context("tenant")

    client.re_encrypt(**source, DestinationKeyId=key.id)

    assert "- ReEncrypt without 'tenant'" in failure(lambda: kms.calls.assert_context("tenant"))


def test_where_nothing_was_encrypted_there_is_no_context(
    kms: KmsMock, client: Any, key: Key
) -> None:
    """Neither by a Decrypt that has one, nor by a call that was refused or was a dry run."""
    context = {"tenant": "42"}
    assert "nothing was encrypted" in failure(lambda: kms.calls.assert_context("tenant"))
    client.decrypt(CiphertextBlob=key.encrypt(b"x", context), EncryptionContext=context)
    assert "Recorded calls: Decrypt." in failure(lambda: kms.calls.assert_context("tenant"))

    with pytest.raises(client.exceptions.DryRunOperationException):
        client.encrypt(KeyId=key.id, Plaintext=b"x", EncryptionContext=context, DryRun=True)
    key.disable()
    with pytest.raises(client.exceptions.DisabledException):
        encrypt(client, **context)

    assert "All 2 calls were refused" in failure(lambda: kms.calls.assert_context("tenant"))


def test_a_refused_call_needs_the_context_too(kms: KmsMock, client: Any, key: Key) -> None:
    encrypt(client, tenant="42")
    key.disable()
    with pytest.raises(client.exceptions.DisabledException):
        encrypt(client)

    assert "of 2 calls 1 lack it" in failure(lambda: kms.calls.assert_context("tenant"))


def test_the_context_of_some_calls_can_be_asked_for(kms: KmsMock, client: Any, key: Key) -> None:
    other = kms.create_key()
    encrypt(client, tenant="42")
    encrypt(client, other)

    kms.calls(key=key).assert_context("tenant")
    with pytest.raises(AssertionError):
        kms.calls(key=other).assert_context("tenant")


# These keys and no others.


def test_exactly_the_expected_keys_are_used(kms: KmsMock, client: Any, key: Key) -> None:
    backup = kms.create_key(alias="alias/backup")
    encrypt(client)
    client.describe_key(KeyId=backup.arn)
    client.list_keys()

    kms.calls.assert_keys_used(key, backup)
    kms.calls.assert_keys_used("alias/backup", key.arn)
    kms.calls("Encrypt").assert_keys_used(key.id)
    message = failure(lambda: kms.calls.assert_keys_used("alias/app"))
    assert message.startswith("expected that exactly these keys are used: alias/app.\n")
    assert f"- used, and not expected: {backup.arn} (alias/backup) by DescribeKey (" in message
    message = failure(lambda: kms.calls("Encrypt").assert_keys_used(key, backup))
    assert f"- not used: {backup!r}" in message
    assert "not expected" not in message


def test_both_keys_of_a_call_are_used(kms: KmsMock, client: Any, key: Key) -> None:
    other = kms.create_key()
    client.re_encrypt(CiphertextBlob=key.encrypt(b"x"), DestinationKeyId=other.id)

    kms.calls.assert_keys_used(key, other)
    for each in (key, other):
        with pytest.raises(AssertionError):
            kms.calls.assert_keys_used(each)


def test_a_key_that_is_gone_has_been_used(kms: KmsMock, client: Any, key: Key) -> None:
    encrypt(client)
    key.delete()

    kms.calls.assert_keys_used(key)
    with pytest.raises(AssertionError):
        kms.calls.assert_keys_used(kms.create_key())


def test_without_a_call_no_key_is_used(kms: KmsMock, client: Any, key: Key) -> None:
    client.list_keys()

    with pytest.raises(AssertionError, match="not used: 'alias/app'"):
        kms.calls.assert_keys_used("alias/app")


# Waiting.


def test_calls_of_a_thread_are_waited_for(kms: KmsMock, client: Any, key: Key) -> None:
    begin = threading.Event()

    def work() -> None:
        begin.wait()
        encrypt(client)
        client.list_keys()
        encrypt(client, tenant="42")

    thread = threading.Thread(target=work)
    thread.start()
    begin.set()
    found = kms.calls.wait("Encrypt", times=2, timeout=60)
    thread.join()

    assert isinstance(found, Calls)
    assert found == ["Encrypt", "Encrypt"]
    assert kms.calls.wait("Encrypt", EncryptionContext={"tenant": "42"}) == [kms.calls[2]]
    assert len(kms.calls.wait("Encrypt", key=key, timeout=0)) == 2


def test_calls_that_do_not_come_fail(kms: KmsMock, client: Any, key: Key) -> None:
    encrypt(client, tenant="7")
    context = {"tenant": "42"}

    with pytest.raises(AssertionError) as caught:
        kms.calls.wait("Encrypt", timeout=0.05, EncryptionContext=context)

    message = str(caught.value)
    assert message.startswith("expected 1 call within 0.05 seconds of kms:Encrypt with ")
    assert "EncryptionContext['tenant']: expected '42', got '7'" in message
    with pytest.raises(AssertionError, match="expected 2 calls within 0 seconds"):
        kms.calls.wait("Encrypt", times=2, timeout=0)


def test_calls_of_a_task_are_waited_for_beside_the_loop(
    kms: KmsMock, client: Any, key: Key
) -> None:
    """What has come is there at once; else a loop that stands still is told of."""

    async def work() -> None:
        encrypt(client)

    async def act() -> None:
        task = asyncio.create_task(work())
        with pytest.raises(KmsMockError, match=r"await asyncio\.to_thread"):
            kms.calls.wait("Encrypt")
        assert len(await asyncio.to_thread(kms.calls.wait, "Encrypt", timeout=60)) == 1
        await task
        assert len(kms.calls.wait("Encrypt")) == 1

    asyncio.run(act())


@pytest.mark.parametrize(
    ("misuse", "says"),
    [
        (lambda calls: calls.assert_at_most("Decrypt", 1), "no number of calls"),
        (lambda calls: calls.assert_at_most(-1, "Decrypt"), "no number of calls"),
        (lambda calls: calls.assert_at_most(True, "Decrypt"), "no number of calls"),
        (lambda calls: calls.assert_at_most(1, "decrypt"), "Did you mean 'Decrypt'?"),
        (lambda calls: calls.assert_at_most(1, "Decrypt", Keyid="x"), "Did you mean 'KeyId'?"),
        (lambda calls: calls.assert_context(), "one by one"),
        (lambda calls: calls.assert_context(["tenant"]), "one by one"),
        (lambda calls: calls.assert_context({"tenant": "42"}), "containing({'tenant': '42'})"),
        (lambda calls: calls.assert_keys_used(), "assert_not_called()"),
        (lambda calls: calls.assert_keys_used(["alias/app"]), "is named by"),
        (lambda calls: calls.assert_keys_used("alias/none"), "no key 'alias/none'"),
        (lambda calls: calls.assert_keys_used("alias/app", calls[0].key), "are one key"),
        (lambda calls: calls.wait("encrypt"), "Did you mean 'Encrypt'?"),
        (lambda calls: calls.wait("Encrypt", times=0), "1 or more"),
        (lambda calls: calls.wait("Encrypt", times=True), "1 or more"),
        (lambda calls: calls.wait("Encrypt", timeout=-1), "no number of seconds"),
        (lambda calls: calls.wait("Encrypt", timeout=float("inf")), "no number of seconds"),
        (lambda calls: calls.wait("Encrypt", timeout=float("nan")), "no number of seconds"),
        (lambda calls: calls.wait("Encrypt", timeout=True), "no number of seconds"),
        (lambda calls: calls("Encrypt").wait("Encrypt"), "kms.calls.wait('Decrypt', key=key)"),
    ],
)
def test_a_claim_that_means_nothing_is_the_authors_error(
    kms: KmsMock, client: Any, key: Key, misuse: Callable[[Calls], Any], says: str
) -> None:
    encrypt(client)

    with pytest.raises(KmsMockError) as caught:
        misuse(kms.calls)

    assert says in str(caught.value)


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
