"""Commands for a shell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import pytest_kmsmock
from pytest_kmsmock import KmsMockError
from pytest_kmsmock import __main__ as commands
from pytest_kmsmock.__main__ import Command, main

# A command's module is one of the package; this one has the `main` that a test gives it.
COMMANDS = {"seal": Command("clock", "seal a letter"), "open": Command("clock", "open one")}


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the command's own `main` was given."""
    taken: list[list[str]] = []

    def take(argv: list[str]) -> int | None:
        taken.append(argv)
        if argv == ["badly"]:
            raise KmsMockError("a letter needs an envelope.")
        return 3 if argv else None

    monkeypatch.setattr("pytest_kmsmock.clock.main", take, raising=False)
    return taken


def test_a_command_gets_the_arguments_after_it(given: list[list[str]]) -> None:
    """And says how it went; nothing means well."""
    assert main(["seal", "--wax", "red"], COMMANDS) == 3
    assert main(["open"], COMMANDS) == 0

    assert given == [["--wax", "red"], []]


def test_a_mistake_is_one_line(given: list[list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    """Without a traceback, on standard error."""
    status = main(["seal", "badly"], COMMANDS)

    assert status == 1
    printed = capsys.readouterr()
    assert printed.err == "python -m pytest_kmsmock seal: a letter needs an envelope.\n"
    assert printed.out == ""


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    """Also where none is given, which is a mistake."""
    assert main(["--help"], COMMANDS) == 0
    told = capsys.readouterr().out
    assert main([], COMMANDS) == 2

    assert "  seal  seal a letter\n  open  open one" in told
    assert capsys.readouterr().out == told


def test_an_unknown_command_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """With the one that may have been meant."""
    assert main(["seel"], COMMANDS) == 2

    assert "there is no command 'seel'. Did you mean 'seal'?" in capsys.readouterr().err


def test_python_finds_it() -> None:
    """And the version, for a report of a bug."""
    result = subprocess.run(
        [sys.executable, "-m", "pytest_kmsmock", "--version"],
        cwd=Path(pytest_kmsmock.__file__).parents[1],
        check=True,
        capture_output=True,
        text=True,
    )

    assert result.stdout == f"pytest-kmsmock {pytest_kmsmock.__version__}\n"


def test_a_reader_may_have_read_enough() -> None:
    """As `head` has: nothing more is said, on no stream."""
    program = """\
import sys
from pytest_kmsmock import __main__, clock

def write_much(argv):
    for number in range(100_000):
        print(number)

clock.main = write_much
sys.exit(__main__.main(["seal"], {"seal": __main__.Command("clock", "seal a letter")}))
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(
        command,
        cwd=Path(pytest_kmsmock.__file__).parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"0\n"
        process.stdout.close()

        assert process.stderr.read() == b""
        assert process.wait() == 1


def test_every_command_has_its_module() -> None:
    """Nothing in the table leads nowhere."""
    package = Path(pytest_kmsmock.__file__).parent
    modules = [command.module.replace(".", "/") for command in commands.COMMANDS.values()]

    assert all((package / f"{each}.py").is_file() or (package / each).is_dir() for each in modules)
