"""
The law of imports: which module may know which.

The rooms of the package stand in order, and an arrow goes from one to the same
or to one further in. Imports inside functions and for the type checker count:
they too are knowledge. What `pytest_kmsmock` itself hands out, it looks up when
asked, and its list of names is no arrow.
"""

from __future__ import annotations

import ast
import fnmatch
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

import pytest_kmsmock

PACKAGE: Final = Path(pytest_kmsmock.__file__).parent

# From the outside inwards. Of rooms in one line, any may know another, without a circle.
ROOMS: Final = (
    ("plugin", "__main__"),
    ("commands",),
    ("mock",),
    ("decorating", "leaks", "reports", "seeds"),
    ("calls",),
    ("handles",),
    ("doors",),
    ("backend",),
    (
        *(
            "active",
            "checks",
            "clock",
            "comparing",
            "failures",
            "faults",
            "frames",
            "imports",
            "names",
        ),
        *("observed", "options", "pairs", "principals", "record", "remains", "settings", "sources"),
        "standing",
    ),
    ("service.service", "service.auto_create", "service.repeatable"),
    ("service.operations",),
    ("service.serving",),
    ("service.authorization", "service.state"),
    ("service.rules",),
    ("service.values",),
    ("service.api",),
    ("service.misuse",),
    ("crypto",),
)

# Who may know what is not ours: rooms or modules, by patterns. The standard library is free.
OTHERS: Final[Mapping[str, tuple[str, ...]]] = {
    "attrs": ("",),
    "botocore": ("doors.sessions", "doors.wire", "mock"),
    "botocore.httpsession": ("doors.shadow",),
    "botocore.auth": ("doors.endpoint", "doors.remote"),
    "botocore.awsrequest": ("doors.remote", "doors.shadow", "doors.wire"),
    "botocore.client": ("doors.sessions",),
    "botocore.compat": ("service.api",),
    "botocore.config": ("doors.clients",),
    "botocore.credentials": ("doors.endpoint", "doors.remote"),
    "botocore.exceptions": ("doors.wire", "handles.key", "seeds.loading"),
    "botocore.loaders": ("service.api",),
    "botocore.parsers": ("doors.bridge", "doors.shadow"),
    "botocore.model": ("calls.matching", "doors.shadow", "service.api"),
    "botocore.response": ("doors.bridge",),
    "botocore.session": ("doors.clients", "doors.sessions", "settings"),
    "cryptography*": ("crypto", "handles.enclave", "handles.key"),
    "moto.core.models": ("plugin.migration.watching",),
    "pytest": ("plugin",),
    "tornado*": ("doors.endpoint",),
}


# As free as the standard library: stubs, which are there for a type checker alone.
STUBS: Final = frozenset({"mypy_boto3_kms"})


def modules() -> Iterator[tuple[str, Path]]:
    """Yield the modules of the package, by their names within it."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), path


MODULES: Final = {name: path for name, path in modules() if name}


def imports_of(name: str) -> Iterator[str]:
    """Yield the full names of what the module imports."""
    package = ["pytest_kmsmock", *name.split(".")]
    if MODULES[name].name != "__init__.py":
        package.pop()
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            outer = package[: len(package) + 1 - node.level] if node.level else []
            base = ".".join((*outer, *filter(None, [node.module])))
            for alias in node.names:
                full = f"{base}.{alias.name}"
                # A name of a module, or a module of a package.
                is_module = full.removeprefix("pytest_kmsmock.") in MODULES
                yield full if is_module or base == "pytest_kmsmock" else base


IMPORTS: Final = {name: sorted(set(imports_of(name))) for name in MODULES}
# Ours, by their names within the package, and others' by their full names.
GRAPH: Final = {
    name: [each for each in MODULES if each != name and f"pytest_kmsmock.{each}" in known]
    for name, known in IMPORTS.items()
}
FOREIGN: Final = {
    name: [each for each in known if not each.startswith("pytest_kmsmock")]
    for name, known in IMPORTS.items()
}


def is_within(name: str, room: str) -> bool:
    return not room or name == room or name.startswith(f"{room}.")


def level(name: str) -> int:
    """Return how far in the room of the module lies."""
    [found] = [
        number for number, rooms in enumerate(ROOMS) if any(is_within(name, room) for room in rooms)
    ]
    return found


def circles(graph: Mapping[str, list[str]]) -> list[list[str]]:
    """Return a circle for each module of *graph* from which a way leads back to it."""
    found = []
    for start in graph:
        ways, seen = [[start]], {start}
        while ways:
            way = ways.pop(0)
            if start in graph[way[-1]]:
                found.append([*way, start])
                break
            ahead = [each for each in graph[way[-1]] if each not in seen]
            seen.update(ahead)
            ways += [[*way, each] for each in ahead]
    return found


@pytest.mark.parametrize("name", [name for name in MODULES if name != "service"])
def test_every_module_lies_in_one_room(name: str) -> None:
    """A new folder has to be put somewhere: its place in `ROOMS` is who may know it."""
    assert 0 <= level(name) < len(ROOMS)


@pytest.mark.parametrize("name", MODULES)
def test_arrows_point_inwards(name: str) -> None:
    """A module knows its own room and those further in."""
    assert [known for known in GRAPH[name] if level(known) < level(name)] == []


def test_there_is_no_circle() -> None:
    """Two modules that know each other are one idea in two files, or two ideas in each."""
    assert circles(GRAPH) == []


def test_a_circle_would_be_found() -> None:
    """Whether it is short or long."""
    graph = {"a": ["b"], "b": ["c"], "c": ["b", "d"], "d": []}

    assert circles(graph) == [["b", "c", "b"], ["c", "b", "c"]]


@pytest.mark.parametrize("name", MODULES)
def test_what_is_not_ours_is_known_where_it_is_needed(name: str) -> None:
    """`OTHERS` says where."""
    for known in FOREIGN[name]:
        if known.partition(".")[0] not in sys.stdlib_module_names | STUBS:
            [pattern] = [each for each in OTHERS if fnmatch.fnmatchcase(known, each)] or [known]
            assert any(is_within(name, room) for room in OTHERS.get(pattern, ())), known


@pytest.mark.parametrize(
    ("known", "room"), [(known, room) for known, rooms in OTHERS.items() for room in rooms if room]
)
def test_nothing_is_allowed_that_nobody_needs(known: str, room: str) -> None:
    known_there = [each for name in MODULES if is_within(name, room) for each in FOREIGN[name]]

    assert fnmatch.filter(known_there, known)


@pytest.mark.parametrize("name", MODULES)
def test_the_package_does_not_use_its_own_public_names(name: str) -> None:
    """They are for users; each leads back to the outermost room."""
    public = {f"pytest_kmsmock.{each}" for each in pytest_kmsmock.__all__}

    assert not public & {*IMPORTS[name]}
