"""Where a failure ends: at the line of the test's author, not in this plugin."""

from __future__ import annotations

import pytest

from pytest_kmsmock import plugin

TESTS = """
    import pytest
    from pytest_kmsmock import mock_kms

    def test_assert_called(kms):
        kms.calls.assert_called("Decrypt")  # here

    def test_assert_called_once(kms):
        kms.calls.assert_called_once("Decrypt")  # here

    def test_assert_not_called(kms):
        kms.client().list_keys()
        kms.calls.assert_not_called("ListKeys")  # here

    def test_assert_order(kms):
        kms.calls.assert_order("Encrypt", "Decrypt")  # here

    def test_selection(kms):
        kms.calls("ListKeys").assert_called("ListKeys", Limit=1)  # here

    def test_unknown_key(kms):
        kms.key("nope")  # here

    def test_unknown_operation(kms):
        kms.calls.assert_called("encrypt")  # here

    def test_unknown_parameter(kms):
        kms.calls.assert_not_called("Encrypt", Keyid="x")  # here

    def test_wrong_argument(kms):
        kms.create_key(alias="app")  # here

    def test_wrong_option():
        mock_kms(regoin="eu-west-1")  # here

    def test_wrong_step(kms):
        kms.clock.advance(days=-1)  # here

    def test_no_mock():
        with mock_kms() as kms:
            key = kms.create_key()
        key.disable()  # here

    def test_wrong_region(kms):
        kms.client("moon")  # here
"""


def test_a_failure_ends_at_the_authors_line(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Assertions and misuses alike, with pytest's long and with its short tracebacks."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    test = pytester.makepyfile(TESTS)
    marked = [n for n, line in enumerate(test.read_text().splitlines(), 1) if "# here" in line]

    for style in ("long", "short"):
        result = pytester.runpytest_inprocess(f"--tb={style}", plugins=[plugin])

        result.assert_outcomes(failed=len(marked))
        text = result.stdout.str()
        shown = [
            line
            for line in text.splitlines()
            if line.startswith(f"{test.name}:") and "::" not in line
        ]
        assert [int(line.split(":")[1]) for line in shown] == marked
        assert not [
            line for line in text.splitlines() if "pytest_kmsmock/" in line and ".py:" in line
        ]
