"""What earlier tests have made, and the test that looks for it in vain."""

from __future__ import annotations

import types

import pytest

from pytest_kmsmock import plugin
from pytest_kmsmock.plugin.earlier import Earlier


def backend_of(*arns: str) -> types.SimpleNamespace:
    """Return as much of a backend as is asked."""
    return types.SimpleNamespace(registry=types.SimpleNamespace(made=list(arns)), noted=0)


def test_it_knows_which_test_has_made_what() -> None:
    earlier = Earlier()
    wide = backend_of("arn:a")

    earlier.note([wide, backend_of("arn:b")], "test_first")
    wide.registry.made.append("arn:c")
    earlier.note([wide, backend_of("arn:b")], "test_second")

    assert earlier.test_of("arn:a") == "test_first"
    assert earlier.test_of("arn:b") == "test_second"
    assert earlier.test_of("arn:c") == "test_second"
    assert earlier.test_of("arn:d") is None


def test_it_forgets_the_oldest() -> None:
    """A run of any length keeps no more than so many names."""
    earlier = Earlier()

    earlier.note([backend_of(*(f"arn:{number}" for number in range(9_999)))], "test_first")
    earlier.note([backend_of("arn:0", "arn:a", "arn:b")], "test_second")

    assert earlier.test_of("arn:0") == "test_second"
    assert earlier.test_of("arn:1") is None
    assert earlier.test_of("arn:2") == "test_first"
    assert earlier.test_of("arn:b") == "test_second"


def run(pytester: pytest.Pytester, source: str) -> pytest.RunResult:
    pytester.makepyfile(test_keys=source)
    return pytester.runpytest_inprocess("-p", "no:randomly", plugins=[plugin])


def report_of(result: pytest.RunResult) -> str:
    """Return the section "KMS calls", in one line."""
    return " ".join(result.stdout.str().partition("KMS calls")[2].split())


@pytest.fixture(autouse=True)
def without_installed_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def test_the_report_says_which_test_has_made_the_key(pytester: pytest.Pytester) -> None:
    """In the report, and never in AWS's message."""
    result = run(
        pytester,
        """
        KEY_ID = "11111111-2222-4333-8444-555555555555"

        def test_first(kms):
            kms.create_key(alias="alias/app", key_id=KEY_ID)

        def test_second(kms):
            kms.client().describe_key(KeyId=KEY_ID)

        def test_third(kms):
            kms.client().describe_key(KeyId="alias/app")
        """,
    )

    result.assert_outcomes(passed=1, failed=2)
    hint = "was made by an earlier test, test_keys.py::test_first, and is gone with its mock"
    report = report_of(result)
    assert f"11111111-2222-4333-8444-555555555555 {hint}" in report
    assert f"alias/app {hint}" in report
    [message] = {
        line for line in result.outlines if line.startswith("E ") and "does not exist" in line
    }
    assert message.endswith("5555' does not exist")
    lines = [line for line in result.outlines if "earlier test" in line]
    assert len(lines) == 2
    assert max(map(len, lines)) <= 80


def test_what_the_test_itself_has_made_is_no_earlier_tests(pytester: pytest.Pytester) -> None:
    """Nor is what its wider mock has, although an earlier test has set that up."""
    result = run(
        pytester,
        """
        import pytest

        @pytest.fixture(scope="module", autouse=True)
        def wide(kms_module):
            kms_module.create_key(alias="alias/wide")

        def test_first(kms):
            kms.create_key(alias="alias/app")

        @pytest.mark.parametrize("name", ["alias/app", "alias/wide"])
        def test_second(kms, name):
            if name == "alias/app":
                kms.create_key(alias=name)
            kms.key(name).delete()
            kms.client().describe_key(KeyId=name)

        def test_third(kms):
            kms.client().describe_key(KeyId="alias/none")
        """,
    )

    result.assert_outcomes(passed=1, failed=3)
    assert "was not found" in report_of(result)
    assert "earlier test" not in report_of(result)


def test_a_run_begins_without_earlier_tests(pytester: pytest.Pytester) -> None:
    """One process may run pytest several times."""
    run(pytester, "def test_first(kms): kms.create_key(alias='alias/app')")

    result = run(pytester, "def test_second(kms): kms.client().describe_key(KeyId='alias/app')")

    assert "earlier test" not in report_of(result)
