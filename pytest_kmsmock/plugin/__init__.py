"""
pytest's hooks and fixtures.

Every pytest run loads this module, so it imports no more than pytest, the
standard library and the top of botocore; what a mock needs, a fixture imports.

The package is loaded by Python itself: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import pytest

from ..doors import hook
from ..doors.hook import CLASS_ATTRIBUTE

if TYPE_CHECKING:
    from ..mock import KmsMock
    from .sweep import Failure

# Those of `Settings` that the ini file can give: name, help, type, default.
_INI_OPTIONS: Final[tuple[tuple[str, str, Literal["string", "args", "bool"], Any], ...]] = (
    (
        "region",
        "Region of keys and clients that name none; also sets AWS_DEFAULT_REGION, where the "
        "environment has none, for clients that are made at import.",
        "string",
        None,
    ),
    ("account", "Account of the mocked KMS, 12 digits.", "string", None),
    ("keys", "Alias names; each test starts with a key for each.", "args", []),
    ("page_size", "The most entries that KMS's lists return at once.", "string", None),
    (
        "transition_seconds",
        "How long KMS's transient states last, by the service's clock.",
        "string",
        None,
    ),
    ("auto_create", "A key that a request names and that is missing is created.", "bool", False),
    ("transport", "direct or wire: whether botocore makes requests of calls.", "string", None),
    (
        "key_pool",
        "Key pairs are for other tests too, and pytest's cache folder keeps those of RSA.",
        "bool",
        True,
    ),
)
_NUMBERS: Final = ("page_size", "transition_seconds")
_OBSERVED = pytest.StashKey[hook.Observed]()
_EXPECTING = frozenset({"raises", "assertRaises", "assertRaisesRegex", "RaisesGroup"})
# The test that runs; `kms` reads its markers.
_running: pytest.Item | None = None


def pytest_addoption(parser: pytest.Parser) -> None:
    for name, text, kind, default in _INI_OPTIONS:
        parser.addini(f"kms_{name}", text, kind, default=default)
    parser.addini("kms_guard", "A call of KMS outside any mock fails.", "bool", default=False)
    parser.addini("kms_guard_allow", "Endpoints that the guard lets through.", "args", default=[])
    group = parser.getgroup("kmsmock", "pytest-kmsmock")
    group.addoption(
        "--kms-guard",
        action="store_true",
        default=None,
        dest="kms_guard",
        help="A call of KMS outside any mock fails instead of reaching AWS.",
    )
    group.addoption(
        "--no-kms-guard",
        action="store_false",
        dest="kms_guard",
        help="Calls of KMS outside mocks go their way, whatever the ini file says.",
    )


# Before the root conftest is imported, which may make a client.
@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    _begin(early_config, early_config.known_args_namespace.kms_guard)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "kms(region, account, keys, page_size, transition_seconds, auto_create, transport, guard, "
        "key_pool): settings of the `kms` fixtures; the nearest marker wins.",
    )
    config.addinivalue_line(
        "markers",
        "kms_failures(*operations, only, exclude): run the test once for each way in which one "
        "of the operations can fail.",
    )
    if _OBSERVED not in config.stash:
        _begin(config, config.option.kms_guard)  # a conftest names the plugin
    ini_options = hook.ini_options
    hook.ini_options = _ini_options(config)
    make_cache_folder = hook.keep_in(_cache_folder_of(config))

    def restore() -> None:
        hook.ini_options = ini_options
        hook.keep_in(make_cache_folder)

    config.add_cleanup(restore)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    observed = session.config.stash.get(_OBSERVED, None)
    if observed is not None and observed.misuses:
        raise pytest.UsageError(_swallowed(observed.misuses))


# A guarded call at the import of a module, which the module has caught.
@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    observed = hook.Observed(f"the import of {collector.nodeid or 'the tests'}")
    before = hook.observe(observed)
    try:
        report = yield
    finally:
        hook.observe(before)
    if observed.misuses and report.passed:
        report.outcome = "failed"
        report.longrepr = _swallowed(observed.misuses)
    return report


def pytest_itemcollected(item: pytest.Item) -> None:
    names = getattr(item, "fixturenames", None)
    # pytest forgets what `pytest_generate_tests` has added. Last, so that what other
    # fixtures arrange goes well.
    if names is None or "kms_failure" in names:
        return
    if item.get_closest_marker("kms_failures"):
        names.append("kms_failure")


# Without `request`, which costs as much as the mock itself.
@pytest.fixture
def kms() -> Iterator[KmsMock]:
    """AWS KMS in this process, for the length of one test."""
    if _running is None:
        pytest.fail(
            "kms found no running test: something runs tests here without calling the hook "
            "pytest_runtest_protocol. Write `with mock_kms() as kms:` in the test instead.",
            pytrace=False,
        )
    with _mock_for(_running) as mock:
        yield mock


@pytest.fixture
def kms_failure(request: pytest.FixtureRequest, kms: KmsMock) -> Failure:
    """The way in which this run of a test marked `kms_failures` fails."""
    failure: Failure | None = getattr(request, "param", None)
    if failure is None:
        pytest.fail("kms_failure is for tests with @pytest.mark.kms_failures(…)", pytrace=False)
    failure.schedule(kms)
    return failure


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    markers = list(metafunc.definition.iter_markers("kms_failures"))
    if markers:
        from .sweep import failures_of  # not at the top: see the module docstring

        failures = [
            each for marker in markers for each in failures_of(*marker.args, **marker.kwargs)
        ]
        if "kms_failure" not in metafunc.fixturenames:
            metafunc.fixturenames.append("kms_failure")
        metafunc.parametrize("kms_failure", failures, ids=str, indirect=True)


@pytest.fixture(scope="class")
def kms_class(request: pytest.FixtureRequest) -> Iterator[KmsMock]:
    """AWS KMS in this process, for a class of tests; each `kms` starts as a copy of it."""
    with _mock_for(request.node) as mock:
        yield mock


@pytest.fixture(scope="module")
def kms_module(request: pytest.FixtureRequest) -> Iterator[KmsMock]:
    """AWS KMS in this process, for a module; each `kms` starts as a copy of it."""
    with _mock_for(request.node) as mock:
        yield mock


@pytest.fixture(scope="session")
def kms_session(request: pytest.FixtureRequest) -> Iterator[KmsMock]:
    """AWS KMS in this process, for the whole run; each `kms` starts as a copy of it."""
    with _mock_for(request.node) as mock:
        yield mock


# Around set-up, call, tear-down and their reports.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    global _running
    observed = item.stash[_OBSERVED] = hook.Observed(item.nodeid)
    before, guard = hook.observe(observed), hook.guard
    around, _running = _running, item  # there is one around in the tests of plugins
    wanted = _guard_of_marker(item)
    if wanted is not None:
        hook.guard = _guard(item.config) if wanted else None
    decorated = getattr(getattr(item, "cls", None), CLASS_ATTRIBUTE, None)
    try:
        with contextlib.nullcontext() if decorated is None else decorated():
            return (yield)
    finally:
        _running = around
        hook.observe(before)
        hook.guard = guard


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("kms_failures") and not hasattr(item, "callspec"):
        pytest.fail(
            "kms_failures runs a test several times, which pytest cannot do with a method of "
            "unittest.TestCase; write a test function, or a class that is no TestCase.",
            pytrace=False,
        )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    observed = item.stash.get(_OBSERVED, None)
    if observed is None:  # run without the protocol
        return (yield)
    try:
        result = yield
    except BaseException:
        # The test fails anyway, and its report tells why.
        _excuse(observed)
        raise
    if not getattr(item, "_excinfo", None):  # how unittest's failures are kept
        _fail_if_swallowed(item)
        _fail_if_unused(observed)
    _excuse(observed)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    result = yield
    _fail_if_swallowed(item)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    observed = item.stash.get(_OBSERVED, None)
    if report.failed and observed is not None and observed.backends:
        from ..reports.timeline import timeline

        text = timeline(observed.backends)
        if text:
            report.sections.append(("KMS calls", text))
    return report


def _begin(config: pytest.Config, option: bool | None) -> None:
    """
    Set up what holds for a whole run, also while modules are imported.

    Args:
        option: What the command line says of the guard.
    """
    region = config.getini("kms_region")
    if region:
        config.add_cleanup(hook.environment().configure_region(region))
    wanted = config.getini("kms_guard") if option is None else option
    before = hook.guard  # of a run that this one is within
    hook.guard = _guard(config) if wanted else None
    config.add_cleanup(lambda: setattr(hook, "guard", before))
    observed = config.stash[_OBSERVED] = hook.Observed("the root conftest")
    outer = hook.observe(observed)

    def restore() -> None:
        hook.observe(outer)

    config.add_cleanup(restore)


def _cache_folder_of(config: pytest.Config) -> Callable[[], Path | None]:
    """Return what makes the folder for key pairs, or None where pytest can keep nothing."""

    # pytest looks at the folder each time, and a key is to cost microseconds.
    @functools.cache
    def make_folder() -> Path | None:
        cache = getattr(config, "cache", None)  # there is none under -p no:cacheprovider
        if cache is None:
            return None
        try:
            folder: Path = cache.mkdir("kmsmock-key-pairs")
        except OSError:  # read-only, say: pairs live in memory then
            return None
        return folder

    return make_folder


def _mock_for(node: Any) -> KmsMock:
    """Return a mock, not yet active, with the settings of *node*'s marker and the ini file."""
    # Not at the top: see the module docstring. By their full names: each test comes by
    # here, and Python looks up anew what a relative name is relative to.
    from pytest_kmsmock.mock import KmsMock
    from pytest_kmsmock.settings import settings_from

    options = _marker_options(node)
    return KmsMock(settings_from(options), forks=True)


