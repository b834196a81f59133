"""
The picture of the path of a call: from the application to the answer, module by module.

It is what an Encrypt really goes through: the modules of the package in the order in which they
are entered, each below the one that calls it, with the first line of its docstring.
"""

from __future__ import annotations

import ast
import importlib
import sys
import types
from collections.abc import Iterator
from typing import Any, Final

import botocore.session
import outlines
from outlines import Row

from pytest_kmsmock import mock_kms

PAGE: Final = "docs/pictures/call-path.svg"
_PACKAGE: Final = "pytest_kmsmock"
# The rooms that have a colour of their own, from the outside inwards.
_KINDS: Final = {"doors": "a", "service": "b", "crypto": "c"}
_BEFORE: Final = (
    Row(0, "the application calls client.encrypt(…)"),
    Row(0, "botocore: before-call.kms.Encrypt", "The parameters are checked and serialized."),
)
_AFTER: Final = (
    Row(0, "botocore: after-call.kms.Encrypt", "It returns the answer, or raises its exception."),
)


def entered() -> list[tuple[int, str]]:
    """Return the modules that an Encrypt enters, each with how deep it lies below the first."""
    with mock_kms() as kms:
        kms.create_key(alias="alias/app")
        client: Any = botocore.session.Session().create_client("kms", region_name=kms.region)

        def encrypt() -> None:
            client.encrypt(KeyId="alias/app", Plaintext=b"secret")

        # What is made once, and imported when it is first used, is there then.
        encrypt()
        return _traced(encrypt)


def _traced(call: Any) -> list[tuple[int, str]]:
    """Run *call*, and return what it enters for the first time."""
    # Of each frame the module, or an empty text for those of others.
    stack: list[str] = []
    depths: dict[str, int] = {}

    def note(frame: types.FrameType, event: str, _: object) -> None:
        if event == "return" and stack:
            stack.pop()
        elif event == "call":
            name = frame.f_globals.get("__name__", "")
            name = name if name.startswith(f"{_PACKAGE}.") else ""
            if name and name not in depths:
                outer = [each for each in stack if each]
                depths[name] = depths[outer[-1]] + 1 if outer else 0
            stack.append(name)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(before)
    return [(depth, name.removeprefix(f"{_PACKAGE}.")) for name, depth in depths.items()]


def rows() -> Iterator[Row]:
    yield from _BEFORE
    for depth, name in entered():
        yield Row(depth, name.replace(".", "/") + ".py", _idea(name), _kind(name))
    yield from _AFTER


def _kind(name: str) -> str:
    return _KINDS.get(name.partition(".")[0], "d")


def _idea(name: str) -> str:
    """Return the first sentence of a module's docstring."""
    module = importlib.import_module(f"{_PACKAGE}.{name}")
    text = ast.get_docstring(ast.parse(f'"""{module.__doc__}"""')) or ""
    return " ".join(text.split("\n\n")[0].split())


def picture() -> str:
    """Return the picture as SVG."""
    return outlines.drawn(
        [*rows()], "The modules that a call goes through, from the first to the last."
    )
