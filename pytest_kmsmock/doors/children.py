"""
Children of the test's process: what a forked one calls, of a mock that it has inherited.

It has a copy of the mock, of which its parent sees nothing. So it shares the
parent's, by an endpoint, or is refused; and the parent is told of that.
"""

from __future__ import annotations

from typing import Any

from .. import observed, sources
from ..backend import Backend
from . import telling
from .callers import caller_of
from .desk import Incoming
from .nowhere import leads_nowhere
from .telling import KmsChildError


def answer(
    backend: Backend, session: Any, operation: str, params: Any, signer: Any, context: Any
) -> None:
    """
    Let a call go to the endpoint of the parent's mock, by botocore's own way.

    For the arguments, see `hook.answer`.

    Raises:
        KmsChildError: The mock is not shared.
    """
    source = sources.caller()
    if backend.sharing is None:
        raise refusal(
            f"kms:{operation}, called from {sources.shown(source)},",
            "Write @pytest.mark.kms(children='share'), or kms_children = share in the ini file, "
            "to let all children share the test's mock; that needs the extra `endpoint`.",
        )
    from . import remote, wire  # not at the top: few tests need them

    region = context["client_region"]
    caller = caller_of(signer, session, backend, region)
    incoming = Incoming(operation, params["body"], region, caller, source, params["headers"])
    is_lost = leads_nowhere(backend, region, params["url"])
    url, kind = params["url"], remote.RemoteExchange
    wire.decline(backend, incoming, url, signer, context, is_lost=is_lost, kind=kind)


def refusal(what: str, remedy: str) -> KmsChildError:
    """Return the error for a child's use of its parent's mock, of which the parent is told."""
    error = KmsChildError(
        f"{what} is of a mock that this process has inherited: it was forked from the one that "
        f"runs {observed.where()}, which would see nothing of it. {remedy} Or let the child enter "
        "a mock of its own, by `with mock_kms():`."
    )
    telling.tell(observed.where(), str(error))
    return error
