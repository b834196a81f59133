"""The report as a page. What a browser makes of it: tests/browser."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from typing import Any

import pytest
from reported import call, run_of, summary, test_of

from pytest_kmsmock.reports.run.page import as_html
from pytest_kmsmock.reports.run.summary import summary_of

pytestmark = pytest.mark.extra("report")


def data_of(page: str) -> dict[str, Any]:
    [text] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    value: dict[str, Any] = json.loads(text)
    return value


def test_the_matrix_says_in_words_what_was_provoked() -> None:
    """Each cell names its operation and failure, for the tests behind it."""
    page = as_html(summary())

    cells = re.findall(
        r'<td class="(\w+)"><button type="button" data-operation="(\w+)" data-failure="([\w-]+)"',
        page,
    )
    assert cells == [
        ("provoked", "Decrypt", "DisabledException"),
        ("missing", "Encrypt", "DisabledException"),
        ("provoked", "Decrypt", "ThrottlingException"),
        ("missing", "Encrypt", "ThrottlingException"),
        ("missing", "Decrypt", "connection-refused"),
    ]
    assert page.count(">not provoked<") == 3
    assert page.count(">provoked <small>1 test</small>") == 2
    assert 'aria-label="no failure of Encrypt"' in page


def test_the_search_comes_first() -> None:
    """Before anything else that takes the focus."""
    page = as_html(summary()).partition("<body>")[2]

    assert re.findall(r"<(input|button|a|summary|form)\b", page)[:2] == ["form", "input"]


def test_data_have_the_tests_behind_the_cells_and_the_calls_of_tests() -> None:
    data = data_of(as_html(summary()))

    assert data["cells"]["Decrypt"] == {
        "": [0, 1, 2],
        "DisabledException": [1],
        "ThrottlingException": [2],
    }
    assert data["keys"] == [[0, 1, 2], [3]]
    calls = [[data["calls"][place] for place in steps] for steps in data["steps"]]
    assert [[data["texts"][each[1]] for each in steps] for steps in calls] == [
        ["Encrypt", "Decrypt"],
        ["Encrypt", "Decrypt"],
        ["Decrypt"],
        ["Encrypt"],
    ]
    assert data["texts"][calls[1][1][2]] == "DisabledException"
    assert [data["texts"][each] for each in calls[2][0][3]] == ["ThrottlingException"] * 2
    assert data["ready"]["Decrypt"]["failure"] in data["ready"]["Decrypt"]["one"]["text"]


def test_keys_have_their_states_and_callers() -> None:
    page = as_html(summary())

    assert '<th scope="row">alias/vault</th>' in page
    assert '<span class="state Disabled">Disabled <small>1 call</small></span>' in page
    assert "arn:aws:iam::123456789012:root" in page


def test_names_are_text_whatever_they_look_like() -> None:
    """In the page and in the data of its script."""
    evil = "test_it[</script><script>alert(1)</script><img src=x onerror=alert(1)>]"
    page = as_html(summary_of(run_of([test_of(evil, call("Encrypt", source=f"{evil}:1"))])))

    assert page.count("<script") == 2
    assert "<img" not in page
    assert f"{evil}:1" in data_of(page)["texts"]


def test_nothing_is_loaded_and_nothing_else_runs() -> None:
    """The policy of the page's content names its own style and script, and no address."""
    page = as_html(summary())

    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    [style] = re.findall(r"<style>(.*?)</style>", page, re.S)
    [script] = re.findall(r"<script>(.*?)</script>", page, re.S)
    hashes = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (style, script)
    ]
    assert html.unescape(policy) == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'"
    )
    assert "http:" not in page.replace("http-equiv", "")
    assert "https:" not in page


def test_a_run_without_calls_is_a_page_too() -> None:
    page = as_html(summary_of(run_of([], crashed=("test_a.py::test_it",))))

    assert "No test called KMS." in page
    assert "No call concerned a key." in page
    assert "a worker crashed in test_a.py::test_it, whose calls are missing" in page


def test_a_great_run_is_a_small_page() -> None:
    """1,000 tests and 100,000 calls, none of which is like the one before: under 5 MB."""
    tests = [
        test_of(
            f"test_{'x' * 40}_{number}",
            *(
                call(operation, source=f"vault.py:{line}", error=None if line % 9 else "Disabled")
                for line in range(50)
                for operation in ("Encrypt", "Decrypt")
            ),
        )
        for number in range(1_000)
    ]

    page = as_html(summary_of(run_of(tests)))

    assert len(page.encode()) < 5_000_000
    assert sum(map(len, data_of(page)["steps"])) == 100_000
