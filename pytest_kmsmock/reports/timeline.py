"""What a failing test prints: the calls that its mocks answered."""

from __future__ import annotations

from collections.abc import Iterable

from ..backend import Backend
from ..calls.call import Call
from ..calls.calls import Calls
from ..calls.showing import shown
from ..service.api.regions import known_regions
from ..service.misuse import suggestion

_SHOWN_CALLS = 50


def timeline(backends: Iterable[Backend]) -> str:
    """Return a line for each call, plaintext left out; empty if there were no calls."""
    calls = [(call, backend) for backend in backends for call in Calls(backend)]
    lines = [_line(call) + _hint(call, backend) for call, backend in calls[-_SHOWN_CALLS:]]
    if len(calls) > _SHOWN_CALLS:
        lines.insert(0, f"({len(calls) - _SHOWN_CALLS} earlier calls left out)")
    return "\n".join(lines)


def _line(call: Call) -> str:
    states = [f"{key.arn} {state}" for key, state in zip(call.keys, call.key_states, strict=True)]
    return (
        f"{call.time:%Y-%m-%dT%H:%M:%SZ} {call.region} {call.operation}"
        f"({shown(call.params)})  at {call.source}\n"
        f"    -> {call.error or 'ok'}" + (f"; key {', '.join(states)}" if states else "")
    )


def _hint(call: Call, backend: Backend) -> str:
    """Return what the author has to know of *call* besides its error, or nothing."""
    is_lost = call.error is not None and call.error.code == "EndpointConnectionError"
    if not is_lost or backend.settings["unknown_regions"] or call.region in known_regions():
        return ""
    return (
        f"\n       botocore lists no Region {call.region}."
        f"{suggestion(call.region, sorted(known_regions()))} For one that AWS has opened since, "
        "update botocore or set the option unknown_regions; a client with an endpoint_url "
        "passes."
    )
