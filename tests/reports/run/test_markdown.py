"""The report in Markdown."""

from __future__ import annotations

import attrs
from reported import VAULT, call, run_of, summary, test_of

from pytest_kmsmock.reports.run.markdown import as_markdown
from pytest_kmsmock.reports.run.summary import summary_of


def test_what_a_job_shows() -> None:
    """Tables, and for each operation what is missing, folded."""
    text = as_markdown(summary())

    assert text.startswith("## KMS in this run\n\n6 calls of 2 operations by 4 of 5 tests; ")
    assert "| Decrypt | 3 | 3 | 2 of 3 | DisabledException 1, ThrottlingException 2 |\n" in text
    assert "| Encrypt | 3 | 3 | 0 of 2 | none |\n" in text
    assert (
        "| alias/vault | SYMMETRIC\\_DEFAULT | us-east-1 | 123456789012 | "
        "Enabled 4, Disabled 1 | 3 |\n"
    ) in text
    assert "<details><summary>Decrypt: 1 not provoked</summary>\n\n- connection-refused\n" in text
    assert "\n```python\nimport pytest\n" in text
    assert text.count("<details>") == text.count("</details>") == 2


def test_names_cannot_break_out_of_a_table() -> None:
    """Nor be taken for HTML."""
    key = attrs.evolve(VAULT, name="alias/a|<b>`c`")
    tests = [test_of("test_it[<script>|x]", call("Encrypt", keys=((key, "Enabled"),)), recipe=None)]

    text = as_markdown(summary_of(run_of(tests)))

    assert "| alias/a\\|&lt;b&gt;\\`c\\` |" in text
    assert "\\[&lt;script&gt;\\|x\\]" in text
    assert "<script>" not in text


def test_long_lists_are_cut() -> None:
    tests = [test_of(f"test_{number}", call("Encrypt")) for number in range(30)]

    text = as_markdown(summary_of(run_of(tests)))

    assert "\n- and 20 more\n" in text


def test_a_crash_is_told() -> None:
    text = as_markdown(summary_of(run_of([], crashed=("test_a.py::test_it",))))

    assert "**a worker crashed in test\\_a.py::test\\_it, whose calls are missing.**" in text


def test_a_fence_is_longer_than_those_within() -> None:
    """A parameter's name may hold any."""
    tests = [test_of("test_it", call("Encrypt"), id="a```b.py::test_it", recipe=None)]
    tests = [
        attrs.evolve(
            tests[0], steps=(tests[0].steps[0]._replace(call=call("Encrypt", source="a```b.py:1")),)
        )
    ]

    text = as_markdown(summary_of(run_of(tests)))

    assert "\n````python\n" in text
