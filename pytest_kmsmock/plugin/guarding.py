"""Guarding of a run: what calls outside any mock meet, also while modules are imported."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .. import observed
from ..doors import addresses, sessions
from ..observed import Observed
from .options import ini_value
from .running import OBSERVED, running


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


def guard_of(config: pytest.Config) -> Callable[[str, str], None]:
    """Return what to ask about a call outside any mock."""
    allowed = config.getini("kms_guard_allow")

    def check(operation: str, url: str) -> None:
        from ..doors import guard  # not at the top: see the package's docstring

        takes_kms = "kms" in getattr(running(), "fixturenames", ())
        remedy = guard.TAKE_EARLIER if takes_kms else guard.TAKE_FIXTURE
        guard.check(operation, url, allowed, remedy)

    return check
