"""
Views of a text: what it says when what is encoded in it is decoded.

Each has the places where its parts stand in the text that it is a view of.
"""

from __future__ import annotations

import binascii
import bisect
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

# A part of what is read: the decoded text, and where in the source it begins and ends.
Part = tuple[str, int, int]

# So deep what is encoded is encoded again.
_DEEPEST: Final = 4
# What is escaped can be so many times as long.
_LONGEST_ESCAPE: Final = 8
# Between parts that do not follow each other.
_GAP: Final = "\0\n\0"
# What has been decoded to bytes is read on only if there is so much text in it.
_READABLE: Final = re.compile(r"[\x20-\x7e\r\n\t]{11}")


class View:
    """
    What *source* says, read in one way.

    Args:
        source: None if it is the text itself.
        form: How it has been read.
        parts: In their order. What is not among them is left out.
        is_readable: It is what somebody might have written, and no step on the way there.
    """

    def __init__(
        self,
        text: str,
        source: View | None = None,
        form: str = "",
        parts: Iterable[Part] = (),
        *,
        is_readable: bool = True,
    ) -> None:
        self.source = source
        self.form = form
        self.is_readable = is_readable
        self.depth: int = 0 if source is None else source.depth + 1
        self._spans: list[tuple[int, int, int, int]] = []
        at, texts = 0, [text]
        for decoded, start, end in parts:
            if not decoded:
                continue
            self._spans.append((at, at + len(decoded), start, end))
            texts.append(decoded)
            at += len(decoded)
        self.text = "".join(texts)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the text itself that stands which is from *start* to *end* here."""
        if self.source is None:
            return start, end
        return self.source.place(self._before(start), self._after(end))

    @property
    def root(self) -> View:
        """The text itself."""
        return self if self.source is None else self.source.root

    def forms(self) -> list[str]:
        """Return how the text itself has been read to come here."""
        earlier = [] if self.source is None else self.source.forms()
        return [*earlier, self.form] if self.form else earlier

    def _before(self, at: int) -> int:
        begin, end, start, stop = self._span_of(at)
        return start + (at - begin) * (stop - start) // (end - begin)

    def _after(self, at: int) -> int:
        begin, end, start, stop = self._span_of(at - 1)
        return start - (begin - at) * (stop - start) // (end - begin)

    def _span_of(self, at: int) -> tuple[int, int, int, int]:
        return self._spans[bisect.bisect_right(self._spans, at, key=lambda span: span[0]) - 1]


class Reading(NamedTuple):
    """
    A way to read a text.

    Attributes:
        form: What it is called; empty if nobody needs to know of it.
        parts: Returns the parts, none if there is nothing to read so. It is told how far
            from what it changes the text still matters.
        gives_bytes: What comes out is bytes, a character each.
        is_readable: As in `View`.
        deepest: So deep it is tried, as `_DEEPEST`; what one writes by itself is not encoded
            again and again.
    """

    form: str
    parts: Callable[[str, int], Iterator[Part]]
    gives_bytes: bool = False
    is_readable: bool = True
    deepest: int = _DEEPEST


def views_of(*texts: str, longest: int) -> Iterator[View]:
    """
    Yield *texts* themselves, and then what they say when they are read in each of the ways.

    Args:
        longest: The length of what is looked for.
    """
    reach = _LONGEST_ESCAPE * longest
    seen = {"", *texts}
    left = [View(text) for text in texts]
    while left:
        view = left.pop(0)
        yield view
        for reading in READINGS:
            if view.depth >= reading.deepest:
                continue
            is_readable = reading.gives_bytes or (reading.is_readable and view.is_readable)
            made = View(
                "", view, reading.form, reading.parts(view.text, reach), is_readable=is_readable
            )
            if made.text in seen:
                continue
            seen.add(made.text)
            if reading.gives_bytes and not _READABLE.search(made.text):
                yield made
            else:
                left.append(made)


def _replaced(
    text: str, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str], reach: int
) -> Iterator[Part]:
    """Yield *text* around what *pattern* finds, with that replaced; nothing if it finds nothing."""
    at = 0
    for match in pattern.finditer(text):
        yield from _between(text, at, match.start(), reach)
        yield replace(match), match.start(), match.end()
        at = match.end()
    if at > 0:
        yield text[at : at + reach], at, min(at + reach, len(text))


def _between(text: str, start: int, end: int, reach: int) -> Iterator[Part]:
    """Yield what is near to what comes before *start*, if anything does, and after *end*."""
    if end - start > 2 * reach:
        if start > 0:
            yield text[start : start + reach], start, start + reach
        yield _GAP, end - reach, end - reach
        start = end - reach
    yield text[start:end], start, end


# Escapes of JSON and of Python's literals.
_ESCAPE: Final = re.compile(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
    r"|u([0-9a-fA-F]{4})|U(0010[0-9a-fA-F]{4}|000[0-9a-fA-F]{5})|x([0-9a-fA-F]{2})|([0-7]{1,3})"
    r"|(\r?\n)|([abfnrtv\\'\"/]))"
)
_NAMED: Final = {
    **{"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"},
    **{each: each for each in "\\'\"/"},
}


def _unescape(match: re.Match[str]) -> str:
    high, low, *codes, octal, newline, name = match.groups()
    if name is not None:
        return _NAMED[name]
    if newline is not None:
        return ""
    if high is not None:
        return chr(0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF))
    if octal is not None:
        return chr(int(octal, 8))
    return chr(int(next(filter(None, codes)), 16))


def _unescaped(text: str, reach: int) -> Iterator[Part]:
    return _replaced(text, _ESCAPE, _unescape, reach)


# Python's literals one after the other, as `pprint` writes a long one.
_SEAM: Final = re.compile(r"""['"][ \t]*\r?\n[ \t]*[bB]?['"]""")


