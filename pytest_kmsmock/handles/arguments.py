"""
Arguments of what a test calls on a mock and its handles.

Text stands for its UTF-8, as in a client's calls. What has another type is told
here, by the name of the argument, rather than by an error of the wire.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ..service.misuse import KmsMockError, suggestion

# A failure ends at the line that gave the argument.
__tracebackhide__ = True

Check = Callable[[str, Any], Any]
"""Returns the value of an argument, or raises `KmsMockError`; the name is for the message."""

_KINDS: Final[Mapping[type, str]] = {
    bool: "True or False",
    int: "a number",
    str: "a string",
    bytes: "bytes, or text for its UTF-8",
}


def one_of(*choices: Any) -> Check:
    def check(name: str, value: Any) -> Any:
        if value not in choices:
            known = [choice for choice in choices if isinstance(choice, str)]
            raise KmsMockError(
                f"{name}={value!r} makes no sense.{suggestion(str(value), known)} "
                f"It is one of {', '.join(map(repr, choices))}."
            )
        return value

    return check


def of_type(kind: type) -> Check:
    def check(name: str, value: Any) -> Any:
        if type(value) is not kind:
            raise _wrong(name, value, kind)
        return value

    return check


def or_none(check: Check) -> Check:
    return lambda name, value: None if value is None else check(name, value)


truth: Final = of_type(bool)
whole_number: Final = of_type(int)


def text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(name, value, str)
    return value


def secret_text(name: str, value: Any) -> str:
    """Return *value*. It is not shown, also where it is a secret of another type."""
    if value is not None and not isinstance(value, str):
        raise _wrong_type(name, value, str)
    return text(name, value)


def data(name: str, value: Any) -> bytes:
    """Return *value*, bytes or text, as bytes. They are not shown, since they may be secret."""
    if isinstance(value, str):
        try:
            return value.encode()
        except UnicodeEncodeError:
            raise KmsMockError(
                f"{name} has a surrogate in it, which is nothing in UTF-8; write bytes."
            ) from None
    if not isinstance(value, bytes | bytearray | memoryview):
        raise _wrong_type(name, value, bytes)
    return bytes(value)


def texts(name: str, value: Any, example: Mapping[str, str]) -> dict[str, str]:
    """Return *value*, a mapping of text to text such as *example*."""
    if not isinstance(value, Mapping):
        raise KmsMockError(f"{name}={value!r} is no mapping; write for example {example!r}.")
    for each in (*value, *value.values()):
        if not isinstance(each, str):
            raise KmsMockError(
                f"{name}={dict(value)!r} has {each!r} in it, which is no text; write {str(each)!r}."
            )
    return dict(value)


def _wrong(name: str, value: Any, kind: type) -> KmsMockError:
    return KmsMockError(f"{name}={value!r} makes no sense; write {_KINDS[kind]}.")


def _wrong_type(name: str, value: Any, kind: type) -> KmsMockError:
    return KmsMockError(f"{name} cannot be of type {type(value).__name__}; write {_KINDS[kind]}.")
