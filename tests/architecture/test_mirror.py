"""
The tests mirror the package: where a module lies, its tests lie too.

Those of `service/rules/usage.py` are in `tests/service/rules/test_usage.py`, or
where they are many in a folder `tests/service/rules/usage/`. What goes across
modules has folders of its own: contract, pytester, beside, properties, interop, packaging.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = ROOT / "pytest_kmsmock"
TESTS: Final = ROOT / "tests"

# Modules without tests of their own, by their paths, each with the reason. The fewer, the better.
WITHOUT: Final[Mapping[str, str]] = {}


def modules_of(package: Path) -> list[str]:
    """Return the modules of *package* that need tests: those that define something."""
    return [
        path.relative_to(package).as_posix()
        for path in sorted(package.rglob("*.py"))
        if path.name != "__init__.py" or _defines_something(path)
    ]


def _defines_something(path: Path) -> bool:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in body)


def has_tests(module: str, tests: Path, name: str) -> bool:
    """
    Tell whether *module* has its tests at the mirrored place below *tests*.

    Args:
        name: Of the package, whose own `__init__.py` has it.
    """
    path = Path(module)
    folder = tests / path.parent
    # What a package does itself is tested under its name.
    stem = (path.parent.name or name) if path.name == "__init__.py" else path.stem
    files = [folder / f"test_{stem}.py", *(folder / stem).glob("test_*.py")]
    return any(file.is_file() and "def test_" in file.read_text("utf-8") for file in files)


@pytest.mark.parametrize("module", modules_of(PACKAGE))
def test_each_module_has_its_tests_where_it_lies(module: str) -> None:
    """A reader who changes a module finds them without a search."""
    has_them = has_tests(module, TESTS, "pytest_kmsmock")

    # What is excused and has tests is excused no longer.
    assert has_them is (module not in WITHOUT)


def test_no_folder_is_named_like_the_one_around_it() -> None:
    """The oldest pytest takes the inner one for it."""
    folders = [path for path in TESTS.rglob("*") if path.is_dir()]

    assert [path for path in folders if path.name == path.parent.name] == []


def test_only_modules_that_there_are_are_excused() -> None:
    assert set(WITHOUT) <= set(modules_of(PACKAGE))


def test_a_module_without_tests_is_noticed(tmp_path: Path) -> None:
    """What the rule is for: modules come and go."""
    package, tests = tmp_path / "ours", tmp_path / "tests"
    for name, content in {
        "ours/__init__.py": "def __getattr__(name): ...",
        "ours/doors/__init__.py": "from .hook import hook",
        "ours/doors/hook.py": "",
        "ours/doors/wire.py": "",
        "ours/doors/guard.py": "",
        "ours/doors/desk.py": "",
        "tests/test_ours.py": "def test_it(): ...",
        "tests/doors/test_hook.py": "def test_it(): ...",
        "tests/doors/wire/test_sending.py": "def test_it(): ...",
        "tests/doors/guard/conftest.py": "def test_it(): ...",
        "tests/doors/test_desk.py": '"""Nothing yet."""',
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    modules = modules_of(package)

    assert "doors/__init__.py" not in modules
    assert [module for module in modules if not has_tests(module, tests, "ours")] == [
        "doors/desk.py",
        "doors/guard.py",
    ]
