"""The section "KMS calls" of a failing test's report."""

from __future__ import annotations

import pytest

from pytest_kmsmock import plugin

APPLICATION = """
    import botocore.session

    client = botocore.session.Session().create_client("kms", region_name="us-east-1")

    def work():
        key_id = client.create_key()["KeyMetadata"]["KeyId"]
        client.encrypt(KeyId=key_id, Plaintext="hunter2", EncryptionContext={"tenant": "42"})
        client.disable_key(KeyId=key_id)
        try:
            client.encrypt(KeyId=key_id, Plaintext="hunter2")
        except client.exceptions.DisabledException:
            pass
"""


@pytest.fixture
def report(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> str:
    """What pytest prints of a few tests that pass and fail."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(application=APPLICATION)
    pytester.makepyfile("""
        import pytest
        import application
        from pytest_kmsmock import mock_kms

        def test_fixture(kms):
            application.work()
            assert False

        @mock_kms
        def test_decorated():
            application.client.list_keys(Limit=7)
            assert False

        def test_context_manager():
            with mock_kms():
                application.client.list_keys(Limit=8)
            assert False

        @pytest.fixture
        def broken(kms):
            application.client.list_keys(Limit=9)
            assert False

        def test_set_up(broken): pass

        def test_without_calls(kms):
            assert False

        def test_without_kms():
            assert False

        def test_passing(kms):
            application.client.list_keys(Limit=10)

        @pytest.mark.xfail
        def test_expected(kms):
            application.client.list_keys(Limit=11)
            assert False

        def test_nested(kms):
            application.client.list_keys(Limit=12)
            with mock_kms():
                application.client.list_keys(Limit=13)
            application.client.list_keys(Limit=14)
            assert False

        def test_many(kms):
            for _ in range(200):
                application.client.list_keys(Limit=15)
            assert False
    """)
    pytester.syspathinsert()
    result = pytester.runpytest_inprocess("--tb=short", plugins=[plugin])
    result.assert_outcomes(failed=7, errors=1, passed=1, xfailed=1)
    return result.stdout.str()


def section(report: str, test: str) -> str:
    """Return what the report says about *test*."""
    _, _, text = report.partition(f" {test} __")
    return text.partition("\n____")[0].partition("\n====")[0]


def test_a_failing_test_shows_what_was_called(report: str) -> None:
    """Each call with its line, its outcome and the state of its key; never a plaintext."""
    timeline = section(report, "test_fixture")

    assert "-- KMS calls --" in timeline
    assert [word for word in timeline.split() if word.startswith("application.py:")] == [
        "application.py:6",
        "application.py:7",
        "application.py:8",
        "application.py:10",
    ]
    for part in (
        "CreateKey()",
        "EncryptionContext={'tenant': '42'}",
        "<7 bytes>",
        "DisabledException: arn:aws:kms:",
        "us-east-1",
        "Disabled",
    ):
        assert part in timeline
    assert "hunter2" not in timeline.partition("KMS calls")[2]

    # The other doors and phases, in one run: each costs a quarter of a second.
    assert "ListKeys(Limit=7)" in section(report, "test_decorated")
    assert "ListKeys(Limit=8)" in section(report, "test_context_manager")
    assert "ListKeys(Limit=9)" in section(report, "ERROR at setup of test_set_up")
    assert "KMS calls" not in section(report, "test_without_calls")
    assert "KMS calls" not in section(report, "test_without_kms")
    assert "Limit=10" not in report
    assert "Limit=11" not in report
    nested = section(report, "test_nested")
    assert all(f"Limit={limit}" in nested for limit in (12, 13, 14))
    many = section(report, "test_many").partition("KMS calls")[2]
    assert "150 earlier calls left out" in many
    assert many.count("Limit=15") == 50


def test_a_region_that_is_none_is_told(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the application has caught the error; not where a test has scheduled it."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile("""
        import botocore.session
        import pytest

        def list_keys(region):
            try:
                botocore.session.Session().create_client("kms", region_name=region).list_keys()
            except Exception:
                pass

        def test_nowhere(kms):
            list_keys("us-east-9")
            assert False

        def test_somewhere(kms):
            kms.disconnect("ListKeys", times=None)
            list_keys("us-east-1")
            assert False

        @pytest.mark.kms(unknown_regions=True)
        def test_anywhere(kms):
            kms.disconnect("ListKeys", times=None)
            list_keys("us-east-9")
            assert False
    """)

    report = pytester.runpytest_inprocess("--tb=short", plugins=[plugin]).stdout.str()

    told = section(report, "test_nowhere")
    assert "EndpointConnectionError: Could not connect to the endpoint URL" in told
    assert "botocore lists no Region us-east-9. Did you mean 'us-east-" in told
    assert "unknown_regions" in told
    for test in ("test_somewhere", "test_anywhere"):
        text = section(report, test)
        assert "EndpointConnectionError: Could not connect to the endpoint URL" in text
        assert "botocore lists no Region" not in text
