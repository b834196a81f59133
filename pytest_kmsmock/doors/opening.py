"""Opening and closing a mock: what changes around clients while it is active."""

from __future__ import annotations

from .. import active, observed
from ..backend import Backend
from . import environment, sessions


def open_(backend: Backend) -> None:
    """Make *backend* the one that answers."""
    sessions.register()
    environment.isolate()
    active.push(backend)
    backend.is_active = True
    environment.follow(backend.settings["region"])
    observed.started(backend)


def close(backend: Backend) -> None:
    """Take *backend* away; the one around it answers again."""
    backend.is_active = False
    active.remove(backend)
    outer: Backend | None = active.innermost()
    if outer is not None:
        environment.follow(outer.settings["region"])
    else:
        environment.follow(None)
        environment.replacements.restore()
