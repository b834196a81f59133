"""The hook by which pytest asks what to say of a comparison."""

from __future__ import annotations

import subprocess
import sys

from pytest_kmsmock import KmsMock
from pytest_kmsmock.plugin.explaining import pytest_assertrepr_compare


def test_comparisons_of_calls_are_explained(kms: KmsMock) -> None:
    kms.client().list_keys()

    lines = pytest_assertrepr_compare("==", kms.calls, ["Encrypt"])

    assert lines is not None
    assert lines[0] == "[ListKeys] == [Encrypt]"


def test_other_comparisons_are_none_of_the_plugins_business(kms: KmsMock) -> None:
    """Pytest says what it always says, also of what only resembles calls."""
    for operator, left, right in (("==", [1], [2]), ("in", kms.calls, [1]), ("<", kms.calls, 5)):
        assert pytest_assertrepr_compare(operator, left, right) is None


def test_where_nobody_has_calls_nothing_is_imported_for_them() -> None:
    """Suites that never touch KMS have failing comparisons too."""
    program = """\
import sys
from pytest_kmsmock.plugin.explaining import pytest_assertrepr_compare

before = set(sys.modules)
print(pytest_assertrepr_compare("==", [1], [2]), sorted(set(sys.modules) - before))
"""
    printed = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout

    assert printed == "None []\n"
