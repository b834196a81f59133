"""
Lists in pages: `Limit`, `Marker`, `NextMarker`, `Truncated`.

A marker says after which entry the next page begins, so that what is made or
deleted in between moves nothing. To the caller it is opaque.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, TypeVar

from ..api.errors import InvalidMarkerException
from .request import Request, Response

T = TypeVar("T")
Value = TypeVar("Value")
Value_co = TypeVar("Value_co", covariant=True)

# Members that select what is listed, besides the key.
_SELECTING: Final = (
    "GrantId",
    "GranteePrincipal",
    "GranteeServicePrincipal",
    "IncludeKeyMaterial",
    "ResourceOwners",
    "RetiringPrincipal",
    "RetiringServicePrincipal",
)
# How many entries a marker of `of_sequence` knows: with more it would get too long.
_KNOWN: Final = 50
_TAG_LENGTH: Final = 12


class Listed(Protocol[Value_co]):
    """Values in an order, of which there are pages."""

    def __len__(self) -> int: ...

    def page(self, after: str, limit: int) -> tuple[Sequence[Value_co], str | None]:
        """
        Return up to *limit* values that follow the position *after*; empty is the beginning.

        With them comes the position to go on after, or None if none are left.
        """
        ...


def of_collection(
    request: Request,
    member: str,
    *collections: Listed[Value],
    entry: Callable[[Value], Any],
    default: int,
) -> Response:
    """
    Return the page that *request* asks for, of *collections* one after the other.

    No page has entries of two of them.

    Args:
        member: The member of the response that lists the entries.
        entry: Makes an entry of a value.
        default: The page's length when the request has no `Limit`.
    """
    which, after = _position(request)
    page, last = collections[which].page(after, _limit(request, default))
    entries = [entry(value) for value in page]
    if last is not None:
        return _page(member, entries, _marker(request, f"{which} {last}"))
    if any(collections[which + 1 :]):
        return _page(member, entries, _marker(request, f"{which + 1} "))
    return _page(member, entries, None)


def of_names(
    request: Request,
    member: str,
    collection: Listed[Value],
    *,
    entry: Callable[[Value], Any],
    prefix: str,
    default: int,
) -> Response:
    """
    Like `of_collection`, for a sorted one whose markers are known: they are the last name.

    Args:
        prefix: What all names begin with.
    """
    after = ""
    marker = request.params.get("Marker")
    if marker is not None:
        name = _opened(request, marker)["a"]
        if not name.startswith(prefix) or _named(name) != marker:
            raise _invalid_marker(request)
        after = name
    page, last = collection.page(after, _limit(request, default))
    following = None if last is None else _named(last)
    return _page(member, [entry(value) for value in page], following)


def of_sequence(
    request: Request,
    member: str,
    values: Sequence[T],
    *,
    entry: Callable[[T], Any],
    name: Callable[[T], str],
    default: int,
) -> Response:
    """
    Like `of_collection`, for a few values that are at hand, in the order in which they came.

    Args:
        name: Tells a value from the others. A marker knows those that were listed,
            since any of them can be gone when it is used.
    """
    tags = [_tag(name(value)) for value in values]
    listed = _listed(request)
    start = 0
    if len(listed) == _KNOWN:  # there were others before
        start = next((index for index, tag in enumerate(tags) if tag in listed), 0)
    while start < len(tags) and tags[start] in listed:
        start += 1
    end = start + _limit(request, default)
    following = None
    if end < len(tags):
        following = _marker(request, "".join([*listed, *tags[start:end]][-_KNOWN:]))
    return _page(member, [entry(value) for value in values[start:end]], following)


def _position(request: Request) -> tuple[int, str]:
    """Return in which collection a page of `of_collection` is, and where."""
    text = _text(request)
    if text is None:
        return 0, ""
    which, _, after = text.partition(" ")
    return int(which), after


def _listed(request: Request) -> list[str]:
    """Return the tags of those that pages of `of_sequence` had before."""
    text = _text(request) or ""
    return [text[at : at + _TAG_LENGTH] for at in range(0, len(text), _TAG_LENGTH)]


def _tag(name: str) -> str:
    """Return a few characters for *name*, since a marker may not be longer than 1,024."""
    # JSON can carry a lone surrogate, which UTF-8 proper cannot.
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_TAG_LENGTH]


def _page(member: str, entries: list[Any], marker: str | None) -> Response:
    if marker is None:
        return {member: entries, "Truncated": False}
    return {member: entries, "NextMarker": marker, "Truncated": True}


def _limit(request: Request, default: int) -> int:
    limit: int = request.params.get("Limit", default)
    return min(limit, request.options.page_size or limit)


# Markers. AWS's of ListAliases are known: an object of two members, the last name in both.
# That the others are of the same form is inferred; to which list one belongs is their second
# member, so that a program which mixes them up is told.


def _named(name: str) -> str:
    return _sealed(name, name)


def _marker(request: Request, text: str) -> str:
    """Return *text* bound to the list: the operation, and whose it is."""
    keys = [key.arn for key in request.keys]
    selection = [request.params.get(name) for name in _SELECTING]
    bound = f"{request.operation} {request.account} {request.region} {keys} {selection} {text}"
    proof = hashlib.sha256(bound.encode("utf-8", "surrogatepass"))
    return _sealed(text, proof.hexdigest()[:16])


def _text(request: Request) -> str | None:
    """Return what the marker of *request* was made of, None if it has none."""
    marker = request.params.get("Marker")
    if marker is None:
        return None
    text = _opened(request, marker)["a"]
    if _marker(request, text) != marker:
        raise _invalid_marker(request)
    return text


def _sealed(a: str, b: str) -> str:
    content = json.dumps({"a": a, "b": b}, separators=(",", ":"))
    return base64.b64encode(content.encode()).decode()


def _opened(request: Request, marker: str) -> dict[str, str]:
    try:
        content = json.loads(base64.b64decode(marker, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise _invalid_marker(request) from None
    if not isinstance(content, dict) or not isinstance(content.get("a"), str):
        raise _invalid_marker(request)
    return content


def _invalid_marker(request: Request) -> InvalidMarkerException:
    return InvalidMarkerException(
        f"Marker '{request.params['Marker']}' is not valid for {request.operation}."
    )
