"""
Lists in pages: `Limit`, `Marker`, `NextMarker`, `Truncated`.

A marker is opaque to the caller and good only for the list that gave it out.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from ..api.errors import InvalidMarkerException
from ..state.collection import Collection, Named
from .request import Request, Response

T = TypeVar("T")

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


def of_collection(
    request: Request,
    member: str,
    collection: Collection[Named],
    entry: Callable[[Named], Any],
    *,
    default: int,
) -> Response:
    """
    Return the page of *collection* that *request* asks for.

    Args:
        member: The member of the response that lists the entries.
        entry: Makes an entry of a value.
        default: The page's length when the request has no `Limit`.
    """
    after = int(_position(request) or 0)
    page, last = collection.page(after, _limit(request, default))
    following = None if last is None else str(last)
    return _page(request, member, [entry(value) for value in page], following)


def of_sequence(
    request: Request,
    member: str,
    values: Sequence[T],
    entry: Callable[[T], Any],
    *,
    name: Callable[[T], str],
    default: int,
    breaks_at: int = 0,
) -> Response:
    """
    Like `of_collection`, for a few values that are at hand.

    Args:
        name: Tells a value from the others. A marker knows the last one listed
            and the one to come, so that others can be removed in between.
        breaks_at: How many of *values* come before one that begins a page.
    """
    tags = [_tag(name(value)) for value in values]
    start = _start(_position(request), tags)
    end = start + _limit(request, default)
    if start < breaks_at:
        end = min(end, breaks_at)
    following = f"{end}.{tags[end - 1]}.{tags[end]}" if end < len(tags) else None
    return _page(request, member, [entry(value) for value in values[start:end]], following)


def _start(position: str | None, tags: list[str]) -> int:
    if position is None:
        return 0
    index, last, following = position.split(".")
    if following in tags:
        return tags.index(following)
    return tags.index(last) + 1 if last in tags else int(index)


def _tag(name: str) -> str:
    """Return a few characters for *name*, since a marker may not be longer than 1,024."""
    # JSON can carry a lone surrogate, which UTF-8 proper cannot.
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _page(request: Request, member: str, entries: list[Any], following: str | None) -> Response:
    if following is None:
        return {member: entries, "Truncated": False}
    return {member: entries, "NextMarker": _marker(request, following), "Truncated": True}


def _limit(request: Request, default: int) -> int:
    limit: int = request.params.get("Limit", default)
    return min(limit, request.options.page_size or limit)


def _marker(request: Request, position: str) -> str:
    """Return *position* bound to the list: the operation, and whose it is."""
    keys = [key.arn for key in request.keys]
    selection = [request.params.get(name) for name in _SELECTING]
    text = f"{request.operation} {request.account} {request.region} {keys} {selection} {position}"
    proof = hashlib.sha256(text.encode()).hexdigest()[:16]
    return base64.urlsafe_b64encode(f"{proof}{position}".encode()).decode()


def _position(request: Request) -> str | None:
    """Return where the page starts: None is the beginning."""
    marker = request.params.get("Marker")
    if marker is None:
        return None
    try:
        position = base64.urlsafe_b64decode(marker).decode()[16:]
    except ValueError:
        raise _invalid_marker(request) from None
    if _marker(request, position) != marker:
        raise _invalid_marker(request)
    return position


def _invalid_marker(request: Request) -> InvalidMarkerException:
    return InvalidMarkerException(
        f"Marker '{request.params['Marker']}' is not valid for {request.operation}."
    )
