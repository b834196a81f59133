"""Remains: what is secret in calls that were cleared is kept, and no more of them than that."""

from __future__ import annotations

import weakref
from typing import Any

import pytest
import samples

from pytest_kmsmock import KmsMock
from pytest_kmsmock.record import Record, Row
from pytest_kmsmock.remains import Beside, Remains, maker_in, values_of
from pytest_kmsmock.service.values.caller import Caller


class Members(dict[str, Any]):
    """Members of a request or a response that tell whether they are still there."""


def row(operation: str, params: Any = None, response: Any = None, *keys: Any) -> Row:
    caller = Caller("123456789012")
    return Row(
        operation, params or {}, response or {}, None, caller, "", "", "", 0.0, keys, None, 0, (),
        None, None, None,
    )  # fmt: skip


def test_calls_that_were_cleared_are_not_kept() -> None:
    """A wide mock whose record is cleared after each test does not grow by its calls."""
    record = Record()
    params = Members(KeyId="alias/app", Plaintext=b"a secret text", GrantTokens=["token"])
    response = Members(CiphertextBlob=bytes(4096))
    alive = [weakref.ref(params), weakref.ref(response)]
    record.add(row("Encrypt", params, response))
    del params, response

    record.clear()

    assert [each() for each in alive] == [None, None]
    assert [value.value for value in record.remains.values] == [b"a secret text"]


@pytest.mark.parametrize(
    ("operation", "params", "response", "value"),
    [
        ("Encrypt", {"Plaintext": b"given"}, {"CiphertextBlob": b"x"}, b"given"),
        ("Decrypt", {"CiphertextBlob": b"x"}, {"Plaintext": b"opened"}, b"opened"),
        ("GenerateDataKey", {}, {"Plaintext": b"key", "CiphertextBlob": b"x"}, b"key"),
        ("GenerateDataKeyPair", {}, {"PrivateKeyPlaintext": b"pair"}, b"pair"),
        ("DeriveSharedSecret", {}, {"SharedSecret": b"shared"}, b"shared"),
        ("GenerateRandom", {}, {"Plaintext": bytearray(b"random")}, b"random"),
    ],
)
def test_of_a_call_its_secret_value_remains(
    operation: str, params: Any, response: Any, value: bytes
) -> None:
    [found] = values_of(row(operation, params, response))

    assert (found.value, found.operation, found.is_given) == (
        value,
        operation,
        bool(params.get("Plaintext")),
    )
    assert repr(value) not in repr(found)


@pytest.mark.parametrize("operation", ["Sign", "ListKeys", "GenerateDataKeyWithoutPlaintext"])
def test_of_most_calls_nothing_remains(operation: str) -> None:
    assert values_of(row(operation, {"Message": b"m"}, {"Signature": b"s"})) == []
    # A refused one has no answer.
    assert values_of(row("Decrypt")._replace(response=None)) == []


def test_a_value_remains_once_of_an_operation() -> None:
    """However often it was called with, by clients or by handles."""
    remains = Remains()
    for _ in range(3):
        remains.add(row("Encrypt", {"Plaintext": b"the same"}))
        remains.add(Beside("Encrypt", {"Plaintext": b"the same"}, None, None))
        remains.add(row("Decrypt", {}, {"Plaintext": b"the same"}))

    assert [value.operation for value in remains.values] == ["Encrypt", "Decrypt"]
    assert remains.count == 9


def test_a_key_remains_for_each_key_material() -> None:
    """A key that is gone had some, and so had one that was rotated."""
    remains = Remains()
    key, other = samples.key(), samples.key(key_id=samples.KEY_ID[:-1] + "0")

    for concerned in ([key], [key, other], [other]):
        remains.add(row("ReEncrypt", None, None, *concerned))

    assert list(remains.keys) == [key, other]


def test_what_first_made_a_key_remains() -> None:
    key = samples.key()
    made, used = row("CreateKey", None, None, key), row("Encrypt", None, None, key)
    assert maker_in(used) is None
    assert maker_in(row("CreateKey")) is None  # it was refused
    remains = Remains()

    for done in (used, made, row("ImportKeyMaterial", None, None, key)):
        remains.add(done)

    assert {arn: maker.operation for arn, maker in remains.makers.items()} == {key.arn: "CreateKey"}


def test_the_material_of_a_deleted_key_is_secret_after_a_clear(kms: KmsMock) -> None:
    """And the message names what has made it."""
    client = kms.client()
    material = kms._backend.registry.randomness.draw(32)
    key = kms.create_key(material=material)
    client.describe_key(KeyId=key.id)
    client.schedule_key_deletion(KeyId=key.id, PendingWindowInDays=7)
    kms.clock.advance(days=8)
    assert kms.keys == []

    kms.calls.clear()

    with pytest.raises(AssertionError, match="key material of"):
        kms.secrets.assert_absent_from(material.hex())
