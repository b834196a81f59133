"""
Detours: calls that do not end at the direct door.

Some are answered where they would be sent, some are let through to their endpoint, some are
sent there as well. Few tests have one.
"""

from __future__ import annotations

from typing import Any

from ..backend import Backend
from . import direct, wire
from .desk import Incoming


def answer(
    backend: Backend, incoming: Incoming, url: str, signer: Any, context: Any, *, is_lost: bool
) -> tuple[Any, dict[str, Any]] | None:
    """
    Answer a call; None if botocore is to go on with it.

    Args:
        url: Where it would be sent.
        signer: The client's.
        context: The call's own.
        is_lost: There is nothing at *url*.
    """
    settings = backend.settings
    if incoming.operation in settings["passthrough"]:
        return None
    if is_lost or backend.goes_over_the_wire(incoming.operation):
        wire.decline(backend, incoming, url, signer, context, is_lost=is_lost)
        return None
    if not settings["shadow"]:
        return direct.answer(backend, incoming)
    from . import shadow  # not at the top: fewer tests still

    sent = shadow.of(backend).begin(incoming, url, signer, context)
    answered = direct.answer(backend, incoming)
    if sent is not None:
        shadow.of(backend).compare(incoming, answered[1], sent)
    return answered
