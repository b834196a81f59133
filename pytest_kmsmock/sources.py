"""Which line of the application made a call."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from types import CodeType, FrameType
from typing import Final

from .crypto.cache import Cache

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

# The innermost frames are this package's and those of botocore's events, and then come
# mostly those of a client's method. To skip them at once is cheaper than to make an object
# of each.
_HOOK_FRAMES: Final = 6
_METHOD_FRAMES: Final = 8
_METHOD: Final = "_api_call"


Source = tuple[CodeType, int] | str
"""
A place in a program: code, and the instruction in it. `shown` looks its line up.

What has come from another process is text: the line there, or what its client calls itself.
"""


def shown(source: Source | None) -> str:
    """Return ``path:line``, the path relative to the working directory if below it."""
    if source is None:
        return "unknown"
    if isinstance(source, str):
        return source
    file = source[0].co_filename
    path = os.path.relpath(file)
    return f"{file if path.startswith(os.pardir) else path}:{_line(*source)}"


def _line(code: CodeType, instruction: int) -> int:
    for start, end, line in code.co_lines():
        if line is not None and start <= instruction < end:
            return line
    return code.co_firstlineno


def is_of_project(code: CodeType) -> bool:
    """Tell whether *code* is the application's or a test's, and no installed package's."""
    return _KINDS[code.co_filename] == "project"


def caller() -> Source | None:
    """
    Return the innermost line on the stack that is the application's own.

    That is the first that no installed package holds: a library that calls
    KMS for the application, such as the Encryption SDK, is passed over. Where
    all are installed, it is the first that is no AWS client's.
    """
    frame: FrameType | None
    try:
        frame = sys._getframe(_METHOD_FRAMES)
        is_method = frame.f_code.co_name == _METHOD
        frame = frame.f_back if is_method else sys._getframe(_HOOK_FRAMES)
    except ValueError:
        frame = sys._getframe(1)
    return _first_of_project(frame)


def line_of_author() -> Source | None:
    """Return the innermost line on the stack that is neither the plugin's nor a library's."""
    return _first_of_project(sys._getframe(1))


def _first_of_project(frame: FrameType | None) -> Source | None:
    fallback: FrameType | None = None
    while frame is not None:
        code = frame.f_code
        kind = _KINDS[code.co_filename]
        if kind == "project":
            return code, frame.f_lasti
        if kind == "library" and fallback is None:
            fallback = frame
        frame = frame.f_back
    return None if fallback is None else (fallback.f_code, fallback.f_lasti)


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


# Nearly all calls come through the same few files.
_KINDS: Final = Cache(_kind, 4096)
