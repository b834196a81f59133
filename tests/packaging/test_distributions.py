"""
What is uploaded to an index: an sdist and a wheel, built as a release is.

They are built from a copy of what git tracks, among leftovers such as a working
tree has. The environment `package` of tox runs this, with the sdist installed.
"""

from __future__ import annotations

import email
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.message import Message
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import pytest

pytest.importorskip("hatchling")
pytest.importorskip("twine")
readme_renderer = pytest.importorskip("readme_renderer.markdown")

ROOT: Final = Path(__file__).resolve().parents[2]
PROJECT: Final[dict[str, Any]] = tomllib.loads(
    (ROOT / "pyproject.toml").read_text(encoding="utf-8")
)["project"]

# What is of use in a checkout only: CI's script, and files for forges, hooks and editors.
OF_THE_CHECKOUT: Final = (".ci/", ".github/", ".editorconfig", ".pre-commit-config.yaml")
# What work leaves in a tree.
LEFTOVERS: Final = (
    "pytest_kmsmock/__pycache__/mock.cpython-311.pyc",
    "pytest_kmsmock/service/__pycache__/service.cpython-311.opt-1.pyc",
    "tests/__pycache__/conftest.cpython-311-pytest-8.2.0.pyc",
    "tests/.pytest_cache/README.md",
    "docs/.mypy_cache/3.11/x.json",
    "tools/.ruff_cache/0.17.6/x",
    "tests/.hypothesis/examples/x",
    "tests/.coverage.host.1",
    "pytest_kmsmock.egg-info/PKG-INFO",
    ".ci/last.log",
    ".tox/py311/x.py",
    ".venv/x.py",
    "build/lib/pytest_kmsmock/mock.py",
    "dist/pytest_kmsmock-0.0.1.tar.gz",
    "site/index.html",
    "contract-record.jsonl",
    "notes.txt",
)
# Of those that the sdist brings, some of each kind; they need nothing but pytest and boto3.
TESTS: Final = (
    "tests/architecture",
    "tests/contract/test_encryption.py",
    "tests/plugin/test_fixtures.py",
    "tests/test_mock.py",
)


def _tracked() -> list[str]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("the tree is no checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def _build(tree: Path, into: Path, *kinds: str) -> list[Path]:
    """Let the build backend make distributions of *tree*, as `build` and pip do."""
    code = "import sys; from hatchling import build; [getattr(build, f'build_{kind}')(sys.argv[1]) "
    code += "for kind in sys.argv[2:]]"
    subprocess.run(
        [sys.executable, "-c", code, str(into), *kinds], cwd=tree, check=True, capture_output=True
    )
    return sorted(into.iterdir())


def _contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel and the sdist of the tree."""
    tree, into = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("dist")
    for name in _tracked():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    for name in LEFTOVERS:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(b"left over")
    # The backend looks for the root of the repository.
    (tree / ".git").mkdir()
    wheel, sdist = _build(tree, into, "sdist", "wheel")
    return wheel, sdist


@pytest.fixture(scope="module")
def wheel(built: tuple[Path, Path]) -> Path:
    return built[0]


@pytest.fixture(scope="module")
def sdist(built: tuple[Path, Path]) -> Path:
    return built[1]


@pytest.fixture(scope="module")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the sdist unpacks to, the only one in it."""
    into = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(into, filter="data")
    [folder] = into.iterdir()
    return folder


@pytest.fixture(scope="module")
def described(wheel: Path) -> Message:
    """What the wheel tells an index."""
    [content] = [found for name, found in _contents(wheel).items() if name.endswith("/METADATA")]
    return email.message_from_string(content.decode())


# What they hold.


def test_their_names_say_the_version(built: tuple[Path, Path]) -> None:
    """One wheel, for every interpreter and machine."""
    version = metadata.version("pytest-kmsmock")

    assert [file.name for file in built] == [
        f"pytest_kmsmock-{version}-py3-none-any.whl",
        f"pytest_kmsmock-{version}.tar.gz",
    ]


def test_the_sdist_has_what_is_tracked_and_nothing_else(unpacked: Path) -> None:
    """All that it takes to build, to test, to make the docs; no leftovers, no CI of ours."""
    files = {
        path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()
    }

    assert files == {
        "PKG-INFO",
        *(name for name in _tracked() if not name.startswith(OF_THE_CHECKOUT)),
    }


def test_the_wheel_has_the_package_and_nothing_else(wheel: Path) -> None:
    """No tests, no tools; the licence and the entry point lie beside it."""
    files = {name for name in _contents(wheel) if not name.startswith("pytest_kmsmock/")}
    package = {name for name in _contents(wheel) if name.startswith("pytest_kmsmock/")}

    assert package == {name for name in _tracked() if name.startswith("pytest_kmsmock/")}
    info = f"pytest_kmsmock-{metadata.version('pytest-kmsmock')}.dist-info"
    assert files == {
        f"{info}/{name}"
        for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
    }


def test_the_wheel_of_the_sdist_is_that_of_the_tree(
    wheel: Path, unpacked: Path, tmp_path: Path
) -> None:
    """Who builds from the sdist, as distributors do, gets the same, byte by byte."""
    [again] = _build(unpacked, tmp_path, "wheel")

    assert again.name == wheel.name
    assert _contents(again) == _contents(wheel)


# What an index makes of them.


def test_an_index_takes_them(built: tuple[Path, Path]) -> None:
    """Twine checks what an index would refuse, and that the description can be rendered."""
    done = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", *map(str, built)],
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("PASSED") == 2


def test_the_page_of_an_index_shows_the_readme(described: Message) -> None:
    """Tables are tables, code is code, and marks for our tests are not seen."""
    text = str(described.get_payload())
    assert text.strip() == (ROOT / "README.md").read_text(encoding="utf-8").strip()
    assert described["Description-Content-Type"] == "text/markdown"

    page = readme_renderer.render(text)

    assert page is not None
    assert re.search("<h1[^>]*>pytest-kmsmock<", page)
    assert page.count("<table>") == text.count("| --- |")
    assert page.count("<pre") == text.count("```") / 2
    assert "block:" not in page
    assert "command:" not in page


def test_classifiers_are_true(described: Message) -> None:
    """They are on the index's list, and say of Python what the tests run on."""
    trove = pytest.importorskip("trove_classifiers")
    classifiers = described.get_all("Classifier", [])

    assert classifiers == PROJECT["classifiers"]
    assert set(classifiers) <= trove.classifiers - set(trove.deprecated_classifiers)
    assert described["License-Expression"] == "MIT"
    assert described["Requires-Python"] == ">=3.11"


# What is installed from the sdist.


def test_the_tests_of_the_sdist_pass_against_what_is_installed(unpacked: Path) -> None:
    """Distributors run them; what is tested is the installed package."""
    done = subprocess.run(
        [sys.executable, "-I", "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS],
        cwd=unpacked,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
