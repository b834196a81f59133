"""The fixtures, the marker, the ini options, and a misuse that the application swallowed."""

from __future__ import annotations

import gc
import importlib.util
import os
import sys
import textwrap
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_kmsmock import pairs, plugin
from pytest_kmsmock.backend import active_backend
from pytest_kmsmock.service.operations.table import OPERATIONS

Run = Callable[..., pytest.RunResult]

_PATH = Path(__file__).parents[1] / "pytester" / "application.py"
_SPEC = importlib.util.spec_from_file_location("application", _PATH)
assert _SPEC is not None
assert _SPEC.loader is not None
# Imported once, not in each run, which would have to read botocore's model each time.
APPLICATION = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(APPLICATION)


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """
    Run a test file beside the application, and return what pytest says.

    One operation is not mocked, so that there is a misuse to make.
    """
    # Whatever else is installed here takes no part, and no time.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setitem(sys.modules, "application", APPLICATION)
    monkeypatch.delitem(OPERATIONS, "ListKeyPolicies")  # type: ignore[arg-type]

    # What an earlier test left open, an event loop say, is none of this run's business.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()

    def run_file(source: str, *arguments: str, ini: str = "") -> pytest.RunResult:
        pytester.makepyfile(test_it=f"from application import *\n{textwrap.dedent(source)}")
        pytester.makeini(f"[pytest]\n{textwrap.dedent(ini)}")
        return pytester.runpytest_inprocess(*arguments, plugins=[plugin])

    return run_file


# What there is.


def test_pytest_lists_fixtures_marker_and_ini_options(run: Run) -> None:
    fixtures = run("", "--fixtures").stdout.str()
    markers = run("", "--markers").stdout.str()
    options = run("", "--help").stdout.str()

    for name in ("kms", "kms_class", "kms_module", "kms_session"):
        assert f"\n{name} " in fixtures
    assert "@pytest.mark.kms(" in markers
    for name in ("kms_region", "kms_account", "kms_keys", "kms_page_size"):
        assert name in options


# Fixtures.


def test_each_test_has_an_empty_kms_of_its_own(run: Run) -> None:
    result = run("""
        def test_first(kms):
            make_key("alias/app")
            kms.clock.advance(days=1)
            assert len(kms.calls) == 2

        def test_second(kms):
            assert (kms.keys, len(kms.calls), kms.clock.offset) == ([], 0, 0)
            assert aliases() == []
    """)

    result.assert_outcomes(passed=2)


def test_without_pytests_protocol_kms_says_so(pytester: pytest.Pytester) -> None:
    """A plugin with a loop of its own may go round the hook that tells which test is running."""
    pytester.makeconftest(
        """
        from _pytest.runner import runtestprotocol

        def pytest_runtestloop(session):
            for item in session.items:
                runtestprotocol(item)
            return True
        """
    )
    pytester.makepyfile(
        """
        from pytest_kmsmock import mock_kms

        def test_fixture(kms):
            pass

        def test_context_manager():
            with mock_kms() as kms:
                assert kms.keys == []
        """
    )

    result = pytester.runpytest_subprocess()

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*kms found no running test*with mock_kms() as kms:*"])


