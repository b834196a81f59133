"""What a failing test prints: the calls that its mocks answered, a line each."""

from __future__ import annotations

import collections
import re
import textwrap
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

from ..backend import Backend
from ..calls.call import Call
from ..calls.calls import Calls
from ..calls.showing import shown_value
from ..handles import finding
from ..handles.key import is_name
from ..service.api.regions import known_regions
from ..service.misuse import suggestion

_WIDTH: Final = 80
_BEGIN_WIDTH: Final = 58
# How many calls get a line: without pytest's -v, and with it.
_FEW: Final = 10
_MANY: Final = 120
_SHOWN_HINTS: Final = 3
_NAMING: Final = ("KeyId", "TargetKeyId", "AliasName", "DestinationKeyId")


# What AWS says that it has not found.
_NAMED_ARN: Final = re.compile(r"arn:[\w-]+:kms:[\w-]+:\d{12}:(?:key|alias)/[\w/-]+")
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

    Args:
        verbose: Pytest was asked for more.
        told: The `id` of the rows of calls that the failure itself has listed.
        maker: Knows what earlier tests have made.
    """
    calls = [
        (backend, call)
        for backend in backends
        for call in Calls(backend)
        if id(call._row) not in told
    ]
    most = _MANY if verbose else _FEW
    lines = _counted([call for _, call in calls[:-most]])
    for backend, call in calls[-most:]:
        lines += [_line(call, backend), *_why(call)]
    # A lone surrogate in what was called could not be printed, or be sent by xdist.
    return "\n".join(lines + _hints(calls, maker)).encode(errors="backslashreplace").decode()


def _counted(calls: list[Call]) -> list[str]:
    """Return lines on calls that get none of their own."""
    if not calls:
        return []
    counts = collections.Counter(call.operation for call in calls).most_common()
    named = ", ".join(f"{operation} {count}×" for operation, count in counts)
    return textwrap.wrap(f"({len(calls)} earlier calls left out: {named})", _WIDTH)


def _line(call: Call, backend: Backend) -> str:
    names = [
        _name(call, backend, position) + ("" if state == "Enabled" else f" {state}")
        for position, state in enumerate(call.key_states)
    ] or [str(call.params[name]) for name in _NAMING if name in call.params][:1]
    region = f" {call.region}" if call.region != backend.region else ""
    outcome = f" -> {call.error.code}" if call.error else ""
    begin = f"{call.time:%H:%M:%S} {call.operation} {', '.join(names)}".rstrip() + region + outcome
    if len(begin) > _BEGIN_WIDTH:
        begin = f"{begin[: _BEGIN_WIDTH - 1]}…"
    context = call.params.get("EncryptionContext")
    said = f" {shown_value(context)}" if context else ""
    for line in (f"{begin}{said}  {call.source}", f"{begin}  {call.source}"):
        if len(line) <= _WIDTH:
            return line
    # Of a long path the end tells more.
    return f"{begin}  …{call.source[len(begin) + 3 - _WIDTH :]}"


def _why(call: Call) -> list[str]:
    """Return lines on what policies and grants had against a call; most have none."""
    if call.decision is None or call.decision.allowed:
        return []
    return [
        wrapped
        for line in call._explanation.splitlines()
        for wrapped in textwrap.wrap(
            line,
            _WIDTH,
            initial_indent="    ",
            subsequent_indent="      ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]


def _name(call: Call, backend: Backend, position: int) -> str:
    """Return what a reader knows a key by: an alias, or the beginning of its ID."""
    key = call._row.keys[position]
    named = call.params.get("KeyId")
    if position == 0 and isinstance(named, str) and named.startswith("alias/"):
        return named
    aliases = finding.aliases_of(backend, key)
    return aliases[0] if aliases else key.key_id[: 12 if key.key_id.startswith("mrk-") else 8]


def _hints(calls: list[tuple[Backend, Call]], maker: Maker) -> list[str]:
    """Return lines on what the author has to know besides the errors; each is said once."""
    hints = dict.fromkeys(
        hint for backend, call in calls for hint in _hints_on(call, backend, maker)
    )
    return [line for hint in [*hints][-_SHOWN_HINTS:] for line in textwrap.wrap(hint, _WIDTH)]


def _hints_on(call: Call, backend: Backend, maker: Maker) -> Iterator[str]:
    code = None if call.error is None else call.error.code
    if code == "NotFoundException":
        for name in (call.params.get(member) for member in _NAMING):
            if isinstance(name, str) and is_name(name):
                there = finding.instead(backend, name)
                yield f"{name} was not found in {call.region}; {there}"
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
