"""
Values that a test expects in part, or of which it says what is true.

Each stands in the place of a parameter, or of a value within one. What one could
never hold for is told to the test's author, since an assertion on it would fail for
ever, or pass for ever and mean nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from ..service.misuse import KmsMockError
from .showing import shown_value


@attrs.frozen(eq=False, repr=False)
class Containing:
    """A mapping that has these entries, whatever else is in it."""

    part: Mapping[str, Any]

    def __eq__(self, other: object) -> bool:
        __tracebackhide__ = True
        return isinstance(other, Mapping) and all(
            name in other and bool(value == other[name]) for name, value in self.part.items()
        )

    __hash__ = None  # type: ignore[assignment]  # it equals what has other hashes

    def __repr__(self) -> str:
        return f"containing({shown_value(self.part)})"


@attrs.frozen(eq=False, repr=False)
class Matching:
    """A value of which the predicate is true."""

    predicate: Callable[[Any], bool]

    def __eq__(self, other: object) -> bool:
        __tracebackhide__ = True
        result: object = self.predicate(other)
        if type(result) is not bool:
            # A method that nobody has called, a coroutine and so on are true of everything, and
            # what a function without `return` gives is true of nothing.
            raise KmsMockError(
                f"the predicate of {self!r} returned a value of type {type(result).__name__}; "
                "let it return True or False, for example by bool(…)."
            )
        return result

    __hash__ = None  # type: ignore[assignment]  # it equals what has other hashes

    def __repr__(self) -> str:
        # Not the object's own `repr`, which may show what it was made with.
        name = getattr(self.predicate, "__qualname__", type(self.predicate).__qualname__)
        return f"matching({name.rpartition('<locals>.')[2]})"


def containing(part: Mapping[str, Any]) -> Containing:
    """
    Return what equals each mapping that has the entries of *part*.

    ``kms.calls.assert_called("Encrypt", EncryptionContext=containing({"tenant": "42"}))``
    """
    __tracebackhide__ = True
    if not isinstance(part, Mapping) or not part:
        raise KmsMockError(
            f"containing() takes a mapping with an entry at least, as in "
            f"containing({{'tenant': '42'}}), not {shown_value(part)}. For any context "
            "write unittest.mock.ANY."
        )
    return Containing(dict(part))


def matching(predicate: Callable[[Any], bool]) -> Matching:
    """
    Return what equals each value of which *predicate* returns True.

    ``kms.calls.assert_called("Encrypt", Plaintext=matching(lambda value: len(value) == 32))``

    It is given the value as ``call.params`` has it: a blob is bytes, a date is seconds
    since the epoch. What it returns besides True and False raises `KmsMockError`.
    """
    __tracebackhide__ = True
    if not callable(predicate):
        raise KmsMockError(
            f"matching() takes a function, as in matching(lambda value: len(value) == 32), "
            f"not a value of type {type(predicate).__name__}."
        )
    return Matching(predicate)
