"""Watching a test: what the application swallowed, what was scheduled and never happened."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Generator, Iterable
from typing import Any

import pytest

from .. import active, observed, settings
from ..checks import misuse
from ..doors import addresses, sessions
from ..frames import forget
from ..observed import CLASS_ATTRIBUTE, Observed
from ..settings import Marked
from . import marking, sweep, tracing
from .earlier import Earlier
from .options import ini_value

OBSERVED = pytest.StashKey[Observed]()
_EARLIER = pytest.StashKey[Earlier]()
_MARKED = pytest.StashKey[Marked]()
_STRAYS = "kmsmock_strays"
_SOFTLY = "KMS calls that policies would have refused"
_SHADOW = "KMS shadow"
_NO_REGION = (
    "A client that is made while a module is imported needs a Region before any mock is active.\n"
    "Write in the ini file, for example: kms_region = us-east-1"
)
# What a function names that means to catch an error of the plugin's.
_EXPECTING = frozenset(
    (
        *("raises", "assertRaises", "assertRaisesRegex", "RaisesGroup"),
        *("KmsMockError", "KmsGuardError", "NotMockedError"),
    )
)
# The test that runs, and the mock of its decorated class, if it has one.
_running: pytest.Item | None = None
_mock_of_class: Any = None


def running() -> pytest.Item | None:
    """Return the test that runs, None if something runs it without pytest's protocol."""
    return _running


def mock_of_class() -> Any:
    """Return the mock of the running test that its decorated class has made, if there is one."""
    return _mock_of_class


def is_of(asking: Any, holder: Any) -> bool:
    """
    Tell whether fixture *holder* is in the closure of *asking*, a test or a request.

    Those that a test has asked for by `getfixturevalue` are, from then on.
    """
    request = getattr(asking, "_request", asking)
    return holder in getattr(request, "_fixture_defs", {}).values()


def _is_of_running_test(holder: Any) -> bool:
    return holder is _running or (_running is not None and is_of(_running, holder))


def watch_run(config: pytest.Config, wanted: bool | None) -> None:
    """
    Watch over a whole run, also while modules are imported.

    Args:
        wanted: What the command line says of the guard.
    """
    guards = ini_value(config, "kms_guard") if wanted is None else wanted
    before = sessions.guard  # of a run that this one is within
    sessions.guard = guard_of(config) if guards else None
    config.add_cleanup(lambda: setattr(sessions, "guard", before))
    if guards:
        config.add_cleanup(addresses.close_off())
    strays = sessions.guard_of_strays
    sessions.guard_of_strays = guard_of(config)
    config.add_cleanup(lambda: setattr(sessions, "guard_of_strays", strays))
    config.stash[OBSERVED] = own = Observed("the root conftest")
    outer = observed.observe(own)

    def restore() -> None:
        observed.observe(outer)

    config.add_cleanup(restore)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    seen = session.config.stash.get(OBSERVED, None)
    if seen is not None and seen.misuses:
        raise pytest.UsageError(_swallowed(seen.misuses))


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
        report.longrepr = _swallowed(seen.misuses)
    if report.failed:
        said = str(report.longrepr)
        hints = [_NO_REGION] if "NoRegionError" in said else marking.meant_by(said)
        report.sections += [("KMS", hint) for hint in hints]
    for node in report.result if report.passed else ():
        refusal = marking.lookalike(node) if isinstance(node, pytest.Item) else None
        if refusal is not None:
            report.outcome, report.longrepr = "failed", refusal
    return report


# Around set-up, call, tear-down and their reports.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    global _running, _mock_of_class
    seen = item.stash[OBSERVED] = Observed(item.nodeid)
    before, guard = observed.observe(seen), sessions.guard
    # There are others around in the tests of plugins.
    around, _running = _running, item
    around_class, is_of_test = _mock_of_class, active.is_of_test
    active.is_of_test = _is_of_running_test
    marked = item.stash[_MARKED] = marking.marked_by(item)
    marked_before = settings.mark(marked)
    wanted = marking.guard_of_marker(item)
    if wanted is not None:
        sessions.guard = guard_of(item.config) if wanted else None
    decorated = getattr(getattr(item, "cls", None), CLASS_ATTRIBUTE, None)
    if any(backend.settings["leak_check"] for backend in seen.backends):
        _begin_leak_check(seen)  # a wider mock asks for it
    observed.release_waiting()
    threads = {threading.current_thread(), *threading.enumerate()}
    try:
        with (
            contextlib.nullcontext() if wanted is not False else addresses.let_through(),
            contextlib.nullcontext() if decorated is None else _entered(decorated, item) as mock,
        ):
            _mock_of_class = mock
            if mock is not None:
                marked.reserve()
            return (yield)
    except BaseException as error:
        # An error of pytest's or of a plugin's own, or an interruption.
        forget(error)
        raise
    finally:
        _running, _mock_of_class, active.is_of_test = around, around_class, is_of_test
        settings.mark(marked_before)
        observed.observe(before)
        sessions.guard = guard
        if seen.leak_check is not None:
            seen.leak_check.end()
        if seen.backends:
            item.config.stash.setdefault(_EARLIER, Earlier()).note(seen.backends, item.nodeid)
            observed.outlive({*threading.enumerate()} - threads, item.nodeid)
        # Its mocks hold all of the test's keys and plaintexts; pytest keeps the item.
        del item.stash[OBSERVED], item.stash[_MARKED]


