"""
The hook: botocore's events in, answers out.

Every botocore session that is made after this module was imported calls
`install`, and each of its clients carries the handler from then on. Without an
active mock the handler does nothing. Light: pytest's start imports it.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from typing import TYPE_CHECKING, Any, Final

import botocore

from .environment import Isolation, RegionProvider

if TYPE_CHECKING:
    from .mock import KmsMock

_EVENT: Final = "before-call.kms"
_UNIQUE_ID: Final = "pytest-kmsmock"

# The active mocks, the innermost last. Threads of the application share them.
_active: list[KmsMock] = []
_isolation = Isolation()

# What pytest looks at when a test is over.
started_mocks: list[KmsMock] = []
misuses: list[Exception] = []


def active_mock() -> KmsMock | None:
    """Return the innermost active mock."""
    return _active[-1] if _active else None


def push(mock: KmsMock) -> None:
    """Make *mock* the one that answers."""
    if not _active:
        register()
        _isolation.start()
    _active.append(mock)
    started_mocks.append(mock)


def pop(mock: KmsMock) -> None:
    """Take *mock* away; the one around it answers again."""
    _active.remove(mock)
    if not _active:
        _isolation.stop()


def register() -> None:
    """Have botocore call `install` for each session, also after it was reloaded."""
    with contextlib.suppress(ValueError):
        botocore.unregister_initializer(install)
    botocore.register_initializer(install)


def install(session: Any) -> None:
    """Give *session*, and each client that it makes, the handler."""
    session.register(_EVENT, answer, unique_id=_UNIQUE_ID)
    store = session.get_component("config_store")
    provider = store.get_config_provider("region")
    if not isinstance(provider, RegionProvider):
        store.set_config_provider("region", RegionProvider(provider, _region_of_mock))


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
    if not _active:
        return None
    return _active[-1].answer(
        operation=model.name,
        body=params["body"],
        region=context["client_region"],
        signer=request_signer,
    )


def _region_of_mock() -> str | None:
    return _active[-1].region if _active else None


register()
attach_to_what_exists()
