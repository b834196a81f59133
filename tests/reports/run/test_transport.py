"""Rows as JSON can carry them."""

from __future__ import annotations

import json

import attrs
import pytest
from reported import UNNAMED, VAULT, call, test_of

from pytest_kmsmock.reports.run.rows import Recipe, Step, TestRow
from pytest_kmsmock.reports.run.transport import test_from_json as from_json
from pytest_kmsmock.reports.run.transport import test_to_json as to_json

METHOD = Recipe("test_it", "TestA.TestB", ("kms", "path"), is_async=True, is_marked=True)
FULL = call(
    "ReEncrypt",
    "DisabledException",
    phase="setup",
    retried=("ThrottlingException", "KMSInternalException"),
    keys=((UNNAMED, "Enabled"), (VAULT, "Disabled")),
    region="eu-west-1",
)


@pytest.mark.parametrize(
    "test",
    [
        test_of("test_it", call("Encrypt"), call("Decrypt")),
        test_of("test_it", recipe=None, outcome="xfailed"),
        test_of("test_it", recipe=METHOD, steps=(Step(FULL, 3, 86_400), Step(FULL, 1, 86_401))),
        test_of("test_it", attrs.evolve(FULL, keys=())),
    ],
    ids=["plain", "empty", "full", "without-keys"],
)
def test_a_test_is_read_as_it_was_written(test: TestRow) -> None:
    assert from_json(json.loads(json.dumps(to_json(test)))) == test


def test_calls_that_are_made_again_and_again_are_written_once() -> None:
    """A hundred thousand calls are a small file, and little to send."""
    value = to_json(test_of("test_it", *[call("Encrypt"), call("Decrypt")] * 1_000))

    assert [each["operation"] for each in value["calls"]] == ["Encrypt", "Decrypt"]
    assert value["steps"] == [0, 1] * 1_000


def test_what_most_calls_have_goes_without_saying() -> None:
    """Which keeps what workers send, and files, small."""
    [value] = to_json(test_of("test_it", call("Encrypt")))["calls"]

    assert value.keys() == {"operation", "keys", "source", "function", "principal", "region"}
