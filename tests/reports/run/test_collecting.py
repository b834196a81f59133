"""Collecting the rows of a test from the records of its mocks."""

from __future__ import annotations

import gc
import weakref

import pytest

from pytest_kmsmock import KmsMock, mock_kms, observed
from pytest_kmsmock.reports.run.collecting import Collecting
from pytest_kmsmock.reports.run.rows import Step


def steps_of(kms: KmsMock) -> tuple[Step, ...]:
    collecting = Collecting()
    collecting.add("call", kms._backend.record.rows, kms._backend)
    return collecting.steps()


def test_a_call_is_known_by_all_but_its_values(kms: KmsMock) -> None:
    """Of the request and the answer there is nothing in it."""
    kms.create_key(alias="alias/app")
    blob = kms.client().encrypt(
        KeyId="alias/app", Plaintext=b"top secret", EncryptionContext={"tenant": "acme"}
    )["CiphertextBlob"]

    [step] = steps_of(kms)

    call = step.call
    assert (call.phase, call.operation, call.error, call.retried) == ("call", "Encrypt", None, ())
    assert [(key.name, key.spec, state) for key, state in call.keys] == [
        ("alias/app", "SYMMETRIC_DEFAULT", "Enabled")
    ]
    assert call.source.rpartition(":")[0].endswith("test_collecting.py")
    assert call.function == "test_a_call_is_known_by_all_but_its_values"
    assert (call.principal, call.region) == (kms.calls[0].principal, "us-east-1")
    assert not [each for each in ("top secret", "acme", blob.hex()) if each in repr(step)]


def test_errors_that_botocore_tried_again_are_known(kms: KmsMock) -> None:
    """Though the application has never seen them."""
    kms.throttle("ListKeys", times=2)

    kms.client().list_keys()

    [step] = steps_of(kms)
    assert step.call.error is None
    assert step.call.retried == ("ThrottlingException",) * 2


def test_an_error_is_known_by_its_code(kms: KmsMock) -> None:
    client = kms.client()
    key = kms.create_key(state="Disabled")
    with pytest.raises(client.exceptions.DisabledException):
        client.encrypt(KeyId=key.id, Plaintext=b"x")

    [step] = steps_of(kms)

    assert step.call.error == "DisabledException"
    assert step.call.keys[0][1] == "Disabled"


def test_keys_without_a_name_are_told_apart_within_a_test(kms: KmsMock) -> None:
    """By the order in which they come; an ID that a test has given is a name."""
    first, second = kms.create_key(), kms.create_key()
    fixed = kms.create_key(key_id="11111111-2222-4333-8444-555555555555")
    client = kms.client()
    for key in (second, first, second, fixed):
        client.describe_key(KeyId=key.id)

    names = [(key.name, key.is_named) for step in steps_of(kms) for key, _ in step.call.keys]

    assert names == [("key 1", False), ("key 2", False), ("key 1", False), (fixed.id, True)]


def test_both_keys_of_a_call_have_their_names(kms: KmsMock) -> None:
    kms.create_key(alias="alias/old")
    kms.create_key(alias="alias/new")
    client = kms.client()
    blob = client.encrypt(KeyId="alias/old", Plaintext=b"x")["CiphertextBlob"]

    client.re_encrypt(CiphertextBlob=blob, DestinationKeyId="alias/new")

    assert [key.name for key, _ in steps_of(kms)[-1].call.keys] == ["alias/old", "alias/new"]


def test_time_is_counted_from_the_first_call(kms: KmsMock) -> None:
    """By the service's clock."""
    client = kms.client()
    client.list_keys()
    kms.clock.advance(days=2)
    client.list_keys()

    assert [step.seconds for step in steps_of(kms)] == [0, 172_800]


def test_nothing_of_the_mock_stays_alive() -> None:
    """A report of thousands of tests holds none of their keys."""
    before = observed.observe(None)  # who watches this test keeps its mocks
    with mock_kms() as kms:
        kms.create_key(alias="alias/app")
        kms.client().encrypt(KeyId="alias/app", Plaintext=b"x")
        steps = steps_of(kms)
        backend = weakref.ref(kms._backend)
    observed.observe(before)
    del kms
    gc.collect()

    assert backend() is None
    assert steps[0].call.operation == "Encrypt"
