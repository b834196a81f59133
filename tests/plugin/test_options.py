"""The marker and the ini options."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

# The marker.


def test_the_nearest_marker_wins(run: Run) -> None:
    """Option by option; those of the ini file come last."""
    result = run(
        """
        import pytest

        pytestmark = pytest.mark.kms(region="eu-west-1", account="222222222222")

        def test_module(kms):
            assert (kms.region, kms.account) == ("eu-west-1", "222222222222")
            assert [key.aliases for key in kms.keys] == [["alias/ini"]]

        @pytest.mark.kms(region="eu-west-2")
        class TestClass:
            def test_class(self, kms):
                assert (kms.region, kms.account) == ("eu-west-2", "222222222222")

            @pytest.mark.kms(region="eu-west-3", keys=["alias/a", "alias/b"], page_size=1)
            def test_function(self, kms):
                assert (kms.region, kms.account) == ("eu-west-3", "222222222222")
                assert len(kms.keys) == 2
                assert client().meta.region_name == "eu-west-3"
                assert client().list_keys()["Truncated"]

        @pytest.mark.kms(region="ca-west-1")
        @pytest.mark.kms(region="eu-west-1")
        def test_the_upper_is_nearer_to_nothing(kms):
            assert kms.region in ("ca-west-1", "eu-west-1")
        """,
        ini="""
            kms_account = 111111111111
            kms_keys = alias/ini
        """,
    )

    result.assert_outcomes(passed=4)


def test_the_marker_of_a_class_is_for_its_class_fixture(run: Run) -> None:
    result = run("""
        import pytest

        @pytest.mark.kms(keys="alias/class")
        class TestClass:
            @pytest.mark.kms(keys="alias/test")
            def test_it(self, kms_class, kms):
                assert [key.aliases for key in kms_class.keys] == [["alias/class"]]
                assert aliases() == ["alias/class", "alias/test"]
    """)

    result.assert_outcomes(passed=1)


def test_a_wrong_marker_is_told_with_the_right_one(run: Run) -> None:
    """The test does not run, and the next one is not to blame."""
    result = run("""
        import pytest

        @pytest.mark.kms(regoin="eu-west-1")
        def test_name(kms): print("it ran")

        @pytest.mark.kms(region="moon")
        def test_region(kms): print("it ran")

        @pytest.mark.kms(account=5)
        def test_account(kms): print("it ran")

        @pytest.mark.kms(keys="app")
        def test_keys(kms): print("it ran")

        @pytest.mark.kms(page_size=0)
        def test_page_size(kms): print("it ran")

        @pytest.mark.kms("eu-west-1")
        def test_positional(kms): print("it ran")

        def test_next(kms):
            assert aliases() == []
    """)

    result.assert_outcomes(errors=6, passed=1)
    text = result.stdout.str()
    for says in (
        "no option 'regoin'. Did you mean 'region'?",
        "region='moon' is no AWS Region",
        "12 digits",
        "write 'alias/app'",
        "write 1 or more",
        "keywords only, as region='eu-west-1'",
    ):
        assert says in text
    assert "it ran" not in text


def test_the_marker_is_known_to_strict_runs(run: Run) -> None:
    result = run(
        """
        import pytest

        @pytest.mark.kms(region="eu-west-1")
        def test_it(kms): pass
        """,
        "--strict-markers",
        "-W",
        "error",
    )

    result.assert_outcomes(passed=1)


# The ini options.


def test_ini_options_are_for_all_tests(run: Run) -> None:
    """By whichever door."""
    result = run(
        """
        from pytest_kmsmock import mock_kms

        def check(kms):
            assert (kms.account, kms.region) == ("111111111111", "eu-west-1")
            assert [key.aliases for key in kms.keys] == [["alias/a"], ["alias/b"]]
            assert client().list_keys()["Truncated"]

        def test_fixture(kms):
            check(kms)

        def test_context_manager():
            with mock_kms() as kms:
                check(kms)

        def test_options_of_its_own():
            with mock_kms(account="222222222222", keys="alias/c", page_size=9) as kms:
                assert (kms.account, kms.region) == ("222222222222", "eu-west-1")
                assert aliases() == ["alias/c"]
        """,
        ini="""
            kms_account = 111111111111
            kms_region = eu-west-1
            kms_keys = alias/a alias/b
            kms_page_size = 1
        """,
    )

    result.assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("ini", "says"),
    [
        ("kms_account = 5", "12 digits"),
        ("kms_keys = app", "write 'alias/app'"),
        ("kms_page_size = many", "many"),
        ("kms_page_size = 0", "write 1 or more"),
        ("kms_region = moon", "region='moon' is no AWS Region"),
        ("kms_region = us-east-9", "region='us-east-9' is no Region that the installed botocore"),
    ],
)
def test_a_wrong_ini_option_is_told_with_the_right_one(run: Run, ini: str, says: str) -> None:
    result = run("def test_it(kms): pass", ini=ini)

    assert result.ret != pytest.ExitCode.OK
    assert says in result.stdout.str() + result.stderr.str()
    assert "INTERNALERROR" not in result.stdout.str()
    assert "AWS_DEFAULT_REGION" not in os.environ


def test_a_wrong_ini_option_does_not_outlive_its_run(run: Run) -> None:
    run("def test_it(kms): pass", ini="kms_account = 5")

    run("def test_it(kms): assert kms.account == '123456789012'").assert_outcomes(passed=1)


def test_the_region_of_the_ini_file_is_there_at_import(run: Run) -> None:
    """For clients at module level; and gone after the run."""
    result = run(
        """
        CLIENT = client()

        def test_it(kms):
            assert CLIENT.meta.region_name == kms.region == "eu-west-1"
            assert CLIENT.list_keys()["Keys"] == []
        """,
        ini="kms_region = eu-west-1",
    )

    result.assert_outcomes(passed=1)
    assert "AWS_DEFAULT_REGION" not in os.environ
    assert "AWS_EC2_METADATA_DISABLED" not in os.environ


def test_the_region_of_the_environment_wins_over_the_ini_file(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")

    result = run(
        "def test_it(kms): assert client().meta.region_name == 'eu-north-1'",
        ini="kms_region = eu-west-1",
    )

    result.assert_outcomes(passed=1)
    assert os.environ["AWS_DEFAULT_REGION"] == "eu-north-1"


def test_the_region_of_a_marker_wins_over_the_ini_file(run: Run) -> None:
    """A client without a Region looks where the mock makes its keys."""
    result = run(
        """
        import pytest

        @pytest.mark.kms(region="eu-west-2")
        def test_it(kms):
            kms.create_key(alias="alias/app")
            assert aliases() == ["alias/app"]
        """,
        ini="kms_region = eu-west-1",
    )

    result.assert_outcomes(passed=1)


def test_the_environment_is_put_back_when_the_run_never_starts(
    pytester: pytest.Pytester, run: Run
) -> None:
    """As when the conftest cannot be imported."""
    pytester.makeconftest("raise ZeroDivisionError")

    result = run("def test_it(kms): pass", ini="kms_region = eu-west-1")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "AWS_DEFAULT_REGION" not in os.environ
