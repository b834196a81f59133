"""Pages of values at hand and of collections; markers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_kmsmock.service.api.errors import InvalidMarkerException
from pytest_kmsmock.service.serving import pages
from pytest_kmsmock.service.serving.request import Options, Request, Response

LETTERS = ["a", "b", "c", "d", "e"]
MakeRequest = Callable[..., Request]


def page(request: Request, values: list[str] | None = None) -> Response:
    return pages.of_sequence(
        request,
        "Letters",
        LETTERS if values is None else values,
        entry=str.upper,
        name=str,
        default=3,
    )


def test_default_is_the_length_of_a_page_without_a_limit(request_of: MakeRequest) -> None:
    """A Limit takes its place."""
    assert page(request_of("ListAliases"))["Letters"] == ["A", "B", "C"]
    assert page(request_of("ListAliases", Limit=4))["Letters"] == ["A", "B", "C", "D"]


def test_page_size_of_the_mock_shortens_pages(request_of: MakeRequest) -> None:
    """It makes none longer."""
    request = request_of("ListAliases")
    for page_size, length in ((2, 2), (3, 3), (100, 3)):
        request.options = Options(page_size=page_size)

        assert len(page(request)["Letters"]) == length


def test_last_page_has_no_marker(request_of: MakeRequest) -> None:
    """Also where it is full."""
    for limit in (5, 6):
        response = page(request_of("ListAliases", Limit=limit))

        assert response == {"Letters": ["A", "B", "C", "D", "E"], "Truncated": False}


def test_marker_leads_on(request_of: MakeRequest) -> None:
    """To what follows the page that gave it out."""
    first = page(request_of("ListAliases", Limit=2))

    second = page(request_of("ListAliases", Limit=2, Marker=first["NextMarker"]))
    third = page(request_of("ListAliases", Limit=2, Marker=second["NextMarker"]))

    assert first["Truncated"] is second["Truncated"] is True
    assert second["Letters"] == ["C", "D"]
    assert third == {"Letters": ["E"], "Truncated": False}


@pytest.mark.parametrize(
    ("left", "rest"),
    [
        (["c", "d", "e"], ["C", "D", "E"]),
        (["a", "b", "d", "e"], ["D", "E"]),
        (["b", "e"], ["E"]),
        (["a", "b", "c", "d", "e", "f"], ["C", "D", "E", "F"]),
    ],
)
def test_marker_outlives_removals(
    request_of: MakeRequest, left: list[str], rest: list[str]
) -> None:
    """What is left comes once, whatever was removed between two pages."""
    marker = page(request_of("ListAliases", Limit=2))["NextMarker"]

    response = page(request_of("ListAliases", Limit=10, Marker=marker), left)

    assert response["Letters"] == rest


@pytest.mark.parametrize(
    "change", [{"operation": "ListKeys"}, {"region": "eu-west-1"}, {"account": "210987654321"}]
)
def test_marker_is_bound_to_its_list(request_of: MakeRequest, change: dict[str, Any]) -> None:
    """To the operation, the account and the Region."""
    marker = page(request_of("ListAliases", Limit=2))["NextMarker"]
    request = request_of("ListAliases", Marker=marker)
    for name, value in change.items():
        setattr(request, name, value)

    with pytest.raises(InvalidMarkerException):
        page(request)


@pytest.mark.parametrize("marker", ["", "x", "!", "é", "Yg==", "YQ", "a" * 1024, "\ud800"])
def test_marker_of_the_callers_own_is_refused(request_of: MakeRequest, marker: str) -> None:
    """In AWS's family of errors, not Python's."""
    with pytest.raises(InvalidMarkerException):
        page(request_of("ListAliases", Marker=marker))


def test_marker_is_opaque_and_short(request_of: MakeRequest) -> None:
    """At most 1024 characters, even after the longest tag key of 4-byte characters."""
    names = ["\U0001f511" * 127 + letter for letter in LETTERS]

    marker = page(request_of("ListResourceTags", Limit=1), names)["NextMarker"]

    assert len(marker) <= 1024
    assert marker.isascii()


def test_marker_takes_what_json_can_carry(request_of: MakeRequest) -> None:
    """A lone surrogate, too: botocore sends it as an escape."""
    names = ["a", "\ud800", "b"]

    first = page(request_of("ListResourceTags", Limit=1), names)
    second = page(request_of("ListResourceTags", Limit=1, Marker=first["NextMarker"]), names)

    assert second["Letters"] == ["\ud800"]