def _sewn(text: str, reach: int) -> Iterator[Part]:
    return _replaced(text, _SEAM, lambda match: "", reach)


_PERCENT: Final = re.compile(r"%([0-9a-fA-F]{2})")
_FORM: Final = re.compile(r"%([0-9a-fA-F]{2})|\+")


def _octet(match: re.Match[str]) -> str:
    return " " if match[1] is None else chr(int(match[1], 16))


def _percent_decoded(text: str, reach: int) -> Iterator[Part]:
    return _replaced(text, _PERCENT, _octet, reach)


def _form_decoded(text: str, reach: int) -> Iterator[Part]:
    return _replaced(text, _FORM, _octet, reach)


# Line breaks after what could be base64, with what stands around them: indentation, or what
# pytest and mails put there.
_BREAK: Final = re.compile(
    r"(?<=[A-Za-z0-9+/_-]{4})[ \t]*\r?\n(?:[ \t]*(?:E(?=[ \t])|[>#|+*\-?])+(?=[ \t]))?[ \t]*"
)


def _joined(text: str, reach: int) -> Iterator[Part]:
    return _replaced(text, _BREAK, lambda match: "", reach)


# Eight bytes are ten characters and a part of one.
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{11,}")
_STANDARD: Final = str.maketrans("-_", "+/")


def _from_base64(skipped: int) -> Callable[[str, int], Iterator[Part]]:
    """Return what reads all that could be base64, but for the first characters of each."""

    def parts(text: str, reach: int) -> Iterator[Part]:
        for match in _BASE64.finditer(text):
            run = match[0][skipped:].translate(_STANDARD)
            start = match.start() + skipped
            whole = len(run) // 4 * 4
            decoded = binascii.a2b_base64(run[:whole]).decode("latin-1")
            yield decoded, start, start + whole
            # Of an end without padding, one byte or two.
            rest = run[whole:]
            if len(rest) > 1:
                last = binascii.a2b_base64(rest.ljust(4, "A"))[: len(rest) - 1]
                yield last.decode("latin-1"), start + whole, start + len(run)
            yield _GAP, match.end(), match.end()

    return parts


_HEX: Final = re.compile(r"[0-9a-fA-F]{16,}")
# Pairs of digits, some together, with something between them: colons, blanks, line breaks.
_HEX_GROUPS: Final = re.compile(
    r"(?<![0-9a-fA-F])(?:(?:[0-9a-fA-F]{2}){1,32}[:\-_ \t\r\n]{1,12})+"
    r"(?:[0-9a-fA-F]{2}){1,32}(?![0-9a-fA-F])"
)
_HEX_GROUP: Final = re.compile("[0-9a-fA-F]+")
_FEWEST_DIGITS: Final = 16


def _from_hex(skipped: int) -> Callable[[str, int], Iterator[Part]]:
    def parts(text: str, reach: int) -> Iterator[Part]:
        for match in _HEX.finditer(text):
            start = match.start() + skipped
            end = start + (match.end() - start) // 2 * 2
            yield bytes.fromhex(text[start:end]).decode("latin-1"), start, end
            yield _GAP, match.end(), match.end()

    return parts


def _from_hex_groups(text: str, reach: int) -> Iterator[Part]:
    for match in _HEX_GROUPS.finditer(text):
        groups = list(_HEX_GROUP.finditer(text, match.start(), match.end()))
        if sum(len(group[0]) for group in groups) >= _FEWEST_DIGITS:
            for group in groups:
                yield bytes.fromhex(group[0]).decode("latin-1"), group.start(), group.end()
            yield _GAP, match.end(), match.end()


_NUMBER: Final = re.compile(r"0[xX][0-9a-fA-F]{1,2}|[0-9]{1,3}")
_NUMBERS: Final = re.compile(
    r"(?<![0-9])(?:0[xX][0-9a-fA-F]{1,2}|[0-9]{1,3})(?:\s*,\s*(?:0[xX][0-9a-fA-F]{1,2}|[0-9]{1,3})){7,}"
)


def _from_numbers(text: str, reach: int) -> Iterator[Part]:
    """Yield lists of bytes, as ``list(b"…")`` prints them."""
    for match in _NUMBERS.finditer(text):
        for number in _NUMBER.finditer(text, match.start(), match.end()):
            value = int(number[0], 16 if number[0][:2] in ("0x", "0X") else 10)
            yield chr(value), number.start(), number.end()
        yield _GAP, match.end(), match.end()


READINGS: Final = (
    Reading("", _sewn, deepest=1),
    Reading("", _unescaped),
    Reading("percent-encoded", _percent_decoded, deepest=3),
    Reading("percent-encoded", _form_decoded, deepest=2),
    # Words that only follow one another are no word.
    Reading("", _joined, is_readable=False),
    *(Reading("base64", _from_base64(skipped), gives_bytes=True) for skipped in range(4)),
    *(Reading("hex", _from_hex(skipped), gives_bytes=True) for skipped in range(2)),
    Reading("hex", _from_hex_groups, gives_bytes=True, deepest=1),
    Reading("a list of numbers", _from_numbers, gives_bytes=True, deepest=1),
)
"""All ways to read a text, each with what it finds there."""
