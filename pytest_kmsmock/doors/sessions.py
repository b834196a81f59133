"""
Sessions and clients: how each comes to carry the hook.

Every botocore session that is made after this module was imported calls
`install`, and each of its clients carries the handler from then on. Without an
active mock the handler does nothing. Light: pytest's start imports it.
"""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

import botocore

from .. import active, observed
from . import addresses

_EVENT: Final = "before-call.kms"
_UNIQUE_ID: Final = "pytest-kmsmock"

_exceptions_factory: Any = None

# What else each session and each client is to carry: called with its events and, if known,
# the session. Empty unless a mock has a bridge.
carried: Final[list[Callable[[Any, Any], None]]] = []

# What is asked about a call outside any mock, by operation and URL; it may raise.
guard: Callable[[str, str], None] | None = None
# The same without a guard, of a thread that has outlived a test with a mock.
guard_of_strays: Callable[[str, str], None] | None = None


@functools.cache
def environment() -> ModuleType:
    """Return the module `environment`, of which runs without a botocore session have no need."""
    from . import environment

    return environment


@functools.cache
def _hook() -> ModuleType:
    """Return the module `hook`, of which runs without a mock have no need."""
    from . import hook

    return hook


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
    if active.is_any():
        around.isolate()
    _share_exceptions(session)
    handler = functools.partial(answer, session)
    session.register(_EVENT, handler, unique_id=_UNIQUE_ID)
    for carry in carried:
        carry(session, session)
    _pass_over_own_addresses(session)
    store = session.get_component("config_store")
    provider = store.get_config_provider("region")
    if not isinstance(provider, around.RegionProvider):
        own = around.RegionProvider(provider, _region_of_mock)
        store.set_config_provider("region", own)


def attach(client: Any) -> None:
    """Give *client* the handler, if it was made before there was a hook."""
    handler = functools.partial(answer, None)
    client.meta.events.register(_EVENT, handler, unique_id=_UNIQUE_ID)
    for carry in carried:
        carry(client.meta.events, None)


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
    session: Any, model: Any, params: Any, request_signer: Any, context: Any, **_: Any
) -> tuple[Any, dict[str, Any]] | None:
    """
    Answer botocore's event ``before-call.kms.*``: the response instead of a request.

    Args:
        session: That which made the client; None where it is not known.
    """
    if addresses.are_own() and addresses.is_own(params["url"]):
        return None  # by HTTP, as the program has asked
    backend = active.innermost()
    if backend is None:
        if guard is not None:
            guard(model.name, params["url"])
        elif guard_of_strays is not None and observed.starter() is not None:
            guard_of_strays(model.name, params["url"])
        return None
    if active.inherited and backend in active.inherited:
        from . import children  # not at the top: only a forked process needs it

        children.answer(backend, session, model.name, params, request_signer, context)
        return None
    answered: tuple[Any, dict[str, Any]] | None = _hook().answer(
        backend, session, model.name, params, request_signer, context
    )
    return answered


def _pass_over_own_addresses(session: Any) -> None:
    """Let clients of *session* find no address of this run's own in the environment."""
    # Not public, as nothing public lies between the environment and a client.
    add = getattr(type(session), "_add_configured_endpoint_provider", None)
    if add is None:
        return

    def add_without_own(client_name: str, config_store: Any) -> None:
        add(session, client_name=client_name, config_store=config_store)
        if addresses.are_own():
            provider = config_store.get_config_provider("endpoint_url")
            own = addresses.EndpointProvider(provider)
            config_store.set_config_provider("endpoint_url", own)

    session._add_configured_endpoint_provider = add_without_own


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
    backend = active.innermost()
    return None if backend is None else backend.region


register()
attach_to_what_exists()
