"""The little BER that is ours: what is cut, or goes on outside of what holds it, is refused."""

from __future__ import annotations

import pytest

from pytest_kmsmock.crypto import ber, der

NULL = b"\x05\x00"


@pytest.mark.parametrize(
    "data",
    [
        "",
        "30",  # no length
        "3003020101" + "00",  # a byte follows
        "30040201",  # ends early
        "300205",  # its child ends early
        "3080020101",  # an end is missing
        "3080020101" + "00",  # half an end
        "0480" + "0000",  # a primitive without a length
        "3003" + "308000" + "00",  # its child's end lies outside of it
        "3002" + "0401" + "05",  # so does its child's content
        "3082",  # a length that ends early
        "3080" * 40 + "0000" * 40,  # deeper than anything is
    ],
)
def test_what_is_no_element_is_refused(data: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  in whatever words
        ber.parse(bytes.fromhex(data))


@pytest.mark.parametrize("data", ["3006" + "020105" + "0400" + "00", "3080" + "020105" + "0400"])
def test_children_that_end_are_followed_by_an_end(data: str) -> None:
    """Of one kind or the other."""
    with pytest.raises(ValueError):  # noqa: PT011  in whatever words
        ber.parse(bytes.fromhex(data))


@pytest.mark.parametrize("data", ["3005" + "020105" + "0400", "3080" + "020105" + "0400" + "0000"])
def test_an_element_has_its_children(data: str) -> None:
    """Its length given, or left open."""
    found = ber.parse(bytes.fromhex(data))

    assert (found.tag, found.content) == (der.SEQUENCE, b"")
    assert [(child.tag, child.content) for child in found.children] == [
        (der.INTEGER, b"\x05"),
        (der.OCTET_STRING, b""),
    ]


@pytest.mark.parametrize("length", ["definite", "open"])
def test_elements_are_nested_up_to_a_depth(length: str) -> None:
    """What goes further could exhaust the stack."""

    def nested(depth: int) -> bytes:
        data = NULL
        for _ in range(depth):
            data = der.element(0x30, data) if length == "definite" else ber.open_ended(0x30, data)
        return data

    assert ber.parse(nested(32))
    with pytest.raises(ValueError, match="too deep"):
        ber.parse(nested(33))


@pytest.mark.parametrize(
    "data",
    [der.element(der.SEQUENCE, NULL * 500_000), ber.open_ended(der.SEQUENCE, NULL * 500_000)],
    ids=["definite", "open"],
)
def test_many_elements_take_no_longer_than_few_each(data: bytes) -> None:
    """A megabyte of the shortest elements, in a second or two."""
    assert len(ber.parse(data).children) == 500_000
