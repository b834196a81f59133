"""Importing of modules by pytest: what goes wrong with KMS before any test runs."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from .. import observed
from ..observed import Observed
from . import marking, tracing
from .running import OBSERVED
from .watch import swallowed

_NO_REGION = (
    "A client that is made while a module is imported needs a Region before any mock is active.\n"
    "Write in the ini file, for example: kms_region = us-east-1"
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    seen = session.config.stash.get(OBSERVED, None)
    if seen is not None and seen.misuses:
        raise pytest.UsageError(swallowed(seen.misuses))


def hint_at(error: BaseException) -> None:
    """Add to *error*, with which a conftest could not be imported, what would help."""
    if type(error).__name__ == "NoRegionError":
        error.add_note(_NO_REGION)


# A guarded call at the import of a module, which the module has caught.
@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    seen = Observed(f"the import of {collector.nodeid or 'the tests'}")
    before = observed.observe(seen)
    try:
        with tracing.without_secrets(collector):
            report = yield
    finally:
        observed.observe(before)
    if seen.misuses and report.passed:
        report.outcome = "failed"
        report.longrepr = swallowed(seen.misuses)
    if report.failed:
        said = str(report.longrepr)
        hints = [_NO_REGION] if "NoRegionError" in said else marking.meant_by(said)
        report.sections += [("KMS", hint) for hint in hints]
    for node in report.result if report.passed else ():
        refusal = marking.lookalike(node) if isinstance(node, pytest.Item) else None
        if refusal is not None:
            report.outcome, report.longrepr = "failed", refusal
    return report