def _marker_options(node: Any) -> dict[str, Any]:
    options: dict[str, Any] = {}
    # The nearest marker comes first, and wins.
    for marker in reversed(list(node.iter_markers("kms"))):
        if marker.args:
            pytest.fail(
                f"@pytest.mark.kms takes keywords only, as region='eu-west-1'; got {marker.args}",
                pytrace=False,
            )
        options.update(marker.kwargs)
    return options


def _guard_of_marker(item: pytest.Item) -> bool | None:
    """Return what the nearest marker that speaks of the guard says; None if there is none."""
    for marker in item.iter_markers("kms"):
        if "guard" in marker.kwargs:
            return bool(marker.kwargs["guard"])
    return None


def _guard(config: pytest.Config) -> Callable[[str, str], None]:
    """Return what to ask about a call outside any mock."""
    allowed = config.getini("kms_guard_allow")

    def check(operation: str, url: str) -> None:
        from ..doors.guard import check  # not at the top: see the module docstring

        check(operation, url, allowed)

    return check


def _ini_options(config: pytest.Config) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for name, _, _, default in _INI_OPTIONS:
        value = config.getini(f"kms_{name}")
        if value in (default, ""):
            continue
        if name in _NUMBERS:
            if not value.isdecimal():
                raise pytest.UsageError(f"kms_{name}={value!r} is no whole number")
            value = int(value)
        options[name] = value
    return options


