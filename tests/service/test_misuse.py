"""Errors for the author of a test: where they are said to be from, and what they suggest."""

from __future__ import annotations

import pickle

import pytest

import pytest_kmsmock
from pytest_kmsmock import KmsMockError, plugin
from pytest_kmsmock.doors.guard import KmsGuardError
from pytest_kmsmock.service.misuse import (
    NoSuchAttributeError,
    NotMockedError,
    UnforeseenError,
    no_attribute,
    suggestion,
)


@pytest.mark.parametrize(
    "error", [KmsMockError, NotMockedError, NoSuchAttributeError, KmsGuardError]
)
def test_errors_call_themselves_by_where_users_find_them(error: type[KmsMockError]) -> None:
    """Which is also how they are unpickled, in another process of xdist's."""
    assert error.__module__ == "pytest_kmsmock"
    assert getattr(pytest_kmsmock, error.__name__) is error
    assert str(pickle.loads(pickle.dumps(error("why")))) == "why"


def test_the_summary_has_room_for_what_an_error_says(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("COLUMNS", "80")
    pytester.makepyfile(test_it="def test_it(kms): kms.key('alias/app')")

    result = pytester.runpytest_inprocess(plugins=[plugin])

    summary = result.stdout.str().partition("short test summary")[2]
    assert "FAILED test_it.py::test_it - pytest_kmsmock.KmsMockError: there is" in summary


@pytest.mark.parametrize(
    ("given", "possible", "meant"),
    [
        ("Context", ["KeyId", "GrantTokens", "EncryptionContext"], "EncryptionContext"),
        ("context", ["KeyId", "EncryptionContext"], "EncryptionContext"),
        ("encryption_context", ["KeyId", "EncryptionContext"], "EncryptionContext"),
        ("ListKey", ["ListKeyPolicies", "ListKeys", "ListAliases"], "ListKeys"),
        ("kms:Encrypt", ["ReEncrypt", "Encrypt", "Decrypt"], "Encrypt"),
        ("regoin", ["region", "account"], "region"),
        ("DisabledExeption", ["DisabledException", "NotFoundException"], "DisabledException"),
        ("NotFound", ["DisabledException", "NotFoundException"], "NotFoundException"),
        ("LimitExceededException", ["ExpiredTokenException", "DisabledException"], None),
        ("AccessDenied", ["InternalFailure", "AccessDeniedException"], "AccessDeniedException"),
        ("xyzzy", ["region", "account"], None),
        ("k", ["KeyId", "Marker"], None),
        ("Key", ["KeyId", "Marker"], "KeyId"),
        ("Ke", ["KeyId", "Marker"], None),
        ("Keying", ["Key", "Marker"], "Key"),
        ("Keying", ["Ke", "Marker"], None),
        ("key", ["KeyMaterialId", "KeyId", "NewKeyId"], "KeyId"),
        ("abcdefghij", ["abcdefgxyz"], "abcdefgxyz"),
        ("abcdefghij", ["abcdefwxyz"], None),
        ("abcdefghij", ["abcdefgxyz", "abcdefghxy"], "abcdefghxy"),
        ("k" * 500, ["k" * 501], "k" * 501),
        ("k" * 501, ["k" * 501], None),
        ("anything", [], None),
        ("", ["KeyId"], None),
        ("KeyId" * 30_000, ["KeyId"], None),
    ],
)
def test_a_suggestion_is_close_or_there_is_none(
    given: str, possible: list[str], meant: str | None
) -> None:
    """What contains it, or is part of it, comes before what only looks like it."""
    assert suggestion(given, possible) == (f" Did you mean {meant!r}?" if meant else "")


class Owner:
    """Something that a test holds."""

    region = "us-east-1"


def test_an_attribute_that_is_not_there_is_told_with_the_one_that_was_meant() -> None:
    """Or with what to write instead; names of Python's own, which it looks for, are not."""
    owner = Owner()

    meant = no_attribute(owner, "the owner", "regoin")
    other = no_attribute(owner, "the owner", "client", "write `kms.client()`")
    hidden = no_attribute(owner, "the owner", "__wrapped__")

    assert isinstance(meant, NoSuchAttributeError)
    assert isinstance(other, NoSuchAttributeError)
    assert str(meant) == "the owner has no attribute 'regoin'. Did you mean 'region'?"
    assert str(other) == "the owner has no attribute 'client'; write `kms.client()`."
    assert type(hidden) is AttributeError
    assert str(hidden) == "'Owner' object has no attribute '__wrapped__'"


def test_an_error_that_nobody_foresaw_asks_for_a_report() -> None:
    """With the operation, what it was, and where."""
    try:
        suggestion("name", 5)  # type: ignore[arg-type]
    except TypeError as caught:
        error = UnforeseenError("Encrypt", caught)

    start, _, rest = str(error).partition(", line ")
    line, _, end = rest.partition(". ")
    assert start == (
        "pytest-kmsmock did not foresee this call of kms:Encrypt: it met a TypeError in "
        "pytest_kmsmock.service.misuse"
    )
    assert int(line) > 0
    assert end == (
        "The call has changed nothing. That is a bug of pytest-kmsmock, not of your test: "
        "please report it, with this message and the parameters of the call."
    )
    assert "it met a ValueError in pytest_kmsmock. " in str(UnforeseenError("Sign", ValueError()))
