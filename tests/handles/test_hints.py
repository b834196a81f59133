"""What somebody writes who guesses: some of it works, and the rest is told what to write."""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest

from pytest_kmsmock import KmsMock, KmsMockError, mock_kms

# West of Greenwich the year 9999 ends later.
BEYOND = dt.datetime(9999, 12, 31, 23, tzinfo=dt.timezone(-dt.timedelta(hours=2)))

# Works.


def test_a_key_is_made_by_its_alias_alone(kms: KmsMock) -> None:
    """As it is found."""
    assert kms.create_key("alias/app") == kms.key("alias/app")


def test_the_clock_moves_to_a_time(kms: KmsMock) -> None:
    """From whatever zone; what is due by then has happened."""
    key = kms.create_key(state="PendingDeletion")
    when = dt.datetime(2100, 1, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))

    kms.clock.move_to(when)

    assert when <= kms.clock.now < when + dt.timedelta(minutes=1)
    assert key not in kms.keys


def test_a_fault_is_named_by_the_class_of_its_error(kms: KmsMock) -> None:
    key = kms.create_key("alias/app")
    client = kms.client()

    fault = kms.fail("Encrypt", client.exceptions.DisabledException, key=key)

    with pytest.raises(client.exceptions.DisabledException):
        client.encrypt(KeyId="alias/app", Plaintext=b"x")
    assert fault.error == "DisabledException"


# Is told.


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (lambda kms: kms.create_key("RSA_2048"), "write spec='RSA_2048'"),
        (lambda kms: kms.create_key("app"), "write 'alias/app'"),
        (lambda kms: kms.create_key("alias/app").key_id, "no attribute 'key_id'; write key.id"),
        (lambda kms: kms.create_key().alias, "write key.aliases[0]"),
        (lambda kms: kms.create_key().tag, "Did you mean 'tags'?"),
        (lambda kms: kms.encrypt(), "write kms.client().encrypt(…)"),
        (lambda kms: kms.create_alias("alias/app"), "write kms.client().create_alias(…)"),
        (lambda kms: kms.call, "Did you mean 'calls'?"),
        (lambda kms: kms.calls.assert_called_with("Encrypt"), "Did you mean 'assert_called"),
        (lambda kms: kms.fail("Decrypt", "DisabledException", times="1"), "times='1' is no"),
        (lambda kms: kms.fail("Encrypt", ValueError), "never answers with 'ValueError'"),
        (
            lambda kms: kms.fail("Encrypt", botocore.exceptions.ReadTimeoutError),
            "write for example kms.disconnect('Encrypt', 'read-timeout')",
        ),
        (lambda kms: kms.clock.move_to("2030-01-01"), "takes a datetime with a time zone"),
        (lambda kms: kms.clock.move_to(dt.date(2100, 1, 1)), "takes a datetime with a time zone"),
        (lambda kms: kms.clock.move_to(dt.datetime(2100, 1, 1)), "with a time zone"),
        (lambda kms: kms.clock.move_to(BEYOND), "up to the year 9999, in UTC"),
        (
            lambda kms: kms.clock.move_to(dt.datetime(2000, 1, 1, tzinfo=dt.UTC)),
            "goes forward only",
        ),
    ],
)
def test_a_guess_is_told_what_to_write(
    kms: KmsMock, guess: Callable[[KmsMock], Any], says: str
) -> None:
    with pytest.raises(KmsMockError, match=re.escape(says)):
        guess(kms)


def test_mock_kms_without_parentheses_is_told_what_to_write() -> None:
    says = re.escape("`with mock_kms() as kms:`")

    with pytest.raises(KmsMockError, match=says), mock_kms:  # type: ignore[attr-defined]
        pass


def test_what_is_not_there_is_not_there_for_python_either(kms: KmsMock) -> None:
    """The error is an `AttributeError` too, for `hasattr`, `copy` and others who ask."""
    key = kms.create_key()

    assert not hasattr(key, "key_id")
    assert not hasattr(kms, "encrypt")
    assert getattr(kms.calls, "nothing", None) is None
    assert copy.copy(key) == copy.deepcopy(key) == key
    assert not hasattr(mock_kms(), "__wrapped__")
