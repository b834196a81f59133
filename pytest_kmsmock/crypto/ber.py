"""BER as far as CMS needs it: lengths left open, strings in pieces (X.690, 8.1.3.6 and 8.7.3)."""

from __future__ import annotations

from typing import Final

import attrs

from . import der

CONSTRUCTED: Final = 0x20
_OPEN: Final = 0x80
_END: Final = bytes(2)
# CMS envelopes have seven.
_DEEPEST: Final = 32


@attrs.frozen
class Element:
    """
    An element, its length open or not.

    Attributes:
        content: Of a primitive; empty otherwise.
        children: What a constructed one holds.
    """

    tag: int
    content: bytes = attrs.field(repr=False)
    children: tuple[Element, ...] = ()

    @property
    def octets(self) -> bytes:
        """The content, put together where it comes in pieces."""
        return self.content + b"".join(child.octets for child in self.children)

    def expect(self, *tags: int) -> tuple[Element, ...]:
        """
        Return the children.

        Raises:
            ValueError: They are others than *tags* say.
        """
        if tuple(child.tag for child in self.children) != tags:
            raise ValueError("not the elements expected")
        return self.children


def open_ended(tag: int, *contents: bytes) -> bytes:
    """Return a constructed element whose length is left open."""
    return bytes((tag, _OPEN)) + b"".join(contents) + _END


def pieces(data: bytes, size: int) -> bytes:
    """Return *data* as OCTET STRINGs of up to *size* bytes, one after another."""
    return b"".join(
        der.element(der.OCTET_STRING, data[start : start + size])
        for start in range(0, len(data), size)
    )


def parse(data: bytes) -> Element:
    """
    Return the element that *data* is.

    Raises:
        ValueError: It is none with tags of one byte, or bytes follow.
    """
    element, end = _element(data, 0, len(data), 0)
    if end != len(data):
        raise ValueError("bytes follow the element")
    return element


def _element(data: bytes, start: int, limit: int, depth: int) -> tuple[Element, int]:
    """Return the element at *start*, which ends by *limit*, and where it ends."""
    if depth > _DEEPEST:
        raise ValueError("elements are nested too deep")
    if limit < start + 2:
        raise ValueError("an element ends early")
    tag = data[start]
    if data[start + 1] == _OPEN:
        return _open_element(data, tag, start + 2, limit, depth)
    size, start = der.length_at(data, start + 1)
    end = start + size
    if limit < end:
        raise ValueError("an element ends early")
    if not tag & CONSTRUCTED:
        return Element(tag, data[start:end]), end
    children = []
    while start < end:
        child, start = _element(data, start, end, depth + 1)
        children.append(child)
    return Element(tag, b"", tuple(children)), end


def _open_element(data: bytes, tag: int, start: int, limit: int, depth: int) -> tuple[Element, int]:
    if not tag & CONSTRUCTED:
        raise ValueError("a primitive has no length")
    children = []
    while data[start : start + 2] != _END or limit < start + 2:
        child, start = _element(data, start, limit, depth + 1)
        children.append(child)
    return Element(tag, b"", tuple(children)), start + 2