def _fail_if_swallowed(item: pytest.Item) -> None:
    """Fail the test for a misuse that never reached it, since the application caught it."""
    observed = item.stash.get(_OBSERVED, None)
    if observed is None or not observed.misuses:
        return
    misuses, observed.misuses = observed.misuses, []
    swallowed = [misuse for misuse in misuses if not _was_expected(misuse, item)]
    if swallowed:
        pytest.fail(_swallowed(swallowed), pytrace=False)


def _swallowed(misuses: Iterable[Exception]) -> str:
    told = "\n".join(f"{type(misuse).__name__}: {misuse}" for misuse in misuses)
    return (
        f"the application caught an error that was meant for the test:\n{told}\n"
        "To accept it, let the test itself make the call, and catch it there "
        "or with pytest.raises."
    )


def _fail_if_unused(observed: hook.Observed) -> None:
    """Fail the test for a fault that was scheduled and never happened."""
    reasons = [
        fault.why_unused(backend.calls.operations)
        for backend in observed.backends
        for fault in backend.faults.unused()
    ]
    _excuse(observed)
    if reasons:
        pytest.fail("\n".join(reasons), pytrace=False)


def _excuse(observed: hook.Observed) -> None:
    """Let no other test answer for what was swallowed or unused in this one."""
    observed.misuses.clear()
    for backend in observed.backends:
        backend.faults.excuse()


def _was_expected(error: Exception, item: pytest.Item) -> bool:
    """
    Tell whether the test, not the application, caught *error*.

    The outermost frame of its traceback is the one that caught it. It is the
    test if it is the test function, or one that says `raises`.
    """
    if error.__traceback__ is None:  # cleared by unittest's assertRaises
        return True
    caught_by = error.__traceback__.tb_frame.f_code
    if not _EXPECTING.isdisjoint({caught_by.co_name, *caught_by.co_names}):
        return True
    function = getattr(item, "function", None)
    return function is not None and caught_by is getattr(inspect.unwrap(function), "__code__", None)
