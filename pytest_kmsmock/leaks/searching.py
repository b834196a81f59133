"""Searching a text for secrets, in whatever form they stand there, and masking them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import attrs

from .handed_out import Secret
from .views import View, views_of

MASK: Final = "***"


@attrs.frozen
class Found:
    """
    A secret in a text.

    Attributes:
        start: Where it begins in the text, and
        end: where it ends.
        line: In which line of it that is; the first is 1.
        form: How it is encoded there; empty if it is not.
    """

    secret: Secret = attrs.field(repr=False)
    start: int
    end: int
    line: int
    form: str


def first_of_each(text: str | bytes, secrets: Iterable[Secret]) -> list[Found]:
    """Return the first place of each of *secrets* that is in *text*, in the order of the text."""
    found: dict[Secret, Found] = {}
    left = list(secrets)
    for view in views_of(*_read(text), longest=_longest(left)) if left else ():
        for secret in left:
            place = next(_places(view, secret), None)
            if place is not None:
                found[secret] = place
        left = [secret for secret in left if secret not in found]
        if not left:
            break
    return sorted(found.values(), key=lambda each: each.start)


def masked(text: str, secrets: Sequence[Secret]) -> str:
    """Return *text* with all of *secrets* in it masked, in whatever form."""
    if not secrets:
        return text
    places = sorted(
        (each.start, each.end)
        for view in views_of(text, longest=_longest(secrets))
        for secret in secrets
        for each in _places(view, secret)
    )
    parts: list[str] = []
    at = 0
    for start, end in places:
        if start >= at:
            parts += (text[at:start], MASK)
        at = max(at, end)
    return "".join((*parts, text[at:]))


def _longest(secrets: Sequence[Secret]) -> int:
    return max(len(needle) for secret in secrets for needle in secret.needles)


def _read(text: str | bytes) -> tuple[str, ...]:
    """Return *text*; of bytes a character each, and the text that they may be."""
    if isinstance(text, str):
        return (text,)
    as_bytes, as_text = text.decode("latin-1"), text.decode("utf-8", "surrogateescape")
    return (as_bytes,) if as_text == as_bytes else (as_bytes, as_text)


def _places(view: View, secret: Secret) -> Iterator[Found]:
    if not view.is_readable:
        return
    for needle in secret.needles:
        at = view.text.find(needle)
        while at >= 0:
            start, end = view.place(at, at + len(needle))
            line = view.root.text.count("\n", 0, start) + 1
            yield Found(secret, start, end, line, " in ".join(reversed(view.forms())))
            at = view.text.find(needle, at + len(needle))
