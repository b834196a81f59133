"""
Policy variables: ``${aws:username}`` in the values of policies.

Only documents of version 2012-10-17 have them; elsewhere the text is as it stands.
Source: IAM User Guide, "IAM policy elements: Variables and tags".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import attrs

from .wildcards import Pattern, Piece, pattern, pattern_of

_VARIABLE: Final = re.compile(r"\$\{([^{}]+)\}")
# ``${*}`` is a star, and no wildcard.
_CHARACTERS: Final = frozenset("*?$")


@attrs.frozen
class Variable:
    """
    A place in a text that the request fills in.

    Attributes:
        key: The condition key, as it was written.
        default: What it is where the request lacks the key; None if there is none.
    """

    key: str
    default: str | None


# Returns the text of a condition key; None if the request lacks it.
Lookup = Callable[[str], str | None]


@attrs.frozen
class Template:
    """
    A value of a policy: text in which variables may stand.

    Attributes:
        text: As it was written.
        parts: Texts with wildcards, plain texts (not wild), and variables.
    """

    text: str
    parts: tuple[Piece | Variable, ...]

    @property
    def variables(self) -> Iterator[Variable]:
        return (part for part in self.parts if isinstance(part, Variable))

    def pieces(self, look_up: Lookup) -> list[Piece] | None:
        """Return the text that it is for a request; None if a variable has no value."""
        found: list[Piece] = []
        for part in self.parts:
            if isinstance(part, Variable):
                value = look_up(part.key)
                if value is None:
                    value = part.default
                if value is None:
                    return None
                found.append((value, False))
            else:
                found.append(part)
        return found

    def plain(self, look_up: Lookup) -> str | None:
        """Return the text that it is for a request, in which no wildcard counts."""
        if self.is_constant:
            return self.text
        pieces = self.pieces(look_up)
        return None if pieces is None else "".join(text for text, _ in pieces)

    def pattern(self, look_up: Lookup) -> Pattern | None:
        """Return the pattern that it is for a request."""
        if self.is_constant:
            return pattern(self.text)
        pieces = self.pieces(look_up)
        return None if pieces is None else pattern_of(pieces)

    @property
    def is_constant(self) -> bool:
        """Whether it is the same for every request, and no wildcard is written as ``${*}``."""
        return self.parts == ((self.text, True),)


def template(text: str, *, has_variables: bool) -> Template:
    """
    Return the template that *text* is.

    Args:
        has_variables: The version of its document has variables.
    """
    parts = tuple(_parts(text)) if has_variables and "${" in text else ((text, True),)
    return Template(text, parts)


def _parts(text: str) -> Iterator[Piece | Variable]:
    position = 0
    for match in _VARIABLE.finditer(text):
        found = _part(match[1])
        if found is not None:
            if match.start() > position:
                yield text[position : match.start()], True
            yield found
            position = match.end()
    if position < len(text) or not text:
        yield text[position:], True


def _part(inside: str) -> Piece | Variable | None:
    """Return what ``${inside}`` is; None if it is a text like any other."""
    if inside in _CHARACTERS:
        return inside, False
    key, comma, default = inside.partition(",")
    key, default = key.strip(), default.strip()
    if not comma:
        return Variable(key, None) if key else None
    is_quoted = len(default) >= 2 and default[0] == default[-1] == "'"
    return Variable(key, default[1:-1]) if key and is_quoted else None


def after_fifth_colon(text: str, *, has_variables: bool) -> Template:
    """Return the template that *text*, a resource, is; variables come after its fifth colon."""
    head, tail = _split_resource(text) if has_variables else (text, "")
    if "${" not in tail:
        return Template(text, ((text, True),))
    return Template(text, ((head, True), *_parts(tail)))


def _split_resource(text: str) -> tuple[str, str]:
    position = -1
    for _ in range(5):
        position = text.find(":", position + 1)
        if position < 0:
            return text, ""
    return text[: position + 1], text[position + 1 :]
