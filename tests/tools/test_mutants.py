"""Mutation testing chooses the tests, and which mutants count."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutants import Verdict, changes_something, report, stages

PACKAGE = Path("pytest_kmsmock")


def test_the_likeliest_tests_come_first() -> None:
    """Those that mirror the module, of its folder, of the contract and the laws, then all."""
    assert stages(PACKAGE / "service/rules/usage.py") == [
        ["tests/service/rules/test_usage.py"],
        ["tests/service/rules", "tests/contract", "tests/architecture"],
        ["tests/service", "tests/crypto"],
    ]


def test_a_module_of_the_cryptography_is_tested_by_its_own_ring_before_the_other() -> None:
    """A ring's own folder is no stage of its own."""
    assert stages(PACKAGE / "crypto/mac.py") == [
        ["tests/crypto/test_mac.py"],
        ["tests/contract", "tests/architecture"],
        ["tests/crypto", "tests/service"],
    ]


def test_a_folder_of_tests_mirrors_a_module_too(tmp_path: Path) -> None:
    """Beside a file, where there is one; what is not there is not run."""
    (tmp_path / "tests/service/rules/usage").mkdir(parents=True)

    assert stages(PACKAGE / "service/rules/usage.py", tmp_path) == [
        ["tests/service/rules/usage"],
        ["tests/service/rules"],
        ["tests/service"],
    ]


@pytest.mark.parametrize(
    ("after", "counts"),
    [
        pytest.param("def f(a: int | None) -> bytes:\n    return a - 1", True, id="code"),
        pytest.param("def f(a: int & None) -> str:\n    return a + 1", False, id="annotations"),
        pytest.param("def f(a: int | None) -> bytes:\n    return a+1", False, id="blanks"),
        pytest.param("def f(a: int | None, + b) -> bytes:\n    return a", False, id="no Python"),
    ],
)
def test_only_what_can_do_something_else_is_a_mutant(after: str, counts: bool) -> None:
    """No test could notice an annotation, which nobody reads at run time."""
    before = "def f(a: int | None) -> bytes:\n    return a + 1"

    assert changes_something(before, after) is counts


def test_the_annotation_of_a_variable_changes_nothing() -> None:
    """Its value does."""
    assert not changes_something("a: int | None = 1", "a: int ** None = 1")
    assert changes_something("a: int | None = 1", "a: int | None = 2")


def test_the_report_shows_what_was_not_noticed_and_counts_by_folder() -> None:
    """The folders by their names, and all of them together."""
    usage, mac = PACKAGE / "service/rules/usage.py", PACKAGE / "crypto/mac.py"

    shown = report(
        [
            Verdict(usage, 20, "AddNot", noticed=True, diff="-if it:\n+if not it:"),
            Verdict(usage, 30, "NumberReplacer", noticed=False, diff="-1\n+2"),
            Verdict(mac, 5, "AddNot", noticed=True, diff="-if it:\n+if not it:"),
        ]
    )

    assert [line.split() for line in shown.splitlines()] == [
        ["pytest_kmsmock/service/rules/usage.py:30", "NumberReplacer"],
        ["-1"],
        ["+2"],
        [],
        ["crypto", "1", "of", "1", "100.0%"],
        ["service/rules", "1", "of", "2", "50.0%"],
        ["all", "2", "of", "3", "66.7%"],
    ]
