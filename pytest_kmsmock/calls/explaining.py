"""What pytest says when a comparison of calls with operations does not hold."""

from __future__ import annotations

import itertools
from typing import Any, Final

from .call import Call
from .calls import Calls

_SHOWN: Final = 10


def explain(operator: str, left: Any, right: Any) -> list[str] | None:
    """Return lines on ``left operator right``, of which one is calls; None if nothing is to say."""
    if isinstance(left, Calls) and operator in ("==", "!="):
        lines = [f"{_names(left)} {operator} {_names(right)}"]
        return lines if operator == "!=" else lines + _differences(left, right)
    if isinstance(right, Calls) and operator in ("in", "not in"):
        return [f"{left!r} {operator} {_names(right)}"]
    return None


def _differences(calls: Calls, expected: Any) -> list[str]:
    """Return lines on the first that differs, and on those that come after the end."""
    if not isinstance(expected, list | tuple | Calls):
        return []
    for number, (call, wanted) in enumerate(itertools.zip_longest(calls, expected)):
        if call is None:
            return [f"There is no call {number}, where {_name(wanted)} is expected."]
        if number >= len(expected):
            return [f"Call {number} is one more: {_placed(call)}"]
        if calls[number : number + 1] != [wanted]:
            return [f"Call {number} is {_placed(call)}", f"where {_name(wanted)} is expected."]
    return []


def _names(calls: Any) -> str:
    if not isinstance(calls, list | tuple | Calls):
        return repr(calls)
    more = len(calls) - _SHOWN
    names = [_name(call) for call in calls[:_SHOWN]] + ([f"and {more} more"] if more > 0 else [])
    return f"[{', '.join(names)}]"


def _name(item: Any) -> str:
    return item.operation if isinstance(item, Call) else str(item)


def _placed(call: Call) -> str:
    return f"{call.operation} ({call.source})"
