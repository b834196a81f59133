"""
Comparisons that a test makes, of which some could never hold.

An assertion on such a one would fail for ever, or pass for ever and mean
nothing. So the author is told, instead of getting False.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, SupportsIndex, TypeVar

from .service.misuse import KmsMockError, suggestion

T = TypeVar("T")

_OWN: Final = f"{__name__.partition('.')[0]}."


def decides_itself(value: object) -> bool:
    """Tell whether *value* has its own idea of what it equals, as `unittest.mock.ANY` has."""
    owner = next(cls.__module__ for cls in type(value).__mro__ if "__eq__" in vars(cls))
    return owner != "builtins" and not owner.startswith(_OWN)


class CheckedList(list[T]):
    """
    A list that is asked for nothing but what it could hold.

    Args:
        items: What is in it.
        what: What they are, as in "aliases".
        check: Returns the item that is meant by what a test asks for, or raises `KmsMockError`.
    """

    def __init__(self, items: Iterable[T], what: str, check: Callable[[Any], Any]) -> None:
        super().__init__(items)
        self._what = what
        self._check = check

    def __contains__(self, item: object) -> bool:
        __tracebackhide__ = True
        return super().__contains__(self._meant(item))

    def count(self, item: Any) -> int:
        __tracebackhide__ = True
        return super().count(self._meant(item))

    def index(self, item: Any, start: SupportsIndex = 0, stop: SupportsIndex | None = None) -> int:
        __tracebackhide__ = True
        item = self._meant(item)
        return super().index(item, start) if stop is None else super().index(item, start, stop)

    def __eq__(self, other: object) -> bool:
        __tracebackhide__ = True
        if isinstance(other, CheckedList):
            return super().__eq__(other)
        if decides_itself(other):
            return NotImplemented
        return super().__eq__([self._meant(item) for item in self._sequence(other)])

    def __ne__(self, other: object) -> bool:
        __tracebackhide__ = True
        is_equal = self.__eq__(other)
        return is_equal if is_equal is NotImplemented else not is_equal

    __hash__ = None

    def _meant(self, item: Any) -> Any:
        __tracebackhide__ = True
        return item if decides_itself(item) else self._check(item)

    def _sequence(self, other: object) -> list[Any] | tuple[Any, ...]:
        __tracebackhide__ = True
        if isinstance(other, list | tuple):
            return other
        raise KmsMockError(
            f"a list of {self._what} never equals {other!r}; compare it with a list."
        )


class Word(str):
    """
    A text that is one of several: the state of a key, say.

    Compared with a text that is none of them it raises `KmsMockError`, as ``!=`` would
    hold for ever.
    """

    __slots__ = ("_known", "_what")

    _known: Callable[[], Iterable[str]]
    _what: str

    def __new__(cls, text: str, what: str, known: Callable[[], Iterable[str]]) -> Word:
        """
        Return *text* as one.

        Args:
            what: What it is, as in "state".
            known: Returns all that there are.
        """
        word = super().__new__(cls, text)
        word._what = what
        word._known = known
        return word

    def __eq__(self, other: object) -> bool:
        __tracebackhide__ = True
        is_equal = super().__eq__(other)
        if is_equal is False and type(other) is not Word and isinstance(other, str):
            known = [*self._known()]
            if other not in known:
                raise KmsMockError(
                    f"{other!r} is no {self._what}.{suggestion(other, known)} "
                    f"There are {', '.join(known)}."
                )
        return is_equal

    def __ne__(self, other: object) -> bool:
        __tracebackhide__ = True
        is_equal = self.__eq__(other)
        return is_equal if is_equal is NotImplemented else not is_equal

    __hash__ = str.__hash__

    # For whoever copies it, or sends it elsewhere, it is a text.
    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)


class Members(dict[str, T]):
    """
    The members of a request or a response, which are asked for by no name that none has.

    Args:
        members: What they are.
        known: Returns the names that some request or response has.
    """

    def __init__(self, members: Mapping[str, T], known: Callable[[], Iterable[str]]) -> None:
        super().__init__(members)
        self._known = known

    def __contains__(self, name: object) -> bool:
        __tracebackhide__ = True
        return super().__contains__(name) or self._lacks(name)

    def get(self, name: Any, default: Any = None) -> Any:
        __tracebackhide__ = True
        return super().get(name, default) if name in self else default

    def _lacks(self, name: object) -> bool:
        """Return False, or raise for a name that tells nothing."""
        __tracebackhide__ = True
        known = [*self._known()]
        if name not in known:
            raise KmsMockError(
                f"there is nothing in KMS that has a member {name!r} here, so that it is never "
                f"there.{suggestion(str(name), known)}"
            )
        return False

    # For whoever copies it, or sends it elsewhere, it is a dict.
    def __reduce__(self) -> tuple[type[dict[str, T]], tuple[dict[str, T]]]:
        return dict, (dict(self),)


def plain(value: Any) -> Any:
    """Return *value* with nothing in it of the kinds above, for what takes no other than plain."""
    if isinstance(value, Word):
        return str.__str__(value)
    if isinstance(value, dict):
        return {plain(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [*map(plain, value)] if isinstance(value, list) else tuple(map(plain, value))
    return value
