"""Opening and closing a mock: what changes around clients while it is active."""

from __future__ import annotations

from .. import active, observed, sources
from ..backend import Backend
from ..crypto import cache
from . import environment, sessions, telling


def open_(backend: Backend) -> None:
    """Make *backend* the one that answers. Whatever interrupts it, `close` takes back."""
    sessions.register()
    environment.isolate()
    telling.watch()
    # Above a fixture there are pytest's frames alone.
    backend.entered_at = None if active.is_held() else sources.line_of_author()
    backend.is_active = True
    active.push(backend)
    environment.follow(backend.settings["region"])
    observed.started(backend)
    if backend.settings["bridge"]:
        from .bridge import switch  # not at the top: few tests have one

        switch.on()
    if backend.settings["leak_check"]:
        observed.watch_for_leaks()
    if backend.settings["children"] == "share":
        from . import sharing  # not at the top: few tests need it

        backend.sharing = sharing.Sharing(backend)


def close(backend: Backend) -> None:
    """Take *backend* away, if it is there; the one around it answers again."""
    backend.is_active = False
    if backend.sharing is not None:
        backend.sharing.end()
        backend.sharing = None
    active.remove(backend)
    # Key material is not to outlive its mock; those around it make anew what they need.
    cache.forget()
    rest: list[Backend] = active.inwards()
    environment.follow(rest[0].settings["region"] if rest else None)
    if not rest:
        environment.replacements.restore()
