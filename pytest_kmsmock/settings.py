"""
Settings: the options as one mock has them, all of them there and checked.

What the author writes of the mock comes first, then the markers of the running test, then
the ini file of the run, then the defaults.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, cast

from . import observed
from .checks import DEFAULT_REGION, check_known, misuse
from .options import OPTIONS, Options

Settings = Options
"""Not to be changed, and complete."""

DEFAULTS: Settings = cast(
    "Settings", MappingProxyType({name: option.default for name, option in OPTIONS.items()})
)
# What the ini file of the run says; and, once somebody has asked, the settings that it makes.
_ini_options: Mapping[str, Any] = {}
_of_run: Settings | None = DEFAULTS


class Marked:
    """
    What markers say of the mocks that are made while they hold.

    Args:
        read: Returns the options that they have. When it is asked for, since a test
            can be marked while it runs.
        name: Returns what the mocks are called after.

    Attributes:
        is_used: A mock was made with them.
    """

    def __init__(
        self, read: Callable[[], Mapping[str, Any]], name: Callable[[], str] = observed.where
    ) -> None:
        self.read = read
        self.name = name
        self.is_used = False
        self._reserved = 0
        self._numbers = itertools.count()

    def next_name(self) -> str:
        """Return the name of the next mock, which no other has that is made while this holds."""
        return f"{self.name()} {next(self._numbers)}"

    def reserve(self) -> None:
        """Let the names so far be those of mocks that outlast what `restart` begins."""
        self._reserved = next(self._numbers)
        self.restart()

    def restart(self) -> None:
        """Begin with the names anew, as a test is run again."""
        self._numbers = itertools.count(self._reserved)


_marked: Marked | None = None
# Where no markers hold, by what is going on.
_unmarked: dict[str, Marked] = {}


def use(ini_options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Let *ini_options* be what all settings start from; return what was so before."""
    global _ini_options, _of_run
    before, _ini_options, _of_run = _ini_options, ini_options, None
    return before


def mark(marked: Marked | None) -> Marked | None:
    """Let *marked* hold from now on, None is no marker; return what held before."""
    global _marked
    before, _marked = _marked, marked
    return before


def settings_from(options: Mapping[str, Any]) -> Settings:
    """
    Return the settings that *options* ask for, and what holds here where they are silent.

    Raises:
        KmsMockError: There is no such option, or its value makes no sense.
    """
    __tracebackhide__ = True
    global _of_run
    if _of_run is None:
        _of_run = _changed(DEFAULTS, _ini_options, "kms_region")
    marked = {} if _marked is None else _marked.read()
    return _changed(_of_run, {**marked, **options}) if marked or options else _of_run


def settings_of_new_mock(options: Mapping[str, Any]) -> Settings:
    """Return the same, for a mock that becomes active here."""
    if _marked is not None:
        _marked.is_used = True
    return settings_from(options)


def name_of_new_mock() -> str:
    """Return what a mock is called that becomes active here: after the test, and by a number."""
    marked = _marked
    if marked is None:
        marked = _unmarked.setdefault(observed.where(), Marked(dict))
    return marked.next_name()


def checked(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return *options* as a mock has them, or raise `KmsMockError`."""
    __tracebackhide__ = True
    found: dict[str, Any] = {}
    for name, value in options.items():
        if name not in OPTIONS:
            from .service.misuse import suggestion  # not at the top: see `misuse`

            raise misuse(
                f"pytest-kmsmock has no option {name!r}.{suggestion(name, OPTIONS)} "
                f"It has {', '.join(OPTIONS)}."
            )
        found[name] = OPTIONS[name].check(name, value)
    return found


def _changed(settings: Settings, options: Mapping[str, Any], region: str = "region") -> Settings:
    """
    Return *settings* with *options*, which are checked.

    Args:
        region: What the option of that name is called where they come from.
    """
    __tracebackhide__ = True
    changed = {**settings, **checked(options)}
    # By itself a Region is right or wrong only with the other option.
    if changed["region"] is not None and not changed["unknown_regions"]:
        check_known(region, changed["region"])
    return cast("Settings", MappingProxyType(changed))


def configured_region() -> str:
    """Return the Region that botocore's clients get without being told."""
    configured = os.environ.get("AWS_DEFAULT_REGION")
    if configured:
        return configured
    # Reading the configuration takes a session, so only where there is one to read.
    paths = (
        os.environ.get("AWS_CONFIG_FILE", "~/.aws/config"),
        os.environ.get("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    )
    if any(os.path.exists(os.path.expanduser(path)) for path in paths):
        import botocore.session

        region: str | None = botocore.session.Session().get_scoped_config().get("region")
        if region:
            return region
    return DEFAULT_REGION
