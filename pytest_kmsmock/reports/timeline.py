"""What a failing test prints: the calls that its mocks answered, and what is scheduled still."""

from __future__ import annotations

import collections
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final, NamedTuple

from ..backend import Backend
from ..calls.call import Call
from ..calls.calls import Calls
from ..calls.showing import shown_value
from ..faults import Fault
from ..handles import finding
from ..handles.key import is_name
from ..service.api.regions import known_regions
from ..service.misuse import suggestion
from ..service.values.identifiers import MULTI_REGION, is_key_id, parse_arn
from .columns import WIDTH, end_of, printable, shortened, width, wrapped

# How many calls are told of without pytest's -v, and in how many lines with it.
_FEW: Final = 10
_MANY: Final = 120
_SHOWN_HINTS: Final = 3
_SHOWN_FAULTS: Final = 5
# Of a place in the application so much is always shown.
_SOURCE_WIDTH: Final = 20
_SHORTEST_NAME: Final = 4
_INDENT: Final = "    "
_HANGING: Final = f"{_INDENT}  "
_AS_ABOVE: Final = f"{_INDENT}(refused as above)"
_NAMING: Final = ("KeyId", "TargetKeyId", "AliasName", "DestinationKeyId")


# What AWS says that it has not found.
_NAMED_ARN: Final = re.compile(r"arn:[\w-]+:kms:[\w-]+:\d{12}:(?:key|alias)/[\w/-]+")


class _Told(NamedTuple):
    """What is told of a call: its line, and what policies and grants said."""

    line: list[str]
    why: list[str]
    is_refused: bool


Maker = Callable[[str], str | None]
"""Returns the earlier test that has made a key or an alias, by its ARN, if one has."""


def timeline(
    backends: Iterable[Backend],
    *,
    verbose: bool,
    told: Collection[int] = (),
    maker: Maker = lambda arn: None,
) -> str:
    """
    Return a line for each call, plaintext left out; empty if there is nothing to tell.

    No line is longer than a terminal's 80 columns.

    Args:
        verbose: Pytest was asked for more.
        told: The `id` of the rows of calls that the failure itself has listed.
        maker: Knows what earlier tests have made.
    """
    backends = list(backends)
    calls = [
        (backend, call)
        for backend in backends
        for call in Calls(backend)
        if id(call._row) not in told
    ]
    shown, lines = _lines_of(calls[-(_MANY if verbose else _FEW) :], verbose=verbose)
    lines = _counted([call for _, call in calls[: len(calls) - shown]]) + lines
    lines += _to_come(backends) + _hints(calls, maker)
    # A lone surrogate in what was called could not be printed, or be sent by xdist.
    return "\n".join(lines).encode(errors="backslashreplace").decode()


def _lines_of(calls: list[tuple[Backend, Call]], *, verbose: bool) -> tuple[int, list[str]]:
    """Return on how many of *calls*, the latest, there are lines, and the lines."""
    told = [
        _Told(_line(call, backend), _why(call, verbose=verbose), _is_refused(call))
        for backend, call in calls
    ]
    lines = _said_once(told)
    # Reasons take lines too, and the first that is left out may be the one others refer to.
    while verbose and len(lines) > _MANY and len(told) > 1:
        told = told[1:]
        lines = _said_once(told)
    return len(told), lines


def _said_once(told: list[_Told]) -> list[str]:
    """Return the lines on calls, with each of the reasons where it comes first."""
    lines: list[str] = []
    seen: list[list[str]] = []
    for each in told:
        lines += each.line
        if each.why not in seen:
            lines += each.why
            seen.append(each.why)
        elif each.is_refused:
            lines.append(_AS_ABOVE)
    return lines


def _counted(calls: list[Call]) -> list[str]:
    """Return lines on calls that get none of their own."""
    if not calls:
        return []
    counts = collections.Counter(call.operation for call in calls).most_common()
    named = ", ".join(f"{operation} {count}×" for operation, count in counts)
    return wrapped(f"({len(calls)} earlier calls left out: {named})")


def _line(call: Call, backend: Backend) -> list[str]:
    """Return the line on a call; what does not fit beside what is long has another."""
    begin = f"{call.time:%H:%M:%S} {call.operation}"
    region = f" {call.region}" if call.region != backend.region else ""
    region += f" via {call.via.partition('.')[0]}" if call.via else ""
    outcome = f"{region} -> {call.error.code}" if call.error else region
    source = printable(call.source)
    room = WIDTH - width(begin) - width(outcome) - 2 - min(width(source), _SOURCE_WIDTH)
    names = printable(", ".join(_names(call, backend)))
    if names and room > _SHORTEST_NAME:
        begin += f" {shortened(names, room - 1)}"
    context = call.params.get("EncryptionContext")
    said = f" {printable(shown_value(context))}" if context else ""
    for line in (f"{begin}{outcome}{said}  {source}", f"{begin}{outcome}  {source}"):
        if width(line) <= WIDTH:
            return [line]
    left = WIDTH - width(begin) - width(outcome) - 2
    # Of a long path the end tells more.
    if left >= min(width(source), _SOURCE_WIDTH):
        return [f"{begin}{outcome}  {end_of(source, left)}"]
    if left >= 0:
        return [begin + outcome, _INDENT + end_of(source, WIDTH - len(_INDENT))]
    rest = f"{_INDENT}{outcome.lstrip()}  "
    return [begin, rest + end_of(source, WIDTH - width(rest))]


