"""
pytest's plugin: its hooks and fixtures, gathered from the modules of this package.

Every pytest run loads them, so they import no more than pytest, the standard
library and the top of botocore; what a mock needs, a fixture imports.

The package is loaded by Python itself: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import copy
import functools
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from .. import pairs, settings
from ..doors import sessions
from . import importing
from .explaining import pytest_assertrepr_compare
from .fixtures import kms, kms_class, kms_endpoint, kms_module, kms_session
from .guarding import watch_run
from .importing import pytest_collection, pytest_make_collect_report
from .marking import add_markers
from .options import (
    CREDENTIALS,
    ini_value,
    keep_paths_of_tests,
    options_of_ini,
    pytest_addoption,
    refuse_unknown_names,
)
from .protocol import pytest_fixture_setup, pytest_runtest_protocol, pytest_runtest_setup
from .running import OBSERVED
from .sections import (
    pytest_runtest_makereport,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
)
from .sweep import kms_failure, pytest_generate_tests, pytest_itemcollected
from .tracing import pytest_keyboard_interrupt
from .watch import pytest_runtest_call, pytest_runtest_teardown

__all__ = [
    "kms",
    "kms_class",
    "kms_endpoint",
    "kms_failure",
    "kms_module",
    "kms_session",
    "pytest_addoption",
    "pytest_assertrepr_compare",
    "pytest_collection",
    "pytest_configure",
    "pytest_fixture_setup",
    "pytest_generate_tests",
    "pytest_itemcollected",
    "pytest_keyboard_interrupt",
    "pytest_load_initial_conftests",
    "pytest_make_collect_report",
    "pytest_runtest_call",
    "pytest_runtest_makereport",
    "pytest_runtest_protocol",
    "pytest_runtest_setup",
    "pytest_runtest_teardown",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_testnodedown",
]


# Before the root conftest is imported, which may make a client.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, object, object]:
    if keep_paths_of_tests(args):
        # Where pytest looks for conftests depends on the paths.
        early_config.known_args_namespace = parser.parse_known_args(
            args, namespace=copy.copy(early_config.option)
        )
    _begin(early_config, early_config.known_args_namespace.kms_guard)
    try:
        return (yield)
    except Exception as error:
        importing.hint_at(getattr(error, "cause", error))
        raise


def pytest_configure(config: pytest.Config) -> None:
    add_markers(config)
    refuse_unknown_names(config)
    if OBSERVED not in config.stash:
        _begin(config, config.option.kms_guard)  # a conftest names the plugin
    ini_options = settings.use(options_of_ini(config))
    make_folder = pairs.keep_in(_cache_folder_of(config))

    def restore() -> None:
        settings.use(ini_options)
        pairs.keep_in(make_folder)

    config.add_cleanup(restore)
    file = config.option.kms_policy_file
    if file is not None:
        from .policy import PolicyOfRun  # not at the top: see the module docstring

        config.pluginmanager.register(PolicyOfRun(config, file), "kmsmock-policy")
    if config.option.kms_reports is not None or config.option.kms_report_fail_under is not None:
        from .report import begin  # not at the top: likewise

        begin(config)


def _begin(config: pytest.Config, guard: bool | None) -> None:
    """
    Set up what holds for a whole run, also while modules are imported.

    Args:
        guard: What the command line says of it.
    """
    region = ini_value(config, "kms_region")
    if region:
        config.add_cleanup(sessions.environment().configure_region(region))
    if ini_value(config, CREDENTIALS):
        from ..doors.profiles import stand_in  # not at the top: see the module docstring

        config.add_cleanup(sessions.environment().configure_credentials())
        sessions.carried.append(stand_in)
        config.add_cleanup(lambda: sessions.carried.remove(stand_in))
    watch_run(config, guard)
    config.add_cleanup(_close_what_waits)


def _close_what_waits() -> None:
    """Close what the next test would have used: the port of an endpoint, the pipe of children."""
    for name, close in (("endpoint.listeners", "end"), ("telling", "close")):
        module = sys.modules.get(f"{sessions.__package__}.{name}")
        if module is not None:
            getattr(module, close)()


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
