"""Parameters that a test expects in part, or by a predicate."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from unittest.mock import ANY

import pytest

from pytest_kmsmock import Calls, Key, KmsMock, KmsMockError, containing, matching

SECRET = "hunter2-the-password"
CONTEXT = {"tenant": "42", "purpose": "backup"}


@pytest.fixture
def calls(kms: KmsMock, client: Any, key: Key) -> Calls:
    """The record of one Encrypt, with a context of two entries."""
    client.encrypt(KeyId="alias/app", Plaintext=SECRET, EncryptionContext=CONTEXT)
    return kms.calls


@pytest.mark.parametrize(
    "params",
    [
        {"EncryptionContext": containing({"tenant": "42"})},
        {"EncryptionContext": containing(CONTEXT)},
        {"EncryptionContext": containing({"tenant": ANY})},
        {"EncryptionContext": containing({"tenant": matching(str.isdigit)})},
        {"EncryptionContext": {"tenant": matching(str.isdigit), "purpose": "backup"}},
        {"EncryptionContext": matching(lambda context: len(context) == 2)},
        {"Plaintext": matching(lambda plaintext: plaintext == SECRET.encode())},
        {"KeyId": matching(lambda name: name.startswith("alias/"))},
    ],
)
def test_a_call_is_found_by_a_part_or_a_predicate(calls: Calls, params: dict[str, Any]) -> None:
    calls.assert_called_once("Encrypt", **params)

    with pytest.raises(AssertionError):
        calls.assert_not_called("Encrypt", **params)


@pytest.mark.parametrize(
    "params",
    [
        {"EncryptionContext": containing({"tenant": "7"})},
        {"EncryptionContext": containing({"shard": ANY})},
        {"EncryptionContext": containing({"tenant": "42", "shard": "1"})},
        {"EncryptionContext": containing({"tenant": matching(str.isalpha)})},
        {"EncryptionContext": {"tenant": matching(str.isdigit)}},
        {"EncryptionContext": {"tenant": matching(str.isdigit), "shard": ANY}},
        {"EncryptionContext": matching(lambda context: len(context) == 1)},
        {"Plaintext": matching(lambda plaintext: plaintext == SECRET)},
        {"GrantTokens": matching(lambda tokens: True)},
    ],
)
def test_what_differs_is_not_found(calls: Calls, params: dict[str, Any]) -> None:
    """Neither is a parameter that was not given, whatever the predicate says."""
    calls.assert_not_called("Encrypt", **params)

    with pytest.raises(AssertionError):
        calls.assert_called("Encrypt", **params)


def test_parts_are_compared_at_any_depth(kms: KmsMock, client: Any, key: Key) -> None:
    client.create_grant(
        KeyId=key.id,
        GranteePrincipal="arn:aws:iam::123456789012:role/app",
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": CONTEXT},
    )

    kms.calls.assert_called(
        "CreateGrant", Constraints={"EncryptionContextSubset": containing({"tenant": "42"})}
    )
    kms.calls.assert_called("CreateGrant", Operations=[matching(lambda name: name == "Decrypt")])
    kms.calls.assert_not_called(
        "CreateGrant", Constraints={"EncryptionContextSubset": containing({"tenant": "7"})}
    )


@pytest.mark.parametrize(
    ("misuse", "says"),
    [
        (lambda calls: containing({}), "an entry at least"),
        (lambda calls: containing(ANY), "a mapping"),
        (lambda calls: containing(calls[0].operation), "a mapping"),
        (lambda calls: matching(calls[0].operation), "a function"),
        (lambda calls: calls("Encrypt", KeyId=containing({"tenant": "42"})), "no call"),
        (lambda calls: calls("Encrypt", EncryptionContext=containing({"tenant": 42})), "no call"),
        (
            lambda calls: calls("Encrypt", EncryptionContext=containing({42: "x"})),  # type: ignore[dict-item]
            "no call",
        ),
        (lambda calls: calls("Encrypt", GrantTokens=containing({"tenant": "42"})), "no call"),
        (
            lambda calls: calls("CreateGrant", Constraints=containing({"Subset": {}})),
            "no call of kms:CreateGrant could have",
        ),
    ],
)
def test_what_no_call_could_have_is_the_authors_error(
    calls: Calls, misuse: Callable[[Calls], Any], says: str
) -> None:
    """Else `assert_not_called` would pass for ever."""
    with pytest.raises(KmsMockError, match=says):
        misuse(calls)


async def _later(value: Any) -> bool:
    return True


@pytest.mark.parametrize(
    "predicate",
    [
        lambda value: value.startswith,
        lambda value: None,
        lambda value: value.count("a"),
        functools.partial(str.replace, "a", "b"),
        str,
    ],
)
def test_a_predicate_tells_true_or_false(calls: Calls, predicate: Callable[[Any], Any]) -> None:
    """A method that is not called is true of everything, and without `return` nothing is."""
    with pytest.raises(KmsMockError, match="let it return True or False"):
        calls.assert_called("Encrypt", KeyId=matching(predicate))
    with pytest.raises(KmsMockError, match="let it return True or False"):
        calls.assert_not_called("Encrypt", KeyId=matching(predicate))


@pytest.mark.filterwarnings("ignore:coroutine '_later' was never awaited:RuntimeWarning")
def test_a_coroutine_is_no_predicate(calls: Calls) -> None:
    with pytest.raises(KmsMockError, match="of type coroutine"):
        calls.assert_called("Encrypt", KeyId=matching(_later))  # type: ignore[arg-type]


def test_an_error_of_a_predicate_is_not_hidden(calls: Calls) -> None:
    with pytest.raises(ZeroDivisionError):
        calls.assert_not_called("Encrypt", KeyId=matching(lambda name: name == 1 / 0))


def test_a_failure_says_what_differs_in_the_part(calls: Calls) -> None:
    """What was not asked for is not named."""
    wanted = containing({"tenant": "7", "shard": "1", "purpose": matching(str.isdigit)})

    with pytest.raises(AssertionError) as caught:
        calls.assert_called("Encrypt", EncryptionContext=wanted)

    message = str(caught.value)
    assert message.startswith(
        "expected a call of kms:Encrypt with EncryptionContext=containing({'tenant': '7', "
        "'shard': '1', 'purpose': matching(str.isdigit)}), got 0."
    )
    assert "EncryptionContext['tenant']: expected '7', got '42'" in message
    assert "EncryptionContext['shard']: expected '1', but there is no such key" in message
    assert "EncryptionContext['purpose']: expected matching(str.isdigit), got 'backup'" in message
    assert "not expected" not in message


def test_a_failure_shows_no_plaintext(calls: Calls) -> None:
    """Neither what was given, nor what a predicate was made with."""
    predicates: list[Callable[[Any], bool]] = [
        bytes.isdigit,
        functools.partial(lambda secret, value: False, SECRET),
    ]
    for predicate in predicates:
        with pytest.raises(AssertionError) as caught:
            calls.assert_called("Encrypt", Plaintext=matching(predicate))

        assert SECRET not in str(caught.value)
