"""Tracebacks of mocked calls end at the application's line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

TRACED = """
    import pytest

    def work(client):
        client.encrypt(KeyId="alias/none", Plaintext="hunter" + "2")

    def test_direct(kms):
        work(kms.client())

    @pytest.mark.kms(transport="wire")
    def test_wire(kms):
        work(kms.client())

    def test_lost(kms):
        kms.disconnect("Encrypt", times=None)
        work(kms.client())

    def test_chained(kms):
        try:
            work(kms.client())
        except Exception as error:
            raise ValueError from error
"""


def test_a_traceback_ends_at_the_applications_line(run: Run) -> None:
    """No frame of botocore's with its arguments, the plaintext among them."""
    text = run(TRACED, "--showlocals").stdout.str()

    failures = text.partition("short test summary")[0]
    assert "botocore/client.py" not in failures
    assert "api_params" not in failures
    assert "hunter2" not in failures
    assert failures.count('Plaintext="hunter" + "2")') == 4


def test_with_full_trace_it_is_all_there(run: Run) -> None:
    assert "botocore/client.py" in run(TRACED, "--full-trace").stdout.str()
