"""The report for a terminal."""

from __future__ import annotations

import attrs
import pytest
from reported import VAULT, call, run_of, summary, test_of

from pytest_kmsmock.reports.run.summary import summary_of
from pytest_kmsmock.reports.run.text import as_text, verdict


def test_what_was_used_and_what_was_not_provoked() -> None:
    """From the whole to its parts."""
    assert as_text(summary()).startswith(
        """\
6 calls of 2 operations by 4 of 5 tests; 2 of 5 failures provoked (40 %)

operation    calls  provoked  errors seen
Decrypt          3       2/3  DisabledException 1, ThrottlingException 2
Encrypt          3       0/2  -

keys
  alias/vault (SYMMETRIC_DEFAULT, us-east-1): Enabled 4, Disabled 1; 3 tests
  keys without an alias (SYMMETRIC_DEFAULT, us-east-1): Enabled 1; 1 test

Failures that no test has provoked:

Decrypt: connection-refused
  reached by tests/test_vault.py::test_reads
             tests/test_vault.py::test_disabled
             tests/test_vault.py::test_throttled
  a test to paste into tests/test_vault.py after the one that it calls:

    import pytest


    @pytest.mark.kms_failures("Decrypt", only=["connection-refused"])
    def test_reads_when_decrypt_fails(kms):
"""
    )


def test_long_lists_are_cut_and_long_lines_wrapped() -> None:
    codes = [f"{letter * 20}Exception" for letter in "ABCDE"]
    tests = [
        test_of(
            f"test_{number}",
            call("Encrypt", code, keys=((attrs.evolve(VAULT, name=f"alias/{number}"), "Enabled"),)),
        )
        for number in range(30)
        for code in codes
    ]

    lines = as_text(summary_of(run_of(tests))).splitlines()

    assert "             and 27 more" in lines
    assert "  and 10 more" in lines
    assert all(len(line) <= 80 for line in lines if "Exception" in line)


def test_a_crash_is_told() -> None:
    """Else the report would look whole."""
    text = as_text(summary_of(run_of([], crashed=("test_a.py::test_it",))))

    assert "a worker crashed in test_a.py::test_it, whose calls are missing" in text


def test_a_run_without_calls_says_so() -> None:
    assert as_text(summary_of(run_of([], count=1))) == "0 calls of 0 operations by 0 of 1 test"


def test_a_name_that_cannot_be_printed_is_escaped() -> None:
    text = as_text(summary_of(run_of([], crashed=("test[\udc80]",))))

    assert text.encode()
    assert r"test[\udc80]" in text


@pytest.mark.parametrize(
    ("limit", "is_enough", "told"),
    [
        (40, True, "OK --kms=40: 40 % of the failures are provoked, 2 of 5"),
        (40.5, False, "FAIL --kms=40.5: 40 % of the failures are provoked, 2 of 5"),
    ],
)
def test_the_verdict_says_what_was_asked_and_what_there_is(
    limit: float, is_enough: bool, told: str
) -> None:
    assert verdict(summary(), limit, "--kms") == (is_enough, told)


def test_where_nothing_was_called_there_is_nothing_to_be_content_with() -> None:
    """A limit that nothing can miss would say nothing."""
    nothing = summary_of(run_of([], failures={}))

    assert verdict(nothing, 0, "-f")[0]
    assert verdict(nothing, 1, "-f") == (
        False,
        "FAIL -f=1: no operation was called that could fail",
    )
