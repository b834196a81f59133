"""
The hook: botocore's events in, answers out.

Every botocore session that is made after this module was imported calls
`install`, and each of its clients carries the handler from then on. Without an
active mock the handler does nothing. Light: pytest's start imports it.
"""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import botocore

if TYPE_CHECKING:
    from ..backend import Backend

_EVENT: Final = "before-call.kms"
_UNIQUE_ID: Final = "pytest-kmsmock"
# On a class that `mock_kms` decorates: makes the mock for one of its tests.
CLASS_ATTRIBUTE: Final = "_pytest_kmsmock_make_mock"

# The backends of the active mocks, the innermost last. Threads of the application share them.
_active: list[Backend] = []
_exceptions_factory: Any = None
_make_cache_folder: Callable[[], Path | None] | None = None

# What is asked about a call outside any mock, by operation and URL; it may raise.
guard: Callable[[str, str], None] | None = None

# The settings of pytest's ini file, which `settings` reads.
ini_options: dict[str, Any] = {}


class Observed:
    """
    What happened during one test.

    Attributes:
        where: The test's node ID, or what else is going on.
        backends: Those that became active, and the one that was so before.
        misuses: Errors for the author of the test, raised in the application.
    """

    def __init__(self, where: str) -> None:
        self.where = where
        self.backends: list[Backend] = _active[-1:]
        self.misuses: list[Exception] = []


_observed: Observed | None = None


def observe(observed: Observed | None) -> Observed | None:
    """Note what happens in *observed* from now on; return where it was noted before."""
    global _observed
    before, _observed = _observed, observed
    return before


def cache_folder() -> Path | None:
    """Return where pytest lets this plugin keep what other runs can use, if it does."""
    return _make_cache_folder() if _make_cache_folder else None


def keep_in(
    make_cache_folder: Callable[[], Path | None] | None,
) -> Callable[[], Path | None] | None:
    """
    Let `cache_folder` be what *make_cache_folder* returns; it is called when needed.

    Returns:
        What was called before.
    """
    global _make_cache_folder
    before, _make_cache_folder = _make_cache_folder, make_cache_folder
    return before


def is_observing() -> bool:
    """Tell whether the plugin looks after the running test."""
    return _observed is not None


def active_backend() -> Backend | None:
    """Return what answers for the innermost active mock."""
    # In one step: another thread may end the mock.
    try:
        return _active[-1]
    except IndexError:
        return None


@functools.cache
def environment() -> ModuleType:
    """Return the module `environment`, of which runs without a botocore session have no need."""
    from . import environment

    return environment


def push(backend: Backend) -> None:
    """Make *backend* the one that answers."""
    register()
    around = environment()
    around.isolate()
    _active.append(backend)
    around.follow(backend.own_region)
    if _observed is not None:
        _observed.backends.append(backend)


def pop(backend: Backend) -> None:
    """Take *backend* away; the one around it answers again."""
    _active.remove(backend)
    around = environment()
    if _active:
        around.follow(_active[-1].own_region)
    else:
        around.follow(None)
        around.replacements.restore()


def where() -> str:
    """Return the test that is running, or what else is going on."""
    return "something" if _observed is None else _observed.where


def misuse(error: Exception) -> None:
    """Note *error*, which is about to pass through the application."""
    if _observed is not None:
        _observed.misuses.append(error)


def register() -> None:
    """Have botocore call `install` for each session, also after it was reloaded."""
    # Not by `contextlib.suppress`, which costs as much again: each mock comes by here.
    try:  # noqa: SIM105
        botocore.unregister_initializer(install)
    except ValueError:
        pass
    botocore.register_initializer(install)


def install(session: Any) -> None:
    """Give *session*, and each client that it makes, the handler."""
    around = environment()
    if _active:
        around.isolate()
    _share_exceptions(session)
    session.register(_EVENT, answer, unique_id=_UNIQUE_ID)
    store = session.get_component("config_store")
    provider = store.get_config_provider("region")
    if not isinstance(provider, around.RegionProvider):
        own = around.RegionProvider(provider, _region_of_mock)
        store.set_config_provider("region", own)


def attach(client: Any) -> None:
    """Give *client* the handler, if it was made before there was a hook."""
    client.meta.events.register(_EVENT, answer, unique_id=_UNIQUE_ID)


def attach_to_what_exists() -> None:
    """Give the handler to the sessions and clients that another plugin has made already."""
    if "botocore.session" not in sys.modules:
        return
    from botocore.client import BaseClient
    from botocore.session import Session

    for found in gc.get_objects():
        # By type: to ask an instance could wake up somebody's lazy proxy.
        if issubclass(type(found), Session):
            install(found)
        elif issubclass(type(found), BaseClient):
            attach(found)


def answer(
    model: Any, params: Any, request_signer: Any, context: Any, **_: Any
) -> tuple[Any, dict[str, Any]] | None:
    """Answer botocore's event ``before-call.kms.*``: the response instead of a request."""
    try:
        # The innermost; `active_backend`, but this is the path of every call.
        backend: Backend | None = _active[-1]
    except IndexError:
        backend = None
    if backend is None:
        if guard is not None:
            guard(model.name, params["url"])
        return None
    if backend.is_wired and backend.goes_over_the_wire(model.name):
        backend.decline(model.name, params, request_signer, context)
        return None
    return backend.answer(model.name, params["body"], context["client_region"], request_signer)


def replace(owner: Any, name: str, value: Any) -> None:
    """Let ``owner.name`` be *value* until no mock is active any more."""
    environment().replacements.replace((owner, name, value))


def _share_exceptions(session: Any) -> None:
    """
    Let *session* raise exceptions of the same classes as all others.

    botocore makes them once a session, so that what a key's handle raises
    would not be what the application's client catches.
    """
    global _exceptions_factory
    components = getattr(session, "_internal_components", None)
    if components is None:
        return
    if _exceptions_factory is None:
        _exceptions_factory = components.get_component("exceptions_factory")
    components.register_component("exceptions_factory", _exceptions_factory)


def _region_of_mock() -> str | None:
    backend = active_backend()
    return None if backend is None else backend.region


register()
attach_to_what_exists()
