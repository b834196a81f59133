"""A service whose answers follow from what it is asked."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock.crypto.repeatable import RepeatableRandomness
from pytest_kmsmock.service.api.errors import KmsError
from pytest_kmsmock.service.repeatable import RepeatableService
from pytest_kmsmock.service.serving.request import Options, Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.values.caller import Caller


class Kms:
    """A service of its own, and a key in it."""

    def __init__(self) -> None:
        randomness = RepeatableRandomness(b"seed")
        self._registry = Registry(randomness=randomness)
        self._service = RepeatableService(lambda: 1e9, self._registry, Options())
        self.key_id = self("CreateKey")["KeyMetadata"]["KeyId"]

    def __call__(self, operation: str, **body: Any) -> dict[str, Any]:
        return self.ask(operation, body)

    def ask(
        self,
        operation: str,
        body: Any,
        region: str = "us-east-1",
        account: str = "123456789012",
    ) -> dict[str, Any]:
        request_id = self._registry.request_ids.take()
        request = Request(operation, body, region, Caller(account), request_id)
        return self._service.handle(request)


def test_an_answer_does_not_depend_on_what_others_asked() -> None:
    """So that threads, in whatever order they come, get what is theirs."""
    one, other = Kms(), Kms()
    random = {"NumberOfBytes": 32}

    other("Encrypt", KeyId=other.key_id, Plaintext="eHh4")
    other("GenerateRandom", NumberOfBytes=33)

    assert one("GenerateRandom", **random) == other("GenerateRandom", **random)


def test_the_same_question_has_another_answer_each_time() -> None:
    one, other = Kms(), Kms()

    answers = [one("GenerateRandom", NumberOfBytes=32)["Plaintext"] for _ in range(9)]

    assert len({*answers}) == 9
    assert [other("GenerateRandom", NumberOfBytes=32)["Plaintext"] for _ in range(9)] == answers


def test_the_order_of_members_does_not_matter() -> None:
    one, other = Kms(), Kms()
    context = {"a": "1", "b": "2"}

    blob = one("Encrypt", KeyId=one.key_id, Plaintext="eHh4", EncryptionContext=context)
    same = other(
        "Encrypt",
        EncryptionContext={name: context[name] for name in "ba"},
        Plaintext="eHh4",
        KeyId=other.key_id,
    )

    assert blob == same


def test_the_region_and_the_account_do_not_matter() -> None:
    """Those of a mock may be the configured ones, which are not the same everywhere."""
    one, other = Kms(), Kms()

    answer = one.ask("GenerateRandom", {"NumberOfBytes": 32})

    assert answer == other.ask("GenerateRandom", {"NumberOfBytes": 32}, "eu-west-1", "210987654321")


@pytest.mark.parametrize("body", [None, [], {1: "x", "a": "y"}, {"KeyId": object()}, "\ud800"])
def test_what_is_no_request_is_refused_as_ever(body: Any) -> None:
    with pytest.raises(KmsError):
        Kms().ask("DescribeKey", body)
