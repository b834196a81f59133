"""Writing a report to a file."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from reported import summary

from pytest_kmsmock import KmsMockError
from pytest_kmsmock.reports.run import writing


@pytest.mark.parametrize(
    ("name", "begin"),
    [
        ("kms.json", '{\n"format": '),
        ("kms.md", "## KMS in this run"),
        pytest.param("kms.html", "<!doctype html>", marks=pytest.mark.extra("report")),
        ("KMS.JSON", '{\n"format": '),
    ],
)
def test_the_ending_decides_on_the_format(tmp_path: Path, name: str, begin: str) -> None:
    writing.check(tmp_path / name)

    writing.write(summary(), tmp_path / name)

    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begin)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("kms.xml", r"a report ends in \.json, \.md, \.html"),
        ("nowhere/kms.json", "there is no such folder"),
    ],
)
def test_what_cannot_be_written_is_told_before(tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(KmsMockError, match=told):
        writing.check(tmp_path / name)


def test_a_page_needs_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which the message names; the other formats need nothing."""
    load = importlib.import_module

    def load_others(name: str, package: str | None = None) -> object:
        if name == "jinja2":
            raise ModuleNotFoundError(name)
        return load(name, package)

    monkeypatch.setattr(importlib, "import_module", load_others)

    writing.check(tmp_path / "kms.json")
    writing.check(tmp_path / "kms.md")
    with pytest.raises(KmsMockError, match=r"pip install 'pytest-kmsmock\[report\]'"):
        writing.check(tmp_path / "kms.html")
