"""README.md tells the truth: its commands are CI's, its links lead somewhere."""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [
    ROOT / "README.md",
    *(page for page in sorted((ROOT / "docs").rglob("*.md")) if ".pytest_cache" not in page.parts),
]


def commands_by_ci() -> dict[str, str]:
    """Return the commands as `.ci/run` reads them."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    function = re.search(r"^command_of_readme\(\) \{.*?^\}$", script, re.MULTILINE | re.DOTALL)
    names = re.search(r"^for name in (.+); do$", script, re.MULTILINE)
    assert function
    assert names
    return {
        name: subprocess.run(
            ["bash", "-c", f"{function[0]}\ncommand_of_readme {shlex.quote(name)}"],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for name in names[1].split()
    }


def test_ci_runs_the_commands_of_the_readme() -> None:
    commands = commands_by_ci()

    assert commands.keys() == {"examples", "tests"}
    for command in commands.values():
        assert f"```sh\n{command}```\n" in README
        assert command.count("\n") == 1
        assert ".venv/bin/tox" in command


def test_every_command_of_the_readme_is_run_by_ci() -> None:
    marked = re.findall(r"^<!-- command: (\w+) -->$", README, re.MULTILINE)

    assert sorted(marked) == sorted(commands_by_ci())


def test_all_that_the_tests_command_promises_is_in_toxs_list() -> None:
    """One of the README's lines runs what tox runs when told nothing."""
    tox = configparser.ConfigParser()
    tox.read(ROOT / "tox.ini", encoding="utf-8")

    environments = set(re.split(r"[,\s]+", tox["tox"]["env_list"]))

    assert environments >= {"py311", "py312", "py313", "lowest", "lint", "typing", "examples"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_files(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_line_holds_one_sentence(page: Path) -> None:
    """So that a change of one sentence is a change of one line."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)

    for line in text.splitlines():
        if not line.startswith("|"):
            assert not re.search(r"[a-z`)][.?!] [A-Z`]", line), line
