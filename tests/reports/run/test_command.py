"""`python -m pytest_kmsmock report`."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import pytest
from reported import call, run_of, test_of, vault_tests

from pytest_kmsmock import __main__
from pytest_kmsmock.reports.run.json_file import as_json
from pytest_kmsmock.reports.run.summary import summary_of


@pytest.fixture
def reports(tmp_path: Path) -> list[str]:
    """The reports of two runs."""
    one = run_of(vault_tests(), count=5)
    refused = test_of("test_refused", call("Decrypt", "EndpointConnectionError"))
    other = attrs.evolve(run_of([refused]), ids=("2",))
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    for path, run in zip(paths, (one, other), strict=True):
        path.write_text(as_json(summary_of(run)), encoding="utf-8")
    return [str(path) for path in paths]


def test_runs_are_printed_as_one(reports: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(["report", *reports]) == 0

    printed = capsys.readouterr().out
    assert "7 calls of 2 operations by 5 of 6 tests; 3 of 5 failures provoked (60 %)" in printed
    assert "\nDecrypt: " not in printed


def test_runs_are_written_as_one(
    reports: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In each of the formats that are asked for; the result is a report again."""
    outputs = [str(tmp_path / name) for name in ("all.json", "all.md")]

    __main__.main(["report", *reports, "-o", outputs[0], "--output", outputs[1]])
    printed = capsys.readouterr().out
    __main__.main(["report", *reports, outputs[0]])

    assert printed.splitlines() == [f"the report of 2 runs: {output}" for output in outputs]
    assert json.loads(Path(outputs[0]).read_text(encoding="utf-8"))["totals"]["provoked"] == 3
    assert "7 calls" in capsys.readouterr().out


@pytest.mark.parametrize("limit", ["101", "-1", "nan", "many"])
def test_a_limit_that_is_no_percentage_is_told(
    reports: list[str], capsys: pytest.CaptureFixture[str], limit: str
) -> None:
    with pytest.raises(SystemExit):
        __main__.main(["report", *reports, f"--fail-under={limit}"])

    assert f"'{limit}' is no number from 0 to 100" in capsys.readouterr().err


@pytest.mark.parametrize(("limit", "status"), [("60", 0), ("60.1", 1)])
def test_too_few_failures_are_an_exit_status(
    reports: list[str], capsys: pytest.CaptureFixture[str], limit: str, status: int
) -> None:
    assert __main__.main(["report", *reports, f"--fail-under={limit}"]) == status

    assert f"--fail-under={limit}: 60 % of the failures are provoked, 3 of 5" in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize(
    "arguments",
    [["none.json"], ["-o", "all.xml"], ["-o", "no/all.json"], ["-o", "folder.json"]],
)
def test_mistakes_are_one_line(
    reports: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
) -> None:
    """And nothing is written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.json").mkdir()

    assert __main__.main(["report", *reports, *arguments]) == 1

    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("python -m pytest_kmsmock report: ")
    assert printed.err.count("\n") == 1
