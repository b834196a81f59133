"""Rows of a run report."""

from __future__ import annotations

import attrs
from reported import call, run_of, test_of

from pytest_kmsmock.reports.run.rows import merged, steps_of


def test_calls_that_are_alike_are_one_step() -> None:
    """As long as they follow each other, in the same second."""
    one, other = call("Encrypt"), call("Decrypt")

    steps = [*steps_of([(one, 0), (one, 0), (one, 1), (other, 1), (one, 1)])]

    assert steps == [(one, 2, 0), (one, 1, 1), (other, 1, 1), (one, 1, 1)]
    assert [*steps_of([])] == []


def test_the_errors_of_a_call_are_those_that_were_retried_too() -> None:
    retried = call("Decrypt", "DisabledException", retried=("ThrottlingException",))

    assert retried.errors == ("ThrottlingException", "DisabledException")
    assert call("Decrypt").errors == ()


def test_runs_together_have_the_tests_of_each() -> None:
    """And the failures of each, whose botocores may differ."""
    first = run_of([test_of("test_a", call("Encrypt"))], failures={"Encrypt": ("A", "B")})
    second = run_of(
        [test_of("test_b", call("Encrypt"))],
        ids=("2",),
        count=7,
        crashed=("test_c",),
        failures={"Encrypt": ("B", "C"), "Sign": ("A",)},
    )

    both = merged([first, second])

    assert [test.id[-6:] for test in both.tests] == ["test_a", "test_b"]
    assert both.count == 8
    assert both.crashed == ("test_c",)
    assert both.failures == {"Encrypt": ("A", "B", "C"), "Sign": ("A",)}


def test_a_run_that_comes_twice_counts_once() -> None:
    """Also as a part of another."""
    first = run_of([test_of("test_a", call("Encrypt"))])
    both = merged([first, attrs.evolve(first, ids=("2",))])

    assert merged([first, first]) == first
    assert merged([both, first]) == both
    assert both.count == 2
