"""DER: the few forms that no installed library reads or writes for us (X.690)."""

from __future__ import annotations

from collections.abc import Iterator

INTEGER = 0x02
OCTET_STRING = 0x04
SEQUENCE = 0x30


def element(tag: int, *contents: bytes) -> bytes:
    """Return an element: the tag, the length and the contents one after another."""
    content = b"".join(contents)
    return bytes((tag,)) + length(len(content)) + content


def length(size: int) -> bytes:
    """Return the octets that tell the length *size*."""
    if size < 0x80:
        return bytes((size,))
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


def length_at(data: bytes, at: int) -> tuple[int, int]:
    """Return the length whose octets begin at *at*, in the shortest form or not, and their end."""
    first, start = data[at], at + 1
    if first < 0x80:
        return first, start
    end = start + (first & 0x7F)
    return int.from_bytes(data[start:end], "big"), end


def integer(number: int) -> bytes:
    """Return a number, 0 or greater, as an element."""
    return element(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """
    Yield tag and content of each element in *data*.

    Raises:
        ValueError: *data* is no row of DER elements with tags of one byte.
    """
    at = 0
    while at < len(data):
        if len(data) < at + 2:
            raise ValueError("an element ends early")
        tag, octets = data[at], at + 1
        size, start = length_at(data, octets)
        if data[octets:start] != length(size):
            raise ValueError("a length is not in its shortest form")
        at = start + size
        if len(data) < at:
            raise ValueError("an element ends early")
        yield tag, data[start:at]


def algorithm(data: bytes) -> bytes | None:
    """
    Return the algorithm of a private key in PKCS #8 (RFC 5958).

    It is what is in the AlgorithmIdentifier. None if *data* is another thing, as a
    private key in an older form.
    """
    try:
        ((tag, content),) = elements(data)
        parts = list(elements(content))
    except ValueError:
        return None
    tags = [tag, *(part[0] for part in parts)]
    return parts[1][1] if tags[:4] == [SEQUENCE, INTEGER, SEQUENCE, OCTET_STRING] else None


def sequence(data: bytes, *tags: int) -> list[bytes]:
    """
    Return the contents of the sequence that *data* is.

    Args:
        tags: Those of its elements, all of them.

    Raises:
        ValueError: *data* is another thing.
    """
    ((tag, content),) = elements(data)
    if tag != SEQUENCE:
        raise ValueError("not a sequence")
    parts = list(elements(content))
    if [part[0] for part in parts] != list(tags):
        raise ValueError("not the elements expected")
    return [part[1] for part in parts]


def number(content: bytes) -> int:
    """
    Return the number, 0 or greater, that the content of an INTEGER is.

    Raises:
        ValueError: It is negative or not in its shortest form.
    """
    padded = len(content) > 1 and content[0] == 0 and content[1] < 0x80
    if not content or content[0] >= 0x80 or padded:
        raise ValueError("not a number in its shortest form")
    return int.from_bytes(content, "big")
