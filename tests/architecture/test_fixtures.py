"""Fixtures that several files share are defined once, in the conftest of what they share."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).resolve().parents[1]


def fixtures_of(source: str) -> Iterator[tuple[str, str]]:
    """Yield the fixtures that *source* defines, each as its name and what it does."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and any(
            ast.unparse(each).startswith("pytest.fixture") for each in node.decorator_list
        ):
            docstring = 0 if ast.get_docstring(node) is None else 1
            yield node.name, "\n".join(ast.unparse(each) for each in node.body[docstring:])


def repeated(sources: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the fixtures that do the same under one name, with the names of their files."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for file, source in sources:
        for fixture in fixtures_of(source):
            found[fixture].append(file)
    return {name: files for (name, _), files in found.items() if len(files) > 1}


def test_no_fixture_is_defined_twice() -> None:
    """Else one is changed and the other forgotten."""
    files = sorted(TESTS.rglob("*.py"))

    assert repeated((str(file.relative_to(TESTS)), file.read_text("utf-8")) for file in files) == {}


def test_a_second_definition_is_noticed() -> None:
    """Of one that does something else under the same name there may be several."""
    client = "@pytest.fixture\ndef client(kms):\n    return kms.client()\n"
    documented = client.replace("    return", '    "A client."\n    return')
    abroad = client.replace("client()", "client('eu-west-1')")

    assert repeated([("a", client), ("b", documented), ("c", abroad)]) == {"client": ["a", "b"]}
    assert repeated([("a", client), ("c", abroad)]) == {}
