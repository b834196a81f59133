"""Which line of the application made a call."""

from __future__ import annotations

import functools
import os
import site
import sys
import sysconfig
from types import CodeType, FrameType
from typing import Final

import attrs

_OWN: Final = os.path.dirname(__file__) + os.sep
_INSTALLED: Final = tuple(
    {
        path + os.sep
        for path in (
            *site.getsitepackages(),
            site.getusersitepackages(),
            sysconfig.get_path("purelib"),
            sysconfig.get_path("platlib"),
            sysconfig.get_path("stdlib"),
        )
    }
)
# Libraries that a KMS call always goes through.
_CLIENTS: Final = ("botocore", "boto3", "aiobotocore", "aioboto3", "s3transfer")

# The innermost frames are this package's and those of botocore's events. To
# skip them at once is cheaper than to make an object of each.
_HOOK_FRAMES: Final = 5


@attrs.frozen
class Source:
    """A place in a program, the line of which is looked up when asked for."""

    _code: CodeType = attrs.field(repr=False)
    _instruction: int = attrs.field(repr=False)

    @property
    def file(self) -> str:
        return self._code.co_filename

    @property
    def line(self) -> int:
        for start, end, line in self._code.co_lines():
            if line is not None and start <= self._instruction < end:
                return line
        return self._code.co_firstlineno

    def __str__(self) -> str:
        """Return ``path:line``, the path relative to the working directory if below it."""
        path = os.path.relpath(self.file)
        return f"{self.file if path.startswith(os.pardir) else path}:{self.line}"


def caller() -> Source | None:
    """
    Return the innermost line on the stack that is the application's own.

    That is the first that no installed package holds: a library that calls
    KMS for the application, such as the Encryption SDK, is passed over. Where
    all are installed, it is the first that is no AWS client's.
    """
    fallback: FrameType | None = None
    try:
        frame: FrameType | None = sys._getframe(_HOOK_FRAMES)
    except ValueError:
        frame = sys._getframe(1)
    while frame is not None:
        kind = _kind(frame.f_code.co_filename)
        if kind == "project":
            return Source(frame.f_code, frame.f_lasti)
        if kind == "library" and fallback is None:
            fallback = frame
        frame = frame.f_back
    return None if fallback is None else Source(fallback.f_code, fallback.f_lasti)


@functools.cache
def _kind(filename: str) -> str:
    if filename.startswith(_OWN):
        return "client"
    # In reverse: a virtual environment can lie in the standard library's folder.
    for folder in sorted(_INSTALLED, key=len, reverse=True):
        if filename.startswith(folder):
            package = filename[len(folder) :].partition(os.sep)[0]
            return "client" if package in _CLIENTS else "library"
    # Code that was never a file, as `<string>` or a frozen module.
    return "library" if filename.startswith("<") else "project"
