"""Reports as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from reported import call, run_of, summary, test_of

from pytest_kmsmock import KmsMockError
from pytest_kmsmock.reports.run.json_file import as_json, read
from pytest_kmsmock.reports.run.summary import summary_of


@pytest.fixture
def report() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(as_json(summary()))
    return value


def test_operations_tell_what_was_provoked_and_what_not(report: dict[str, Any]) -> None:
    decrypt = report["operations"]["Decrypt"]

    assert decrypt["calls"] == 3
    assert decrypt["errors"] == {"DisabledException": 1, "ThrottlingException": 2}
    assert decrypt["provoked"] == ["DisabledException", "ThrottlingException"]
    assert decrypt["not_provoked"] == ["connection-refused"]
    assert decrypt["provoked_by"]["DisabledException"] == ["tests/test_vault.py::test_disabled"]
    assert decrypt["tests"][0] == "tests/test_vault.py::test_reads"
    assert decrypt["ready_test"]["file"] == "tests/test_vault.py"
    assert "kms_failures" in decrypt["ready_test"]["text"]


def test_where_all_is_provoked_no_test_is_to_paste() -> None:
    failures = {"Encrypt": ("DisabledException",)}
    run = run_of([test_of("test_it", call("Encrypt", "DisabledException"))], failures=failures)

    value = json.loads(as_json(summary_of(run)))

    assert value["operations"]["Encrypt"]["not_provoked"] == []
    assert value["operations"]["Encrypt"]["ready_test"] is None


def test_totals_and_keys(report: dict[str, Any]) -> None:
    assert report["totals"] == {
        "tests": 5,
        "tests_with_calls": 4,
        "calls": 6,
        "failures": 5,
        "provoked": 2,
        "percent": 40.0,
    }
    assert report["keys"][0]["name"] == "alias/vault"
    assert report["keys"][0]["states"] == {"Enabled": 4, "Disabled": 1}
    assert report["keys"][1]["name"] is None


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "kms.json"
    path.write_text(as_json(summary()), encoding="utf-8")

    assert read(path) == summary().run


def test_an_empty_report_is_one_too(tmp_path: Path) -> None:
    empty = summary_of(run_of([], failures={}))
    path = tmp_path / "kms.json"
    path.write_text(as_json(empty), encoding="utf-8")

    assert read(path) == empty.run


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is no report of this version"),
        ("[" * 100_000, "is no report of this version"),
        ("[]", "is no report of this version"),
        ('{"format": "pytest-kmsmock run report 0"}', "is no report of this version"),
        ('{"format": "pytest-kmsmock run report 1", "runs": []}', "is damaged"),
    ],
    ids=["no-json", "deep", "other-json", "other-version", "damaged"],
)
def test_what_is_no_report_is_told(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "kms.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(KmsMockError, match=told) as caught:
        read(path)

    assert str(path) in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(KmsMockError, match="cannot be read: No such file"):
        read(tmp_path / "none.json")