def test_a_cache_folder_that_cannot_be_made_fails_no_test(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Key pairs live in memory then."""

    def refuse(cache: pytest.Cache, name: str) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(pytest.Cache, "mkdir", refuse)
    result = run(
        """
        def test_it(kms):
            kms.create_key(spec="RSA_2048")
            kms.create_key(spec="ECC_NIST_P256")
        """
    )

    result.assert_outcomes(passed=1)


def test_a_run_within_a_run_changes_nothing_of_it(run: Run, request: pytest.FixtureRequest) -> None:
    """Neither whose markers count, nor where pairs are kept."""
    folder = pairs.folder()
    request.node.add_marker(pytest.mark.kms(region="eu-west-3"))

    run(
        """
        import pytest

        @pytest.mark.kms(region="eu-west-1")
        def test_it(kms):
            kms.create_key(spec="ECC_NIST_P256")
        """
    ).assert_outcomes(passed=1)

    assert request.getfixturevalue("kms").region == "eu-west-3"
    assert pairs.folder() == folder


def test_a_test_that_fails_leaves_nothing_to_the_next(run: Run) -> None:
    result = run("""
        import pytest

        def test_first(kms):
            make_key("alias/app")
            assert False

        @pytest.fixture
        def broken(kms):
            make_key("alias/app")
            raise ZeroDivisionError

        def test_second(broken): pass

        def test_third(kms):
            assert aliases() == []
    """)

    result.assert_outcomes(failed=1, errors=1, passed=1)
    assert active_backend() is None


def test_an_inner_fixture_starts_as_a_copy_of_the_outer(run: Run) -> None:
    """And never changes it: the session, the module and the class stay as they were set up."""
    result = run("""
        import pytest

        @pytest.fixture(scope="session", autouse=True)
        def session(kms_session):
            make_key("alias/session")

        @pytest.fixture(scope="module", autouse=True)
        def module(kms_module):
            assert aliases() == ["alias/session"]
            make_key("alias/module")

        class TestClass:
            @pytest.fixture(scope="class", autouse=True)
            def of_class(self, kms_class):
                assert aliases() == ["alias/module", "alias/session"]
                make_key("alias/class")

            @pytest.mark.parametrize("turn", [1, 2])
            def test_in_class(self, kms, turn):
                assert aliases() == ["alias/class", "alias/module", "alias/session"]
                client().delete_alias(AliasName="alias/module")
                kms.key("alias/class").delete()
                make_key("alias/test")
                assert aliases() == ["alias/session", "alias/test"]

            def test_class_is_as_it_was(self, kms_class):
                assert aliases() == ["alias/class", "alias/module", "alias/session"]

        def test_after(kms, kms_module, kms_session):
            assert aliases() == ["alias/module", "alias/session"]
            assert kms.calls.operations == ["ListAliases"]
            assert len(kms_session.keys) == 1
    """)

    result.assert_outcomes(passed=4)
    assert active_backend() is None


def test_a_copy_has_the_keys_the_material_and_the_time(run: Run) -> None:
    result = run("""
        import pytest

        @pytest.fixture(scope="module")
        def sealed(kms_module):
            key = kms_module.create_key(alias="alias/app", tags={"a": "b"})
            blob = key.encrypt(b"x")
            key.schedule_deletion(days=7)
            key.cancel_deletion()
            key.enable()
            key.schedule_deletion(days=7)
            kms_module.clock.advance(days=3)
            return blob

        def test_time_passes_in_the_copy(sealed, kms):
            assert kms.clock.offset == 3 * 86400
            kms.clock.advance(days=5)
            assert kms.keys == []

        def test_time_did_not_pass_in_the_original(sealed, kms):
            key = kms.key("alias/app")
            assert (key.state, key.tags) == ("PendingDeletion", {"a": "b"})
            key.cancel_deletion()
            key.enable()
            assert key.decrypt(sealed) == b"x"
    """)

    result.assert_outcomes(passed=2)


def test_calls_are_recorded_by_the_innermost(run: Run) -> None:
    result = run("""
        def test_it(kms_session, kms_module, kms):
            client().list_keys()

            assert (len(kms_session.calls), len(kms_module.calls), len(kms.calls)) == (0, 0, 1)
    """)

    result.assert_outcomes(passed=1)


def test_a_principals_client_is_his_in_the_copy(run: Run) -> None:
    """One made once for the module serves all its tests."""
    result = run("""
        import pytest

        @pytest.fixture(scope="module")
        def role(kms_module):
            return kms_module.client(principal="arn:aws:iam::111111111111:role/a")

        @pytest.mark.parametrize("turn", [1, 2])
        def test_it(role, kms, turn):
            kms.client(principal="arn:aws:iam::222222222222:role/b")
            role.list_keys()
            assert kms.calls[0].principal == "arn:aws:iam::111111111111:role/a"
    """)

    result.assert_outcomes(passed=2)


def test_a_mock_within_the_fixtures_mock_is_empty(run: Run) -> None:
    result = run("""
        from pytest_kmsmock import mock_kms

        def test_it(kms):
            make_key("alias/app")
            with mock_kms() as inner:
                assert aliases() == []
            assert aliases() == ["alias/app"]
    """)

    result.assert_outcomes(passed=1)


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


# A misuse that the application swallowed.

MISUSE = "the application caught an error that was meant for the test"


def test_a_swallowed_misuse_fails_the_test(run: Run) -> None:
    """Once, in the call phase, whichever door the mock has and wherever it happened."""
    result = run("""
        import threading
        import unittest
        import pytest
        from pytest_kmsmock import mock_kms

        def test_fixture(kms):
            swallow()

        @mock_kms
        def test_decorated():
            swallow()

        def test_context_manager():
            with mock_kms():
                swallow()

        @mock_kms
        class TestCase(unittest.TestCase):
            def test_method(self):
                swallow()

        @mock_kms
        class TestClass:
            def test_method(self):
                swallow()

        def test_thread(kms):
            thread = threading.Thread(target=swallow)
            thread.start()
            thread.join()

        @pytest.fixture
        def service(kms):
            swallow()

        def test_set_up(service): pass

        def save():
            try:
                misuse()
            except Exception as error:
                raise ValueError("could not save") from error

        def test_that_would_pass_for_a_wrong_reason(kms):
            try:
                save()
            except ValueError:
                pass
    """)

    result.assert_outcomes(failed=8)
    text = result.stdout.str()
    assert text.count(MISUSE) == 8
    assert text.count("does not mock kms:ListKeyPolicies yet") == 8
    assert active_backend() is None


def test_a_swallowed_misuse_of_the_tear_down_is_told(run: Run) -> None:
    result = run("""
        import pytest

        @pytest.fixture
        def service(kms):
            yield
            swallow()

        def test_it(service): pass
        def test_next(kms): pass
    """)

    result.assert_outcomes(passed=2, errors=1)
    assert MISUSE in result.stdout.str()


def test_a_misuse_that_nobody_catches_fails_the_test_once(run: Run) -> None:
    result = run("""
        import unittest
        from pytest_kmsmock import mock_kms

        def test_function(kms):
            misuse()

        @mock_kms
        class TestCase(unittest.TestCase):
            def test_method(self):
                misuse()
    """)

    result.assert_outcomes(failed=2)
    assert MISUSE not in result.stdout.str()


def test_a_test_that_fails_for_another_reason_tells_that(run: Run) -> None:
    result = run("""
        def test_it(kms):
            swallow()
            assert 1 == 2
    """)

    result.assert_outcomes(failed=1)
    assert "assert 1 == 2" in result.stdout.str()


def test_an_expected_failure_may_be_a_swallowed_misuse(run: Run) -> None:
    result = run("""
        import pytest, unittest
        from pytest_kmsmock import mock_kms

        @pytest.mark.xfail
        def test_function(kms): swallow()

        @pytest.mark.xfail(strict=True)
        @mock_kms
        def test_strict(): swallow()

        @pytest.mark.xfail
        @mock_kms
        class TestCase(unittest.TestCase):
            def test_method(self): swallow()
    """)

    result.assert_outcomes(xfailed=3)


def test_a_swallowed_misuse_is_no_matter_of_the_next_test(run: Run) -> None:
    result = run("""
        def test_first(kms): swallow()
        def test_second(kms): pass
        def test_third(): pass
    """)

    result.assert_outcomes(failed=1, passed=2)


def test_a_run_within_a_test_is_no_matter_of_the_test(run: Run) -> None:
    """Whoever tests a pytest plugin of their own runs pytest within pytest, as we do here."""
    run("def test_it(kms): swallow()").assert_outcomes(failed=1)

    # This test passes: nothing was noted down against it.


def test_a_misuse_that_the_test_catches_is_accepted(run: Run) -> None:
    """It is the test's own business, in whatever way it does so."""
    result = run("""
        import contextlib
        import unittest
        import pytest
        from concurrent.futures import ThreadPoolExecutor
        from pytest_kmsmock import KmsMockError, mock_kms

        def test_context(kms):
            with pytest.raises(KmsMockError, match="ListKeyPolicies"):
                misuse()

        def test_call(kms):
            pytest.raises(KmsMockError, misuse)

        def helper():
            with pytest.raises(KmsMockError):
                misuse()

        def test_helper(kms):
            helper()

        def test_try(kms):
            try:
                misuse()
            except KmsMockError:
                pass

        def test_suppress(kms):
            with contextlib.suppress(KmsMockError):
                misuse()

        def test_thread(kms):
            with ThreadPoolExecutor(1) as pool, pytest.raises(KmsMockError):
                pool.submit(misuse).result()

        @mock_kms
        def test_decorated():
            with pytest.raises(KmsMockError):
                misuse()

        @mock_kms
        class TestClass:
            def test_method(self):
                self.helper()

            def helper(self):
                with pytest.raises(KmsMockError):
                    misuse()

        @mock_kms
        class TestCase(unittest.TestCase):
            def test_context(self):
                with self.assertRaises(KmsMockError) as caught:
                    misuse()
                assert "ListKeyPolicies" in str(caught.exception)

            def test_call(self):
                self.assertRaises(KmsMockError, misuse)

            def test_regex(self):
                with self.assertRaisesRegex(KmsMockError, "ListKeyPolicies"):
                    misuse()

        @pytest.fixture
        def service(kms):
            with pytest.raises(KmsMockError):
                misuse()

        def test_fixture(service): pass
    """)

    result.assert_outcomes(passed=12)


def test_what_aws_answers_may_be_swallowed(run: Run) -> None:
    """Only misuse is for the test; an error of AWS is for the application."""
    result = run("""
        def test_it(kms):
            try:
                client().describe_key(KeyId="alias/none")
            except Exception:
                pass
    """)

    result.assert_outcomes(passed=1)


# Classes under pytest.


def test_a_decorated_class_has_a_mock_for_each_test(run: Run) -> None:
    """From its `setup_method` to its `teardown_method`."""
    result = run("""
        import pytest
        from pytest_kmsmock import mock_kms

        @mock_kms(keys="alias/class")
        class TestIt:
            def setup_method(self):
                make_key("alias/set-up")

            @pytest.mark.parametrize("turn", [1, 2])
            def test_it(self, turn):
                assert aliases() == ["alias/class", "alias/set-up"]
                make_key("alias/test")

            def teardown_method(self, method):
                assert aliases() == ["alias/class", "alias/set-up", "alias/test"]
    """)

    result.assert_outcomes(passed=2)
    assert active_backend() is None


def test_a_decorated_class_can_have_fixtures(run: Run) -> None:
    result = run("""
        import pytest
        from pytest_kmsmock import mock_kms

        @mock_kms
        class TestIt:
            @pytest.fixture
            def app(self):
                make_key("alias/app")
                yield
                assert "alias/app" in aliases()

            @pytest.fixture(autouse=True)
            def always(self):
                make_key("alias/always")

            def test_it(self, app):
                assert "alias/app" in aliases()
    """)

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("where", ["setup_method", "test_it", "teardown_method"])
def test_a_decorated_class_that_fails_leaves_no_mock(run: Run, where: str) -> None:
    result = run(f"""
        from pytest_kmsmock import mock_kms
        from pytest_kmsmock.backend import active_backend
        from pytest_kmsmock import pairs

        @mock_kms
        class TestIt:
            def setup_method(self):
                assert "{where}" != "setup_method"

            def test_it(self):
                assert "{where}" != "test_it"

            def teardown_method(self):
                assert "{where}" != "teardown_method"

        def test_next():
            assert active_backend() is None
    """)

    outcomes = {"test_it": {"failed": 1, "passed": 1}, "setup_method": {"errors": 1, "passed": 1}}
    result.assert_outcomes(**outcomes.get(where, {"errors": 1, "passed": 2}))


def test_a_subclass_of_a_decorated_class_is_decorated(run: Run) -> None:
    """Whether it has a set-up of its own, calls its base's, or is decorated again."""
    result = run("""
        from pytest_kmsmock import mock_kms
        from pytest_kmsmock.backend import active_backend
        from pytest_kmsmock import pairs

        @mock_kms(keys="alias/base")
        class Base:
            def setup_method(self):
                make_key("alias/base-set-up")

            def teardown_method(self):
                assert aliases()

        class TestPlain(Base):
            def test_it(self):
                assert aliases() == ["alias/base", "alias/base-set-up"]

        class TestCalling(Base):
            def setup_method(self):
                super().setup_method()
                make_key("alias/own")

            def test_it(self):
                assert aliases() == ["alias/base", "alias/base-set-up", "alias/own"]

        class TestOverriding(Base):
            def setup_method(self):
                make_key("alias/own")

            def test_it(self):
                assert aliases() == ["alias/base", "alias/own"]

        @mock_kms(keys="alias/again")
        class TestDecorated(Base):
            def test_it(self):
                assert "alias/again" in aliases()

        def test_afterwards():
            assert active_backend() is None
    """)

    result.assert_outcomes(passed=5)


def test_a_decorated_function_can_be_parametrized_and_take_fixtures(run: Run) -> None:
    result = run("""
        import pytest
        from pytest_kmsmock import mock_kms

        @pytest.fixture
        @mock_kms(keys="alias/fixture")
        def app():
            yield "app"

        @mock_kms
        @pytest.mark.parametrize("below", [1, 2])
        def test_below(below, tmp_path):
            assert aliases() == []

        @pytest.mark.parametrize("above", [1, 2])
        @mock_kms(keys="alias/app")
        def test_above(above):
            assert aliases() == ["alias/app"]

        def test_fixture(app):
            assert (app, aliases()) == ("app", ["alias/fixture"])

        def test_no_fixture():
            from pytest_kmsmock.backend import active_backend
            from pytest_kmsmock import pairs
            assert active_backend() is None
    """)

    result.assert_outcomes(passed=6)


def test_test_cases_run_under_pytest_too(run: Run) -> None:
    result = run("""
        import unittest
        from pytest_kmsmock import mock_kms
        from pytest_kmsmock.backend import active_backend
        from pytest_kmsmock import pairs

        @mock_kms
        class TestIt(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                make_key("alias/class")

            def setUp(self):
                make_key("alias/test")
                self.addCleanup(lambda: self.assertTrue(aliases()))

            def test_first(self):
                assert aliases() == ["alias/class", "alias/test"]

            def test_second(self):
                assert aliases() == ["alias/class", "alias/test"]

            def test_failing(self):
                assert False

        @mock_kms
        class TestAsync(unittest.IsolatedAsyncioTestCase):
            async def test_it(self):
                assert aliases() == []

        @mock_kms
        class TestBroken(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                raise ZeroDivisionError

            def test_it(self): pass

        def test_next():
            assert active_backend() is None
    """)

    result.assert_outcomes(passed=4, failed=1, errors=1)


def test_pytest_asyncio_runs_decorated_coroutines(pytester: pytest.Pytester, run: Run) -> None:
    pytest.importorskip("pytest_asyncio")
    pytester.makepyfile("""
        import asyncio, pytest, pytest_asyncio
        from application import *
        from pytest_kmsmock import KmsMockError, mock_kms

        @pytest_asyncio.fixture
        @mock_kms(keys="alias/fixture")
        async def app():
            yield "app"

        @pytest.mark.asyncio
        @mock_kms
        async def test_decorated():
            await asyncio.sleep(0)
            make_key("alias/app")
            assert aliases() == ["alias/app"]

        @pytest.mark.asyncio
        async def test_fixture(kms):
            await asyncio.to_thread(make_key, "alias/app")
            assert len(kms.keys) == 1

        @pytest.mark.asyncio
        async def test_fixture_of_its_own(app):
            assert aliases() == ["alias/fixture"]

        @pytest.mark.asyncio
        async def test_catches(kms):
            with pytest.raises(KmsMockError):
                misuse()

        @pytest.mark.asyncio
        async def test_swallows(kms):
            await asyncio.to_thread(swallow)
    """)
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")

    result = pytester.runpytest_inprocess("-p", "pytest_asyncio.plugin", plugins=[plugin])

    result.assert_outcomes(passed=4, failed=1)
    assert MISUSE in result.stdout.str()
    assert active_backend() is None
