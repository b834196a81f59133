"""
Lists in pages: `Limit`, `Marker`, `NextMarker`, `Truncated`.

A marker is opaque to the caller and good only for the list that gave it out.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from .errors import InvalidMarkerException
from .registry import Collection, Named
from .request import Request, Response

T = TypeVar("T")


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
    page, last = collection.page(_position(request), _limit(request, default))
    return _page(request, member, [entry(value) for value in page], last)


def of_sequence(
    request: Request,
    member: str,
    values: Sequence[T],
    entry: Callable[[T], Any],
    *,
    default: int,
) -> Response:
    """Like `of_collection`, for a few values that are at hand."""
    start = _position(request)
    end = start + _limit(request, default)
    last = end if end < len(values) else None
    return _page(request, member, [entry(value) for value in values[start:end]], last)


def _page(request: Request, member: str, entries: list[Any], last: int | None) -> Response:
    if last is None:
        return {member: entries, "Truncated": False}
    return {member: entries, "NextMarker": _marker(request, last), "Truncated": True}


def _limit(request: Request, default: int) -> int:
    limit: int = request.params.get("Limit", default)
    return min(limit, request.page_size or limit)


def _marker(request: Request, position: int) -> str:
    text = f"{position}:{_proof(request, position)}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def _position(request: Request) -> int:
    """Return where the page starts: 0, or what the request's marker says."""
    marker = request.params.get("Marker")
    if marker is None:
        return 0
    try:
        position, proof = base64.urlsafe_b64decode(marker).decode().split(":")
        if _proof(request, int(position)) == proof:
            return int(position)
    except (binascii.Error, ValueError):
        pass
    raise InvalidMarkerException(f"Marker '{marker}' is not valid for {request.operation}.")


def _proof(request: Request, position: int) -> str:
    """Bind *position* to the list: the operation, and the members that select from it."""
    selection = {k: v for k, v in request.params.items() if k not in ("Marker", "Limit")}
    text = f"{request.operation} {request.account} {request.region} {selection} {position}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
