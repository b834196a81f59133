"""The little DER that is ours, against numbers and forms from `cryptography`."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import utils

from pytest_kmsmock.crypto import der

NUMBERS = [0, 1, 127, 128, 255, 256, 2**255 - 1, 2**255, 2**256 - 1, 2**2048]


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_are_written_as_cryptography_writes_them(number: int) -> None:
    ours = der.element(der.SEQUENCE, der.integer(number), der.integer(1))

    assert ours == utils.encode_dss_signature(number, 1)
    first, _ = der.sequence(ours, der.INTEGER, der.INTEGER)
    assert der.number(first) == number


@pytest.mark.parametrize("content", ["", "80", "ff", "0000", "007f"])
def test_other_forms_of_a_number_are_refused(content: str) -> None:
    with pytest.raises(ValueError, match="shortest"):
        der.number(bytes.fromhex(content))


@pytest.mark.parametrize(
    "data",
    [
        "30",  # no length
        "3003020101" + "00",  # a trailing byte
        "30040201",  # ends early
        "308003020101",  # indefinite length
        "308103020101",  # a length that needs no second byte
        "3082000302010100",  # a length that begins with zero
        "3103020101",  # a set
        "3003040101",  # another element
        "3006020101020101",  # one too many
    ],
)
def test_what_is_no_such_sequence_is_refused(data: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  in whatever words
        der.sequence(bytes.fromhex(data), der.INTEGER)


def test_many_elements_take_no_longer_than_few_each() -> None:
    """A megabyte of the shortest elements, in the time of a blink."""
    assert sum(1 for _ in der.elements(b"\x05\x00" * 500_000)) == 500_000


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65_535, 65_536])
def test_a_length_is_read_as_it_was_written(size: int) -> None:
    octets = der.length(size)

    assert der.length_at(b"\x30" + octets + b"rest", 1) == (size, 1 + len(octets))


@pytest.mark.parametrize(
    ("octets", "size"), [("7f", 127), ("8180", 128), ("820100", 256), ("83010000", 65_536)]
)
def test_lengths_are_in_the_shortest_form(octets: str, size: int) -> None:
    assert der.length(size) == bytes.fromhex(octets)


KEY = der.element(der.OCTET_STRING, b"key")
ALGORITHM = der.element(der.SEQUENCE, b"\x05\x00")
ATTRIBUTES = der.element(0xA0, b"")
PUBLIC = der.element(0x81, b"\0public")


@pytest.mark.parametrize(
    ("parts", "algorithm"),
    [
        ([der.integer(0), ALGORITHM, KEY], b"\x05\x00"),
        ([der.integer(0), ALGORITHM, KEY, ATTRIBUTES], b"\x05\x00"),
        ([der.integer(1), ALGORITHM, KEY, ATTRIBUTES, PUBLIC], b"\x05\x00"),
        ([der.integer(0), ALGORITHM], None),
        ([der.integer(0), KEY, ALGORITHM], None),
        ([ALGORITHM, KEY], None),
        ([der.integer(0), der.integer(1), KEY], None),
        ([der.integer(0), ALGORITHM, KEY[:-1]], None),
    ],
)
def test_a_private_key_tells_its_algorithm(parts: list[bytes], algorithm: bytes | None) -> None:
    """Whatever follows the key; what is in another form has none."""
    assert der.algorithm(der.element(der.SEQUENCE, *parts)) == algorithm
    assert der.algorithm(der.element(0x31, *parts)) is None
