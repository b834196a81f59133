"""What is built and installed, what is public, and what is imported before it is needed."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import pytest_kmsmock

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "pytest_kmsmock"
CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = CONFIGURATION["project"]
# CI's script, and files for forges, hooks and editors.
OF_THE_CHECKOUT = {".ci", ".github", ".editorconfig", ".pre-commit-config.yaml"}
MODULES = sorted(PACKAGE.rglob("*.py"))
# What waits until a key or a request needs it.
WAITING = (
    *("rsa", "ecc", "ed25519", "mldsa", "mlkem", "sm2", "private_keys", "sm4"),
    *("attestation", "ber", "certificates", "cms"),
)
WAITING_LIBRARIES = (
    "cryptography.x509",
    "cryptography.hazmat.primitives.asymmetric",
    "cryptography.hazmat.primitives.serialization",
)


def run_python(code: str) -> str:
    """Return what *code* prints in an interpreter of its own, started outside the tree."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "docs",
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def numbers(version: str) -> list[int]:
    """Return the three numbers of *version*, of which it may leave out zeros."""
    return [*map(int, version.split(".")), 0, 0][:3]


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


# What is installed


def test_pytest_finds_the_plugin() -> None:
    [entry_point] = [
        entry_point
        for entry_point in metadata.entry_points(group="pytest11")
        if entry_point.dist and entry_point.dist.name == "pytest-kmsmock"
    ]

    assert (entry_point.name, entry_point.value) == ("kmsmock", "pytest_kmsmock.plugin")


def test_the_version_is_the_packages() -> None:
    assert metadata.version("pytest-kmsmock") == pytest_kmsmock.__version__


def test_classifiers_say_which_interpreters_ci_runs() -> None:
    """None is claimed that is not tested, and none is tested that is not claimed."""
    tox = configparser.ConfigParser()
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    tested = re.findall(r"\bpy3(\d+)\b", tox["tox"]["env_list"])

    claimed = [
        classifier.removeprefix("Programming Language :: Python :: 3.")
        for classifier in PROJECT["classifiers"]
        if classifier.startswith("Programming Language :: Python :: 3.")
    ]
    assert claimed == tested
    assert PROJECT["requires-python"] == f">=3.{tested[0]}"


def test_classifiers_say_that_it_is_typed_and_a_plugin() -> None:
    """Each of the two is there because of a file or an entry."""
    assert "Typing :: Typed" in PROJECT["classifiers"]
    assert (PACKAGE / "py.typed").is_file()
    assert "Framework :: Pytest" in PROJECT["classifiers"]
    assert list(PROJECT["entry-points"]) == ["pytest11"]


def test_run_time_dependencies() -> None:
    names = {re.split(r"[<>=~!]", requirement)[0] for requirement in PROJECT["dependencies"]}

    assert names == {"attrs", "botocore", "cryptography", "pytest"}


@pytest.mark.skipif(
    os.environ.get("TOX_ENV_NAME", "coverage") == "coverage",
    reason="the package is installed from the tree, not from a wheel",
)
def test_what_the_wheel_installs() -> None:
    """The modules, a page's template and the marker of a typed package, and nothing else."""
    installed = {Path(str(file)) for file in metadata.files("pytest-kmsmock") or ()}
    files = {
        file
        for file in installed
        if file.suffix != ".pyc" and not file.parts[0].endswith(".dist-info")
    }

    expected = {module.relative_to(ROOT) for module in MODULES}
    template = PACKAGE / "reports" / "run" / "template"
    page = {template.relative_to(ROOT) / name for name in ("page.css", "page.html", "page.js")}
    assert files == expected | page | {Path("pytest_kmsmock/py.typed")}
    assert any(file.name == "LICENSE" for file in installed)


@pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists(), reason="the tree is no checkout"
)
def test_each_file_of_the_root_is_shipped_or_is_of_the_checkout() -> None:
    """What was committed by mistake is neither; tests/packaging tells the rest of the sdist."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    of_the_root = {name.partition("/")[0] for name in listed.stdout.splitlines()}

    include = CONFIGURATION["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    # hatchling adds these by itself.
    shipped = {*(name.removeprefix("/") for name in include), "pyproject.toml", ".gitignore"}
    assert of_the_root - OF_THE_CHECKOUT == shipped


def test_the_lowest_environment_has_the_lowest_versions() -> None:
    """The environment `lowest` of tox has what pyproject.toml declares, no more and no less."""
    tox = configparser.ConfigParser()
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    assert tox["testenv:lowest"]["deps"] == "-r tests/lowest.txt"
    lines = (ROOT / "tests" / "lowest.txt").read_text(encoding="utf-8").split()
    pins = dict(line.split("==") for line in lines)

    # boto3 is for the tests, and comes in step with botocore.
    assert pins.pop("boto3") == pins["botocore"]
    declared = dict(requirement.split(">=") for requirement in PROJECT["dependencies"])
    assert {name: numbers(pin) for name, pin in pins.items()} == {
        name: numbers(lowest) for name, lowest in declared.items()
    }


@pytest.mark.skipif(os.environ.get("TOX_ENV_NAME") != "lowest", reason="for tox's `lowest`")
def test_the_lowest_versions_are_installed() -> None:
    for requirement in PROJECT["dependencies"]:
        name, lowest = requirement.split(">=")
        assert numbers(metadata.version(name)) == numbers(lowest)


# What is imported


def test_loading_the_plugin_imports_little() -> None:
    """Every pytest run loads it, also in projects whose tests never touch KMS."""
    loaded = run_python(
        "import pytest, sys; before = set(sys.modules); import pytest_kmsmock.plugin; "
        "print(*sorted(set(sys.modules) - before))"
    ).split()

    third_party = {
        name
        for name in loaded
        if name.partition(".")[0] not in sys.stdlib_module_names
        and not is_within(name, "pytest_kmsmock")
    }
    assert third_party <= {"botocore", "botocore.exceptions"}
    assert not any(is_within(name, "pytest_kmsmock.service") for name in loaded)
    assert not any(is_within(name, "pytest_kmsmock.crypto") for name in loaded)


def test_importing_the_package_imports_none_of_its_modules() -> None:
    loaded = run_python("import sys, pytest_kmsmock; print(*sorted(sys.modules))").split()

    assert [name for name in loaded if is_within(name, "pytest_kmsmock")] == ["pytest_kmsmock"]


def test_a_symmetric_key_needs_no_other_cryptography() -> None:
    """What few tests need is imported when they need it: the first key of a run is waited for."""
    program = """\
import sys
from pytest_kmsmock.service.service import Service
from pytest_kmsmock.service.serving.request import Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.values.caller import Caller

service = Service(lambda: 1_700_000_000.0, Registry())
def call(operation, **body):
    return service.handle(Request(operation, body, "us-east-1", Caller("123456789012"), "1"))
key_id = call("CreateKey")["KeyMetadata"]["KeyId"]
call("Encrypt", KeyId=key_id, Plaintext="c2VjcmV0")
print(*sys.modules)
"""

    loaded = set(run_python(program).split())

    assert "pytest_kmsmock.crypto.symmetric" in loaded
    assert loaded.isdisjoint(f"pytest_kmsmock.crypto.{name}" for name in WAITING)
    assert not [name for name in loaded if name.startswith(WAITING_LIBRARIES)]
