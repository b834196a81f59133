"""The page of programs that are tested says which tests there are, and where they run."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
ROW: Final = re.compile(r"^\| .* \| `(tests/\S+\.py)` \| `([\w-]+)` \|$", re.MULTILINE)
ROWS: Final = dict(ROW.findall((ROOT / "docs/reference/programs.md").read_text(encoding="utf-8")))


def test_each_program_that_is_tested_is_on_the_page() -> None:
    """And none that is tested no longer."""
    tests = {
        path.relative_to(ROOT).as_posix()
        for folder in ("interop", "programs")
        for path in (ROOT / "tests" / folder).glob("test_*.py")
    }

    assert set(ROWS) == tests


def test_each_of_their_environments_runs_them() -> None:
    """By the file's name, by that of its folder, or where that folder's others run."""
    tox = configparser.ConfigParser()
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    of_several = "testenv:interop-{documents,aioboto3,ansible,prowler}"
    commands = {
        name: tox[f"testenv:{name}"]["commands"]
        for name in ("interop", "interop-s3", "interop-endpoint")
    }
    for line in tox[of_several]["commands"].strip().splitlines():
        factor, _, command = line.partition(": ")
        commands.setdefault(f"interop-{factor}", "")
        commands[f"interop-{factor}"] += f"\n{command}"

    for test, environment in ROWS.items():
        folder = str(Path(test).parent)
        assert re.search(f"pytest .*({re.escape(test)}|{folder}) ", commands[environment]), test