@contextlib.contextmanager
def _entered(make_mock: Callable[[], Any], item: pytest.Item) -> Generator[Any]:
    """Have a mock for the length of *item*, whatever thread runs it."""
    mock = make_mock()
    with contextlib.ExitStack() as stack:
        with active.held_by(item):
            stack.enter_context(mock)
        yield mock


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> Generator[None, Any, Any]:
    with active.held_by(fixturedef), marking.for_fixture(fixturedef, request):
        return (yield)


# Before fixtures are set up. Not once in the protocol: what repeats a test repeats its phases.
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    marking.check_markers(item)
    sweep.check_sweep(item)
    if _MARKED in item.stash:
        item.stash[_MARKED].restart()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    seen = item.stash.get(OBSERVED, None)
    if seen is None:  # run without the protocol
        return (yield)
    if seen.leak_check is not None:
        seen.leak_check.follow_captures()
    try:
        result = yield
    except BaseException:
        # The test fails anyway, and its report tells why.
        _excuse(seen)
        raise
    if not getattr(item, "_excinfo", None):  # how unittest's failures are kept
        _fail_if_swallowed(item)
        _fail_if_unused(seen)
        if seen.leak_check is not None:
            seen.leak_check.fail_if_leaking()
        marking.check_effect(item, item.stash[_MARKED])
    _excuse(seen)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    result = yield
    _fail_if_swallowed(item)
    seen = item.stash.get(OBSERVED, None)
    if seen is not None and seen.leak_check is not None:
        seen.leak_check.fail_if_leaking()
    return result


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
        earlier = item.config.stash.get(_EARLIER, None)
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


def _begin_leak_check(seen: Observed) -> None:
    """Look for secrets in what the running test prints from now on."""
    if seen.leak_check is None and _running is not None:
        from .leak_check import LeakCheck  # not at the top: see the package's docstring

        seen.leak_check = LeakCheck(_running, seen)


observed.begin_leak_check = _begin_leak_check


def guard_of(config: pytest.Config) -> Callable[[str, str], None]:
    """Return what to ask about a call outside any mock."""
    allowed = config.getini("kms_guard_allow")

    def check(operation: str, url: str) -> None:
        from ..doors import guard  # not at the top: see the package's docstring

        takes_kms = _running is not None and "kms" in getattr(_running, "fixturenames", ())
        remedy = guard.TAKE_EARLIER if takes_kms else guard.TAKE_FIXTURE
        guard.check(operation, url, allowed, remedy)

    return check


def _fail_if_swallowed(item: pytest.Item) -> None:
    """Fail the test for a misuse that never reached it, since the application caught it."""
    seen = item.stash.get(OBSERVED, None)
    if seen is None or not (seen.misuses or observed.of_children):
        return
    misuses, seen.misuses = seen.misuses, []
    swallowed = [misuse for misuse in misuses if not _was_expected(misuse)]
    swallowed += _refused_in_children(item.nodeid)
    if swallowed:
        pytest.fail(_swallowed(swallowed), pytrace=False)


def _refused_in_children(test: str) -> list[Exception]:
    """Return what forked processes of *test* were refused, and the test does not know of."""
    refused = []
    for of, text, error in [] if observed.of_children is None else observed.of_children():
        if error is not None and error.__traceback__ is not None and _was_expected(error):
            continue
        if of == test:
            refused.append(error or misuse(text))
        else:
            observed.strays.append(text)
    return refused


def _swallowed(misuses: Iterable[Exception]) -> str:
    told = "\n".join(f"{type(misuse).__name__}: {misuse}" for misuse in misuses)
    return (
        f"the application caught an error that was meant for the test:\n{told}\n"
        "To accept it, let the test itself make the call, with pytest.raises or "
        "`except KmsMockError`."
    )


def _fail_if_unused(seen: Observed) -> None:
    """Fail the test for a fault that was scheduled and never happened."""
    reasons = [
        fault.why_unused([row.operation for row in backend.record.rows])
        for backend in seen.backends
        for fault in backend.faults.unused()
    ]
    _excuse(seen)
    if reasons:
        pytest.fail("\n".join(reasons), pytrace=False)


def _excuse(seen: Observed) -> None:
    """Let no other test answer for what was swallowed or unused in this one."""
    seen.misuses.clear()
    if observed.of_children is not None:
        observed.of_children()
    for backend in seen.backends:
        backend.faults.excuse()


def _was_expected(error: Exception) -> bool:
    """
    Tell whether the test, not the application, caught *error*.

    The outermost frame of its traceback is the one that caught it. It did so
    knowingly if its function says `raises`, or names the plugin's errors.
    """
    if error.__traceback__ is None:  # cleared by unittest's assertRaises
        return True
    caught_by = error.__traceback__.tb_frame.f_code
    names = {caught_by.co_name, *caught_by.co_names, *caught_by.co_freevars}
    return not _EXPECTING.isdisjoint(names)
