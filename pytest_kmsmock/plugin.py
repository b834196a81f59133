"""
pytest's hooks and fixtures.

Every pytest run loads this module, so it imports no more than pytest, the
standard library and the top of botocore; what a mock needs, a fixture imports.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from . import hook
from .environment import configure_region
from .hook import CLASS_ATTRIBUTE

if TYPE_CHECKING:
    from .mock import KmsMock

_OBSERVED = pytest.StashKey[hook.Observed]()
_EXPECTING = frozenset({"raises", "assertRaises", "assertRaisesRegex", "RaisesGroup"})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(
        "kms_region",
        "Region of keys and clients that name none; also sets AWS_DEFAULT_REGION, "
        "where the environment has none, for clients that are made at import.",
        default=None,
    )
    parser.addini("kms_account", "Account of the mocked KMS, 12 digits.", default=None)
    parser.addini("kms_keys", "Alias names; each test starts with a key for each.", "args")
    parser.addini("kms_page_size", "The most entries that KMS's lists return at once.")
    parser.addini(
        "kms_transition_seconds", "How long KMS's transient states last, by the service's clock."
    )
    parser.addini(
        "kms_key_pool",
        "Keep RSA key pairs in pytest's cache folder, for other tests and runs.",
        "bool",
        default=True,
    )


# Before the root conftest is imported, which may make a client.
@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    region = early_config.getini("kms_region")
    if region:
        early_config.add_cleanup(configure_region(region))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "kms(region, account, keys, page_size, transition_seconds, key_pool): settings of the "
        "`kms` fixtures; the nearest marker wins.",
    )
    before = hook.ini_options
    hook.ini_options = _ini_options(config)
    cache = getattr(config, "cache", None)  # there is none under -p no:cacheprovider
    hook.keep_in(functools.partial(cache.mkdir, "kmsmock-key-pairs") if cache else None)

    def restore() -> None:
        hook.ini_options = before
        hook.keep_in(None)

    config.add_cleanup(restore)


@pytest.fixture
def kms(request: pytest.FixtureRequest) -> Iterator[KmsMock]:
    """AWS KMS in this process, for the length of one test."""
    with _mock_for(request) as mock:
        yield mock


@pytest.fixture(scope="class")
def kms_class(request: pytest.FixtureRequest) -> Iterator[KmsMock]:
    """AWS KMS in this process, for a class of tests; each `kms` starts as a copy of it."""
    with _mock_for(request) as mock:
        yield mock


@pytest.fixture(scope="module")
def kms_module(request: pytest.FixtureRequest) -> Iterator[KmsMock]:
    """AWS KMS in this process, for a module; each `kms` starts as a copy of it."""
    with _mock_for(request) as mock:
        yield mock


@pytest.fixture(scope="session")
def kms_session(request: pytest.FixtureRequest) -> Iterator[KmsMock]:
    """AWS KMS in this process, for the whole run; each `kms` starts as a copy of it."""
    with _mock_for(request) as mock:
        yield mock


# Around set-up, call, tear-down and their reports.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    observed = item.stash[_OBSERVED] = hook.Observed()
    before = hook.observe(observed)
    decorated = getattr(getattr(item, "cls", None), CLASS_ATTRIBUTE, None)
    try:
        with contextlib.nullcontext() if decorated is None else decorated():
            return (yield)
    finally:
        hook.observe(before)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    try:
        result = yield
    except BaseException:
        # The test fails anyway, and its report tells why.
        item.stash[_OBSERVED].misuses.clear()
        raise
    if not getattr(item, "_excinfo", None):  # how unittest's failures are kept
        _fail_if_swallowed(item)
    item.stash[_OBSERVED].misuses.clear()
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
    if report.failed and observed is not None and observed.mocks:
        from .report import timeline

        text = timeline(observed.mocks)
        if text:
            report.sections.append(("KMS calls", text))
    return report


def _mock_for(request: pytest.FixtureRequest) -> KmsMock:
    """Return a mock, not yet active, with the settings of *request*'s marker and ini file."""
    from .mock import KmsMock  # not at the top: see the module docstring
    from .settings import settings_from

    options: dict[str, Any] = {}
    # The nearest marker comes first, and wins.
    for marker in reversed(list(request.node.iter_markers("kms"))):
        if marker.args:
            pytest.fail(
                f"@pytest.mark.kms takes keywords only, as region='eu-west-1'; got {marker.args}",
                pytrace=False,
            )
        options.update(marker.kwargs)
    return KmsMock(settings_from(options), forks=True)


def _ini_options(config: pytest.Config) -> dict[str, Any]:
    options: dict[str, Any] = {
        name: value
        for name in ("region", "account", "keys", "page_size", "transition_seconds")
        if (value := config.getini(f"kms_{name}"))
    }
    if not config.getini("kms_key_pool"):
        options["key_pool"] = False
    for name in ("page_size", "transition_seconds"):
        if name in options:
            if not options[name].isdecimal():
                raise pytest.UsageError(f"kms_{name}={options[name]!r} is no whole number")
            options[name] = int(options[name])
    return options


def _fail_if_swallowed(item: pytest.Item) -> None:
    """Fail the test for a misuse that never reached it, since the application caught it."""
    observed = item.stash.get(_OBSERVED, None)
    if observed is None or not observed.misuses:
        return
    misuses, observed.misuses = observed.misuses, []
    for misuse in misuses:
        if not _was_expected(misuse, item):
            pytest.fail(
                "the application caught an error that was meant for the test:\n"
                f"{type(misuse).__name__}: {misuse}\n"
                "To accept it, let the test itself make the call, and catch it there "
                "or with pytest.raises.",
                pytrace=False,
            )


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
