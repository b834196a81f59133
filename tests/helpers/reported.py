"""A run as its report has it: a vault that encrypts and decrypts, and a key that signs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import attrs

from pytest_kmsmock.reports.run.rows import CallRow, KeyRow, Recipe, RunRow, Step, TestRow
from pytest_kmsmock.reports.run.summary import Summary, summary_of

VAULT: Final = KeyRow(
    "alias/vault", True, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "123456789012", "us-east-1"
)
UNNAMED: Final = attrs.evolve(VAULT, name="key 1", is_named=False)
FAILURES: Final = {
    "Decrypt": ("DisabledException", "ThrottlingException", "connection-refused"),
    "Encrypt": ("DisabledException", "ThrottlingException"),
}


def call(operation: str, error: str | None = None, **others: Any) -> CallRow:
    """Return a call of the vault."""
    source, function = {"Encrypt": ("vault.py:9", "save")}.get(operation, ("vault.py:13", "load"))
    made = CallRow(
        phase="call",
        operation=operation,
        error=error,
        retried=(),
        keys=((VAULT, "Enabled"),),
        source=source,
        function=function,
        principal="arn:aws:iam::123456789012:root",
        region="us-east-1",
    )
    return attrs.evolve(made, **others)


def test_of(name: str, *calls: CallRow, **others: Any) -> TestRow:
    """Return a test that makes *calls*, which takes `kms`."""
    made = TestRow(
        f"tests/test_vault.py::{name}",
        "passed",
        tuple(Step(each, 1, 0) for each in calls),
        Recipe(name, None, ("kms",), is_async=False, is_marked=False),
    )
    return attrs.evolve(made, **others)


# It is no test, whatever pytest thinks of its name.
test_of.__test__ = False  # type: ignore[attr-defined]


def run_of(tests: Sequence[TestRow], **others: Any) -> RunRow:
    made = RunRow(("1",), tuple(tests), len(tests), (), FAILURES)
    return attrs.evolve(made, **others)


def vault_tests() -> list[TestRow]:
    disabled = call("Decrypt", "DisabledException", keys=((VAULT, "Disabled"),))
    return [
        test_of("test_reads", call("Encrypt"), call("Decrypt")),
        test_of("test_disabled", call("Encrypt"), disabled),
        test_of("test_throttled", call("Decrypt", retried=("ThrottlingException",) * 2)),
        test_of("test_unnamed", call("Encrypt", keys=((UNNAMED, "Enabled"),))),
    ]


def summary() -> Summary:
    """Return that of a run of four tests with calls and one without."""
    return summary_of(run_of(vault_tests(), count=5))
