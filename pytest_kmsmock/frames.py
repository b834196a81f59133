"""
Frames of the package in tracebacks, whose values are secrets: they are forgotten.

What a frame computed with stays there as long as the error does, and whoever shows
the error may show it too: pytest by its options, a logger of the application. So what
shows an error clears those frames first; what they did is still to be seen.
"""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterator
from types import FrameType
from typing import Final

_PACKAGE: Final = __name__.partition(".")[0]
# What attrs writes for classes of the package has no module, and a file named after the class.
_WRITTEN_BY_ATTRS: Final = "<attrs generated"
# What the test is run by: what comes beneath is the test's.
_AROUND: Final = (f"{_PACKAGE}.decorating", f"{_PACKAGE}.plugin")


def errors_of(error: BaseException | None) -> Iterator[BaseException]:
    """Yield *error*, those that it came from, and those that it is a group of."""
    seen: set[int] = set()
    left = [error]
    while left:
        each = left.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        left += (each.__cause__, each.__context__)
        if isinstance(each, BaseExceptionGroup):
            left += each.exceptions


def frames_of(error: BaseException) -> list[FrameType]:
    """Return the frames that *error* has passed, the outermost first."""
    return [frame for frame, _ in traceback.walk_tb(error.__traceback__)]


def is_of_package(frame: FrameType) -> bool:
    """Tell whether *frame* is one of the package's code, or of what attrs has written for it."""
    file = frame.f_code.co_filename
    if file.startswith(_WRITTEN_BY_ATTRS):
        return f" {_PACKAGE}." in file
    return _module_of(frame).partition(".")[0] == _PACKAGE


def forget(error: BaseException | None) -> None:
    """
    Clear what *error*, and those before it, have of the package's values.

    Those are in its frames and in those of the libraries that they call. The frames of
    the test and of the application are theirs. Those that still run stay as they are.
    """
    for each in errors_of(error):
        for frame in _with_values(frames_of(each)):
            with contextlib.suppress(RuntimeError):  # it still runs
                frame.clear()


def _with_values(frames: list[FrameType]) -> Iterator[FrameType]:
    is_within = False
    for frame in frames:
        if is_of_package(frame):
            yield frame
            is_within = not _module_of(frame).startswith(_AROUND)
        elif is_within:
            from . import sources  # not at the top: pytest's start imports this module

            # A test's own object can be asked by the package whether it equals something.
            is_within = not sources.is_of_project(frame.f_code)
            if is_within:
                yield frame


def _module_of(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__"))
