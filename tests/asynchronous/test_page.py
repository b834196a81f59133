"""The examples of docs/how-to/asynchronous.md, which tests/docs/test_pages.py cannot run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("aiobotocore")
pytest.importorskip("pytest_asyncio")

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "asynchronous.md"
FILE = re.compile(r"^<!-- block: file=(\S+) -->\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_holds(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    files = dict(FILE.findall(PAGE.read_text(encoding="utf-8")))
    for name, text in files.items():
        (pytester.path / name).write_text(text, encoding="utf-8")

    result = pytester.runpytest_subprocess(
        "-p", "pytest_kmsmock.plugin", "-p", "pytest_asyncio.plugin", *files,
        "-o", "asyncio_default_fixture_loop_scope=function",
    )  # fmt: skip

    assert result.parseoutcomes() == {"passed": 3}
