"""The table of docs/comparison.md."""

from __future__ import annotations

import comparison
import pytest
from behaviours import BEHAVIOURS
from rivals import RIVALS, Rival


@pytest.mark.parametrize("rival", RIVALS, ids=lambda rival: rival.name)
def test_each_of_them_was_asked_all_that_is_asked_today(rival: Rival) -> None:
    """If one was not, `tox -e comparison` and `tox -e comparison-localstack` ask anew."""
    found = comparison.kept()[rival.name]

    assert list(found["answers"]) == [behaviour.title for behaviour in BEHAVIOURS]


def test_a_cell_tells_how_much_was_as_on_aws() -> None:
    assert [comparison.cell(answer) for answer in ([1, 1], [0, 1], [2, 5], [5, 5], [0, 5])] == [
        *("yes", "no", "2 of 5", "5 of 5", "no"),
    ]
    assert comparison.cell(None) == "–"


def test_tests_are_counted_once_each_and_none_that_was_skipped() -> None:
    """A test that passes counts, also where its keys cannot be deleted afterwards."""
    report = """<testsuites><testsuite>
      <testcase classname="a" name="good"/>
      <testcase classname="a" name="skipped"><skipped/></testcase>
      <testcase classname="a" name="bad"><failure/></testcase>
      <testcase classname="a" name="bad"><error message="failed on teardown with x"/></testcase>
      <testcase classname="a" name="unmade"><error message="failed on setup with x"/></testcase>
      <testcase classname="b" name="leaves"><error message="failed on teardown with x"/></testcase>
    </testsuite></testsuites>"""

    assert comparison.counted(report) == (2, 4)
