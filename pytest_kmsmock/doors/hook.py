"""The hook: what botocore's event says of a call goes to the door that is for it."""

from __future__ import annotations

from typing import Any

from .. import sources
from ..backend import Backend
from ..crypto import forking
from . import direct
from .callers import caller_of
from .desk import Incoming
from .nowhere import leads_nowhere


def answer(
    backend: Backend, session: Any, operation: str, params: Any, signer: Any, context: Any
) -> tuple[Any, dict[str, Any]] | None:
    """
    Return the answer to a call; None if botocore is to go on and ask again on the wire.

    Args:
        session: That which made the client; None where it is not known.
        params: What botocore has made of the call for HTTP.
        signer: The client's.
        context: The call's own, in which marks can be left.
    """
    region = context["client_region"]
    incoming = Incoming(
        operation,
        params["body"],
        region,
        caller_of(signer, session, backend, region),
        sources.caller(),
        params["headers"],
    )
    is_lost = leads_nowhere(backend, region, params["url"])
    if is_lost or backend.takes_a_detour(operation):
        # The module is not at the top, as few tests need it. It imports much of the standard
        # library, which a forked process could not go on with.
        try:
            forking.enter()
            from . import detours
        finally:
            forking.leave()

        url = params["url"]
        return detours.answer(backend, incoming, url, signer, context, is_lost=is_lost)
    return direct.answer(backend, incoming)
