"""The summary of a run."""

from __future__ import annotations

import attrs
from reported import VAULT, call, run_of, summary, test_of

from pytest_kmsmock.reports.run.summary import summary_of


def test_operations_have_their_calls_errors_and_tests() -> None:
    decrypt = summary().operations["Decrypt"]

    assert decrypt.calls == 3
    assert decrypt.errors == {"DisabledException": 1, "ThrottlingException": 2}
    assert [test.id.partition("::")[2] for test in decrypt.tests] == [
        "test_reads",
        "test_disabled",
        "test_throttled",
    ]
    assert decrypt.sources == {"vault.py:13": "load"}


def test_a_failure_is_provoked_if_a_test_has_met_it() -> None:
    """Also if botocore tried again, and it went well."""
    decrypt = summary().operations["Decrypt"]

    assert decrypt.provoked == {
        "DisabledException": ("tests/test_vault.py::test_disabled",),
        "ThrottlingException": ("tests/test_vault.py::test_throttled",),
    }
    assert decrypt.not_provoked == ("connection-refused",)


def test_a_lost_connection_is_a_failure_by_its_name() -> None:
    lost = call("Decrypt", "EndpointConnectionError")

    use = summary_of(run_of([test_of("test_lost", lost)])).operations["Decrypt"]

    assert [*use.provoked] == ["connection-refused"]
    assert use.errors == {"EndpointConnectionError": 1}


def test_only_failures_that_are_listed_are_counted() -> None:
    """An error that every operation answers nonsense with is seen, and no more."""
    found = summary_of(run_of([test_of("test_it", call("Encrypt", "ValidationException"))]))

    assert found.operations["Encrypt"].errors == {"ValidationException": 1}
    assert (found.provoked, found.failures) == (0, 2)


def test_the_percentage_is_of_all_failures_of_what_was_called() -> None:
    found = summary()

    assert (found.provoked, found.failures) == (2, 5)
    assert found.percent == 40
    assert found.shown_percent == "40 %"


def test_a_percentage_is_never_shown_as_more_than_it_is() -> None:
    """Else a run failed at 66.7 by a limit of 66.7."""
    failures = {"Encrypt": ("DisabledException", "A", "B")}
    disabled = [test_of("test_it", call("Encrypt", "DisabledException"))]
    two = [*disabled, test_of("test_a", call("Encrypt", "A"))]

    assert summary_of(run_of(disabled, failures=failures)).shown_percent == "33.3 %"
    assert summary_of(run_of(two, failures=failures)).shown_percent == "66.6 %"
    assert summary_of(run_of([])).percent == 0


def test_keys_have_their_states_and_who_used_them() -> None:
    """Those without a name together, last."""
    vault, unnamed = summary().keys

    assert vault.name == "alias/vault"
    assert vault.states == {"Enabled": 4, "Disabled": 1}
    assert vault.calls == 5
    assert [test.partition("::")[2] for test in vault.tests] == [
        "test_reads",
        "test_disabled",
        "test_throttled",
    ]
    assert vault.principals == ("arn:aws:iam::123456789012:root",)
    assert (unnamed.name, unnamed.calls) == (None, 1)


def test_unnamed_keys_of_one_kind_are_one_line() -> None:
    """What several tests call `key 1` is not one key."""
    keys = [attrs.evolve(VAULT, name=f"key {number}", is_named=False) for number in (1, 2)]
    tests = [test_of("test_it", *(call("Encrypt", keys=((key, "Enabled"),)) for key in keys))]

    [use] = summary_of(run_of(tests)).keys

    assert (use.name, use.calls) == (None, 2)