def _names(call: Call, backend: Backend) -> list[str]:
    """Return what a reader knows the keys by that a call concerned, or what it named."""
    names = [
        _name(call, backend, position) + ("" if state == "Enabled" else f" {state}")
        for position, state in enumerate(call.key_states)
    ]
    return names or [_short(call.params[name]) for name in _NAMING if name in call.params][:1]


def _short(named: object) -> str:
    """Return the name of a key or an alias without what is the same in nearly all."""
    text = str(named)
    arn = parse_arn(text)
    if arn is not None:
        text = arn.resource.removeprefix("key/")
    return _short_id(text) if is_key_id(text) else text


def _short_id(key_id: str) -> str:
    return key_id[: 12 if key_id.startswith(MULTI_REGION) else 8]


def _is_refused(call: Call) -> bool:
    return call.decision is not None and not call.decision.allowed


def _why(call: Call, *, verbose: bool) -> list[str]:
    """Return lines on what policies and grants said to a call; most have none."""
    decision = call.decision
    if decision is None or (decision.allowed and not verbose):
        return []
    said = f"allowed: {decision.reason}" if decision.allowed else call._explanation
    return [
        line for each in said.splitlines() for line in wrapped(printable(each), _INDENT, _HANGING)
    ]


def _to_come(backends: Iterable[Backend]) -> list[str]:
    """Return lines on faults that are scheduled and have not happened as often as they are to."""
    pending = [fault for backend in backends for fault in backend.faults.pending()]
    lines = [line for fault in pending[:_SHOWN_FAULTS] for line in _pending(fault)]
    more = len(pending) - _SHOWN_FAULTS
    return lines + ([f"({more} more scheduled faults left out)"] if more > 0 else [])


def _pending(fault: Fault) -> list[str]:
    times = "" if fault.times is None else f" of {fault.times}"
    happened = f"has happened {fault.fired}{times}×" if fault.fired else "has not happened yet"
    before = f", and {fault.after} more calls go well before" if fault.after else ""
    wording = printable(fault.wording.removesuffix(","))
    return wrapped(f"Scheduled: {wording} {happened}{before}.", hanging=_INDENT)


def _name(call: Call, backend: Backend, position: int) -> str:
    """Return what a reader knows a key by: an alias, or the beginning of its ID."""
    key = call._row.keys[position]
    named = call.params.get("KeyId")
    if position == 0 and isinstance(named, str) and named.startswith("alias/"):
        return named
    aliases = finding.aliases_of(backend, key)
    return aliases[0] if aliases else _short_id(key.key_id)


def _hints(calls: list[tuple[Backend, Call]], maker: Maker) -> list[str]:
    """Return lines on what the author has to know besides the errors; each is said once."""
    hints = dict.fromkeys(
        hint for backend, call in calls for hint in _hints_on(call, backend, maker)
    )
    return [line for hint in [*hints][-_SHOWN_HINTS:] for line in wrapped(printable(hint))]


def _meant(call: Call, backend: Backend, name: str) -> str:
    """Return the end of a sentence on *name*, which *call* named: what there is instead."""
    if finding.is_there(backend, name, call.region, call.account):
        return ", but is there now: it was made later, or was seen late."
    return f"; {finding.instead(backend, name)}"


def _hints_on(call: Call, backend: Backend, maker: Maker) -> Iterator[str]:
    code = None if call.error is None else call.error.code
    if code == "NotFoundException":
        for name in (call.params.get(member) for member in _NAMING):
            if isinstance(name, str) and is_name(name):
                yield f"{name} was not found in {call.region}{_meant(call, backend, name)}"
        for arn in _NAMED_ARN.findall(call.error.message if call.error else ""):
            test = maker(arn)
            if test is not None and not backend.has_made(arn):
                name = arn.partition(":key/")[2] or arn.rpartition(":")[2]
                yield (
                    f"{name} was made by an earlier test, {test}, and is gone with its mock; "
                    "what several tests share is made in a wider one, kms_module or kms_session."
                )
    is_lost = code == "EndpointConnectionError" and not backend.settings["unknown_regions"]
    if is_lost and call.region not in known_regions():
        yield (
            f"botocore lists no Region {call.region}."
            f"{suggestion(call.region, sorted(known_regions()))} For one that AWS has opened "
            "since, update botocore or set the option unknown_regions; a client with an "
            "endpoint_url passes."
        )
