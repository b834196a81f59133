"""Sections of reports: what they say of KMS, of a test and at the end of the run."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from .. import observed
from . import tracing
from .protocol import EARLIER
from .running import OBSERVED

_STRAYS = "kmsmock_strays"
_SOFTLY = "KMS calls that policies would have refused"
_SHADOW = "KMS shadow"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    seen = item.stash.get(OBSERVED, None)
    errors = tracing.errors_to_report(item, call)
    if errors:
        with tracing.for_report(errors, is_mocked=seen is not None and bool(seen.backends)):
            report = yield
    else:
        report = yield
    if report.failed and report.when == "setup" and seen is not None:
        # The report tells why; at tear-down it would be told as swallowed.
        seen.misuses.clear()
    if report.failed and seen is not None and seen.backends:
        from ..reports.timeline import timeline

        error = call.excinfo.value if call.excinfo else None
        earlier = item.config.stash.get(EARLIER, None)
        text = timeline(
            seen.backends,
            verbose=item.config.get_verbosity() > 0,
            told=getattr(error, "kmsmock_told", ()),
            maker=earlier.test_of if earlier is not None else lambda arn: None,
        )
        if text:
            report.sections.append(("KMS calls", text))
    elif seen is not None and any(backend.enforces == "soft" for backend in seen.backends):
        from ..reports.soft import would_be_refused

        report.sections += [(_SOFTLY, line) for line in would_be_refused(seen.backends)]
    if seen is not None:
        for backend in seen.backends:
            report.sections += [(_SHADOW, note) for note in backend.notes]
            backend.notes.clear()
    if seen is not None and seen.leak_check is not None:
        seen.leak_check.mask(report)
    if seen is not None and seen.backends and report.user_properties:
        from ..comparing import plain  # not at the top: see the package's docstring

        # xdist sends no subclass of a text or a list.
        report.user_properties = plain(report.user_properties)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let the run fail for what threads did that outlived their tests."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_STRAYS] = observed.strays.copy()
    if observed.strays and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


# xdist's: a worker is done.
@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    observed.strays.extend(getattr(node, "workeroutput", {}).get(_STRAYS, ()))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for wanted in (_SOFTLY, _SHADOW):
        lines = [
            f"{report.nodeid}: {text}"
            for reports in terminalreporter.stats.values()
            for report in reports
            for title, text in getattr(report, "sections", ())
            if title == wanted
        ]
        if lines:
            terminalreporter.section(wanted)
            for line in sorted(lines):
                terminalreporter.line(line)
    if observed.strays:
        terminalreporter.section("KMS calls of threads that outlived their tests", red=True)
        for stray in observed.strays:
            terminalreporter.line(stray)
