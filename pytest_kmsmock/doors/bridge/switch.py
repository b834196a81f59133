"""
The switch: clients of the services carry the bridge's handlers once a mock has one.

They hear of each call what the application gave, what goes out and what comes back. While
no mock with a bridge is active they do nothing.
"""

from __future__ import annotations

import functools
import uuid
from typing import Any, Final

from ... import active, sources
from ...crypto import forking
from ...service.api.errors import KmsError
from .. import sessions
from ..callers import caller_of
from . import world
from .crossing import Crossing
from .motos import insides
from .refusals import ServiceError, refused
from .service import current
from .services import SERVICES

_MARK: Final = "pytest-kmsmock-bridge"
_PARAMS: Final = "pytest-kmsmock-params"


def on() -> None:
    """Let clients of the services, also those that there are, carry the handlers from now on."""
    world.join()
    if _carry not in sessions.carried:
        sessions.carried.append(_carry)
        sessions.attach_to_what_exists()


def _carry(events: Any, session: Any) -> None:
    handlers = {
        "before-parameter-build": _note,
        "before-call": functools.partial(_ask, session),
        "after-call": _finish,
        "after-call-error": _fail,
    }
    for service in SERVICES:
        for event, handler in handlers.items():
            name = f"{event}.{service}"
            events.register(name, handler, unique_id=f"{_MARK}-{name}")


def _note(params: Any, context: Any, **_: Any) -> None:
    # Later handlers change it in place, and it is read when they have.
    context[_PARAMS] = params


def _ask(session: Any, model: Any, params: Any, request_signer: Any, context: Any, **_: Any) -> Any:
    name = model.service_model.service_name
    given = context.pop(_PARAMS, None)
    if given is None:
        return None
    backend = active.innermost()
    bridge = () if backend is None else backend.settings["bridge"]
    service = SERVICES[name]
    if not bridge or not (service.is_always_on or name in bridge) or not insides.answers(name):
        return None
    if model.name not in service.before and model.name not in service.after:
        return None
    region = context["client_region"]
    caller = caller_of(request_signer, session, backend, region)
    crossing = Crossing(
        backend=backend,
        service=service.name,
        operation=model.name,
        params=given,
        request=params,
        caller=caller,
        account=insides.account_of(caller.access_key),
        region=region,
        source=sources.line_of_author(),
    )
    before = service.before.get(model.name)
    try:
        forking.enter()
        answer = None if before is None else before(crossing)
    except (KmsError, ServiceError) as error:
        return refused(model, _worded(crossing, error), _request_id())
    finally:
        forking.leave()
    if answer is None:
        context[_MARK] = crossing
        current.set(crossing)
    return answer


def _fail(context: Any, **_: Any) -> None:
    """Moto has not answered, but raised."""
    context.pop(_MARK, None)
    current.set(None)


def _finish(http_response: Any, parsed: Any, model: Any, context: Any, **_: Any) -> None:
    crossing = context.pop(_MARK, None)
    current.set(None)
    if crossing is None or http_response.status_code >= 300:
        return
    after = SERVICES[model.service_model.service_name].after.get(model.name)
    if after is None:
        return
    try:
        after(crossing, parsed)
    except (KmsError, ServiceError) as error:
        answer, words = refused(model, _worded(crossing, error), _request_id())
        # botocore holds both of what is changed, and looks at them next.
        http_response.status_code = answer.status_code
        parsed.clear()
        parsed.update(words)


def _worded(crossing: Crossing, error: KmsError | ServiceError) -> ServiceError:
    if isinstance(error, ServiceError):
        return error
    [service] = [each for each in SERVICES.values() if each.name == crossing.service]
    return service.words(crossing, error)


def _request_id() -> str:
    return str(uuid.uuid4())
