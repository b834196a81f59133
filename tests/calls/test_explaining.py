"""Comparisons of calls that do not hold: what pytest says of them."""

from __future__ import annotations

import pytest

from pytest_kmsmock import KmsMock, plugin
from pytest_kmsmock.calls.explaining import explain


def test_a_failed_comparison_of_calls_is_explained(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By names, with the line of the call that differs, and without parameters."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile("""
        import pytest

        @pytest.fixture
        def calls(kms):
            key = kms.create_key()
            client = kms.client()
            client.list_keys()
            client.encrypt(KeyId=key.id, Plaintext=b"x")
            return kms.calls

        def test_other(calls):
            assert calls == ["ListKeys", "Decrypt"]

        def test_more(calls):
            assert calls == ["ListKeys"]

        def test_fewer(calls):
            assert calls == ["ListKeys", "Encrypt", "Decrypt"]

        def test_equal(calls):
            assert calls != ["ListKeys", "Encrypt"]

        def test_in(calls):
            assert "Decrypt" in calls

        def test_not_in(calls):
            assert "Encrypt" not in calls

        def test_many(kms):
            for _ in range(20):
                kms.client().list_keys()
            assert kms.calls == []

        def test_without_calls():
            assert [1] == [2]
    """)

    result = pytester.runpytest_inprocess("-p", "no:randomly", plugins=[plugin])

    result.assert_outcomes(failed=8)
    result.stdout.fnmatch_lines(
        [
            "E *assert [[]ListKeys, Encrypt] == [[]ListKeys, Decrypt]",
            "E *Call 1 is Encrypt (test_a_failed_comparison_of_calls_is_explained.py:8)",
            "E *where Decrypt is expected.",
            "E *assert [[]ListKeys, Encrypt] == [[]ListKeys]",
            "E *Call 1 is one more: Encrypt (*.py:8)",
            "E *assert [[]ListKeys, Encrypt] == [[]ListKeys, Encrypt, Decrypt]",
            "E *There is no call 2, where Decrypt is expected.",
            "E *assert [[]ListKeys, Encrypt] != [[]ListKeys, Encrypt]",
            "E *assert 'Decrypt' in [[]ListKeys, Encrypt]",
            "E *assert 'Encrypt' not in [[]ListKeys, Encrypt]",
            "E *ListKeys, and 10 more] == []",
            "E *Call 0 is one more: ListKeys (*)",
            "E *assert [[]1] == [[]2]",
        ]
    )


def test_up_to_ten_calls_are_named(kms: KmsMock) -> None:
    """Of more it is said how many there are."""
    for _ in range(10):
        kms.client().list_keys()
    ten = explain("!=", kms.calls, [])
    kms.client().list_keys()
    eleven = explain("!=", kms.calls, [])

    named = ", ".join(["ListKeys"] * 10)
    assert ten == [f"[{named}] != []"]
    assert eleven == [f"[{named}, and 1 more] != []"]


def test_what_is_no_question_about_calls_is_not_explained(kms: KmsMock) -> None:
    for operator, left, right in (
        ("is", "Encrypt", kms.calls),
        ("in", "Encrypt", ["ListKeys"]),
        ("<", kms.calls, []),
        ("==", [], ["ListKeys"]),
    ):
        assert explain(operator, left, right) is None
