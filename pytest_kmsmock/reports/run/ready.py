"""A ready test: what to paste, so that the failures of an operation are provoked."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import Final

import attrs

from .rows import Recipe, TestRow
from .summary import OperationUse

_WIDTH: Final = 88


@attrs.frozen
class ReadyTest:
    """
    A test to paste.

    Attributes:
        file: Where to; None if it is for any file.
        within: The class to paste it into, if it is a method.
        text: The test.
    """

    file: str | None
    within: str | None
    text: str

    @property
    def place(self) -> str:
        """Where to paste it, in words."""
        if self.file is None:
            return "a test to complete and paste"
        within = f", into the class {self.within}," if self.within else ""
        return f"a test to paste into {self.file}{within} after the one that it calls"


def ready_test(use: OperationUse, names: Sequence[str]) -> ReadyTest:
    """
    Return a test that provokes the failures *names* of an operation.

    It calls the shortest test that reaches the operation and can be called, while the
    operation fails. Where there is none, what to call is left to the reader.
    """
    marker = _marker(use, names)
    test = min((test for test in use.tests if _is_fit(test, use.name)), key=_effort, default=None)
    if test is None or test.recipe is None:
        return ReadyTest(None, None, _to_complete(use, marker))
    recipe = test.recipe
    name = f"{recipe.function}_when_{_snake(use.name)}_fails"
    is_method = recipe.within is not None
    called = f"{'self.' if is_method else ''}{recipe.function}({', '.join(recipe.arguments)})"
    awaited = "await " if recipe.is_async else ""
    arguments = ", ".join((*("self",) * is_method, *recipe.arguments))
    text = f"""\
{marker}
{"async " if recipe.is_async else ""}def {name}({arguments}):
    with pytest.raises(Exception) as caught:  # what your program raises
        {awaited}{called}

    assert not isinstance(caught.value, AssertionError)
"""
    if recipe.is_marked:
        text += f"\n\n{name}.pytestmark += {recipe.function}.pytestmark\n"
    file = test.id.partition("::")[0]
    if is_method:
        text = textwrap.indent(text, "    " * (recipe.within or "").count(".") + "    ")
    return ReadyTest(file, recipe.within, f"import pytest\n\n\n{text}" if not is_method else text)


def _is_fit(test: TestRow, operation: str) -> bool:
    """
    Tell whether *test*, called under a failure of *operation*, would meet it and fail.

    One that has met an error expects it, and perhaps schedules it.
    """
    return (
        test.recipe is not None
        and test.outcome == "passed"
        and not any(call.errors for call, _, _ in test.steps)
        and any(call.operation == operation and call.phase == "call" for call, _, _ in test.steps)
    )


def _effort(test: TestRow) -> tuple[object, ...]:
    recipe: Recipe | None = test.recipe
    assert recipe is not None
    return (recipe.within is not None, recipe.is_marked, len(test.steps), test.id)


def _to_complete(use: OperationUse, marker: str) -> str:
    source, function = next(iter(use.sources.items()))
    where = f"{source}, {function}" if function else source
    return f"""\
import pytest


{marker}
def test_{_snake(use.name)}_fails(kms):
    with pytest.raises(Exception):  # what your program raises
        ...  # call what calls {use.name}: {where}
"""


def _marker(use: OperationUse, names: Sequence[str]) -> str:
    """Return the marker for the failures *names*, in the shortest way to say so."""
    others = [name for name in (*use.provoked, *use.not_provoked) if name not in names]
    if not others:
        return f'@pytest.mark.kms_failures("{use.name}")'
    option, named = ("only", names) if len(names) <= len(others) else ("exclude", others)
    begin, end = f'@pytest.mark.kms_failures("{use.name}", {option}=[', "])"
    shown = [f'"{name}"' for name in named]
    if len(line := begin + ", ".join(shown) + end) <= _WIDTH:
        return line
    inner = "\n".join(f"        {name}," for name in shown)
    return f'@pytest.mark.kms_failures(\n    "{use.name}",\n    {option}=[\n{inner}\n    ],\n)'


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
