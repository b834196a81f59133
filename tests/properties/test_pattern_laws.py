"""No regular expression takes long, whatever text somebody sends."""

from __future__ import annotations

import ast
import contextlib
import importlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pytest_kmsmock
from pytest_kmsmock.service.api.shapes import service_model

PACKAGE = Path(pytest_kmsmock.__file__).parent


def written_patterns() -> Iterator[str]:
    """Yield each regular expression that stands in the package's code."""
    for path in PACKAGE.rglob("*.py"):
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and getattr(node.func.value, "id", None) == "re"
            ):
                pattern = compile(ast.Expression(node.args[0]), str(path), "eval")
                # What a function is given is the model's.
                with contextlib.suppress(NameError):
                    found = eval(pattern, vars(importlib.import_module(module)))
                    yield found if isinstance(found, str) else found.decode("latin-1")


def patterns_of_the_model() -> Iterator[str]:
    for name in service_model().shape_names:
        pattern = service_model().shape_for(name).metadata.get("pattern")
        if pattern is not None:
            yield pattern


WRITTEN = sorted({*written_patterns()})
OF_THE_MODEL = sorted({*patterns_of_the_model()})


def test_patterns_are_found() -> None:
    """Both where the code has them and where botocore's model has them."""
    assert any(each.endswith("|mrk-[0-9a-fA-F]{32}") for each in WRITTEN)
    assert r"^([a-z]+-){2,3}\d+$" in OF_THE_MODEL


@pytest.mark.parametrize("pattern", [*WRITTEN, *OF_THE_MODEL])
def test_no_pattern_takes_long(pattern: str) -> None:
    """A part of what matches, ten thousand times over, with an end that does not match."""
    compiled = re.compile(pattern, re.ASCII)
    # What looks back matches no text as a whole; the code seeks it in a text.
    is_sought = pattern.startswith("(?<=")

    @settings(max_examples=15)
    @given(text=st.from_regex(compiled, fullmatch=not is_sought), data=st.data())
    def check(text: str, data: st.DataObject) -> None:
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, len(text)))
        hostile = text[:start] + text[start:end] * 10_000 + text[end:] + "\0"
        began = time.process_time()

        if is_sought:
            list(compiled.finditer(hostile))
        else:
            compiled.fullmatch(hostile)

        # What tries again and again takes minutes.
        assert time.process_time() - began < 2

    check()
