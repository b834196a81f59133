"""Markers: where they hold, those that do nothing, and names that only look like ours."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

from pytest_kmsmock import plugin

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, no_other_plugins: None) -> Run:
    """Run a test file, and return what pytest says."""

    def run_file(source: str, *arguments: str, ini: str = "") -> pytest.RunResult:
        pytester.makepyfile(
            test_it="import pytest, unittest\nfrom pytest_kmsmock import mock_kms\n"
            + textwrap.dedent(source)
        )
        pytester.makeini(f"[pytest]\n{textwrap.dedent(ini)}")
        return pytester.runpytest_inprocess(*arguments, plugins=[plugin])

    return run_file


# Where a marker holds.


def test_a_marker_holds_for_every_mock_of_its_test(run: Run) -> None:
    """A mock's own arguments win over it, and it wins over the ini file."""
    result = run(
        """
        OUTSIDE = mock_kms()

        @mock_kms
        def region_here():
            from pytest_kmsmock.backend import active_backend
            return active_backend().region

        @pytest.mark.kms(region="eu-west-1", keys=["alias/app"])
        def test_block():
            with mock_kms() as kms:
                assert (kms.region, kms.account) == ("eu-west-1", "222222222222")
                assert "alias/app" in kms.keys
            with mock_kms(region="eu-west-2") as kms:
                assert kms.region == "eu-west-2"
                assert "alias/app" in kms.keys

        @pytest.mark.kms(region="eu-west-1")
        def test_made_before():
            with OUTSIDE as kms:
                assert kms.region == "eu-west-1"
            assert region_here() == "eu-west-1"

        def test_next():
            with OUTSIDE as kms:
                assert kms.region == "ca-west-1"
            assert region_here() == "ca-west-1"

        @pytest.mark.kms(region="eu-west-1")
        @mock_kms
        def test_decorated():
            assert kms_client().meta.region_name == "eu-west-1"

        @pytest.mark.kms(region="eu-west-1")
        @mock_kms(region="eu-west-2")
        def test_decorated_with_its_own():
            assert kms_client().meta.region_name == "eu-west-2"

        @pytest.mark.kms(account="333333333333")
        @mock_kms
        class TestClass:
            @pytest.mark.kms(region="eu-west-1")
            def test_method(self):
                assert kms_client().meta.region_name == "eu-west-1"
                assert arn().startswith("arn:aws:kms:eu-west-1:333333333333:")

        @mock_kms
        class Case(unittest.TestCase):
            @pytest.mark.kms(region="eu-west-1")
            def test_method(self):
                assert kms_client().meta.region_name == "eu-west-1"

            def test_other(self):
                assert kms_client().meta.region_name == "ca-west-1"

        @pytest.fixture
        def mock():
            with mock_kms() as mock:
                yield mock

        @pytest.mark.kms(region="eu-west-1")
        def test_fixture_of_its_own(mock):
            assert mock.region == "eu-west-1"

        @pytest.mark.kms(region="eu-west-1")
        def test_nested(kms):
            with mock_kms() as inner:
                assert inner.region == kms.region == "eu-west-1"

        def kms_client():
            import botocore.session
            return botocore.session.Session().create_client("kms")

        def arn():
            return kms_client().create_key()["KeyMetadata"]["Arn"]
        """,
        ini="""
            kms_region = ca-west-1
            kms_account = 222222222222
        """,
    )

    result.assert_outcomes(passed=10)


@pytest.mark.parametrize("order", [("test_marked", "test_plain"), ("test_plain", "test_marked")])
def test_a_marker_does_not_hold_for_what_outlives_its_test(
    run: Run, order: tuple[str, str]
) -> None:
    """Whichever test comes first: a wider fixture has the settings of what it is for."""
    result = run(
        """
        pytestmark = pytest.mark.kms(account="222222222222")

        @pytest.fixture(scope="module")
        def of_module():
            with mock_kms() as mock:
                yield mock

        @pytest.fixture(scope="session")
        def of_session():
            with mock_kms() as mock:
                yield mock

        def check(of_module, of_session, kms_module, kms_session):
            assert (of_module.region, of_module.account) == ("us-east-1", "222222222222")
            assert (of_session.region, of_session.account) == ("us-east-1", "123456789012")
            assert (kms_module.region, kms_module.account) == ("us-east-1", "222222222222")
            assert (kms_session.region, kms_session.account) == ("us-east-1", "123456789012")

        @pytest.mark.kms(region="eu-west-1")
        def test_marked(of_session, of_module, kms_session, kms_module, kms):
            check(of_module, of_session, kms_module, kms_session)
            assert (kms.region, kms.account) == ("eu-west-1", "222222222222")

        def test_plain(of_session, of_module, kms_session, kms_module, kms):
            check(of_module, of_session, kms_module, kms_session)
            assert (kms.region, kms.account) == ("us-east-1", "222222222222")
        """,
        "-p",
        "no:randomly",
        *(f"test_it.py::{name}" for name in order),
    )

    result.assert_outcomes(passed=2)


# A marker that does nothing.


def test_a_marker_without_a_mock_fails_its_test(run: Run) -> None:
    """Else it would look as if the test had what the marker says."""
    result = run("""
        @pytest.mark.kms(region="eu-west-1", guard=False)
        def test_forgets_the_fixture(): pass

        @pytest.mark.kms(keys=["alias/app"])
        def test_of_the_session(kms_session): pass

        @pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.kms(page_size=1))])
        def test_parameter(x): pass

        @pytest.mark.kms(region="eu-west-1")
        async def helper(): pass

        @pytest.mark.kms(region="eu-west-1")
        def test_makes_and_does_not_start():
            mock_kms()

        class Case(unittest.TestCase):
            @pytest.mark.kms(region="eu-west-1")
            def test_method(self): pass
    """)

    result.assert_outcomes(failed=5, passed=1)
    text = " ".join(result.stdout.str().split())
    assert "@pytest.mark.kms(region='eu-west-1') did nothing" in text
    assert "this one has made none. Let it take the `kms` fixture, or write `with" in text
    assert "for `kms_session` write ini options" in text


def test_a_marker_that_does_something_or_is_not_the_tests_own_does_not(run: Run) -> None:
    """That of a class or module is for those of its tests that make a mock."""
    result = run("""
        pytestmark = pytest.mark.kms(region="eu-west-1")

        def test_in_a_module(): pass

        @pytest.mark.kms(guard=True)
        def test_guard(): pass

        @pytest.mark.kms
        def test_empty(): pass

        @pytest.mark.kms(keys=["alias/app"])
        class TestClass:
            def test_in_a_class(self): pass

        @pytest.mark.kms(page_size=1)
        def test_asks_later(request):
            request.getfixturevalue("kms")

        @pytest.mark.kms(page_size=1)
        def test_skipped():
            pytest.skip("for another reason")

        def test_marked_from_outside(request):
            request.node.add_marker(pytest.mark.kms(page_size=1))

        @pytest.mark.kms(page_size=1)
        @pytest.mark.xfail(strict=True)
        def test_fails_anyway():
            assert False
    """)

    result.assert_outcomes(passed=6, skipped=1, xfailed=1)


def test_a_wrong_marker_fails_its_test_without_a_mock_too(run: Run) -> None:
    result = run("""
        @pytest.mark.kms(regoin="eu-west-1")
        def test_name(): pass

        @pytest.mark.kms(guard="no")
        def test_guard(): pass

        @pytest.mark.kms(None)
        def test_positional(): pass

        @pytest.mark.kms(region="moon")
        class TestClass:
            def test_inherited(self): pass
    """)

    result.assert_outcomes(errors=4)
    text = result.stdout.str()
    for says in (
        "@pytest.mark.kms: pytest-kmsmock has no option 'regoin'. Did you mean 'region'?",
        "guard='no' is neither True nor False",
        "keywords only",
        "region='moon' is no AWS Region",
    ):
        assert says in text


# Names that look like ours.


@pytest.mark.parametrize(
    ("marker", "says"),
    [
        ("kms_failure('Decrypt')", "no marker 'kms_failure'. Did you mean 'kms_failures'?"),
        ("kmss(region='eu-west-1')", "no marker 'kmss'. Did you mean 'kms'?"),
        ("KMS", "no marker 'KMS'. Did you mean 'kms'?"),
        ("kms_region('eu-west-1')", "no marker 'kms_region'"),
    ],
)
@pytest.mark.parametrize("where", ["test", "class", "module"])
def test_a_marker_that_is_nobodys_is_refused(run: Run, marker: str, says: str, where: str) -> None:
    """Pytest itself only warns; then the test runs without what it asks for."""
    mark = f"pytest.mark.{marker}"
    source = {
        "test": f"@{mark}\ndef test_it(): print('it ran')",
        "class": f"@{mark}\nclass TestIt:\n    def test_it(self): print('it ran')",
        "module": f"pytestmark = {mark}\ndef test_it(): print('it ran')",
    }[where]

    result = run(source, "-W", "ignore::pytest.PytestUnknownMarkWarning")

    result.assert_outcomes(errors=1)
    text = " ".join(result.stdout.str().split())
    assert "test_it.py::" in text
    assert says in text
    assert "it ran" not in text


@pytest.mark.parametrize("arguments", [("--strict-markers",), ("-W", "error")])
def test_a_marker_that_pytest_refuses_is_told_with_what_was_meant(
    run: Run, arguments: tuple[str, ...]
) -> None:
    result = run("@pytest.mark.kms_failure('Decrypt')\ndef test_it(): pass", *arguments)

    result.assert_outcomes(errors=1)
    assert "'kms_failure'. Did you mean 'kms_failures'?" in result.stdout.str()


def test_a_marker_of_somebody_else_is_theirs(run: Run) -> None:
    result = run(
        """
        @pytest.mark.kms_slow(1)
        @pytest.mark.kmsonly
        @pytest.mark.slow
        def test_it(): pass
        """,
        "-W",
        "ignore",
        ini="""
            markers =
                kms_slow(seconds): takes long
                kmsonly
        """,
    )

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("ini", "arguments", "says"),
    [
        ("kms_regoin = eu-west-1", (), "no ini option 'kms_regoin'. Did you mean 'kms_region'?"),
        ("kms-region = eu-west-1", (), "'kms-region'. Did you mean 'kms_region'?"),
        ("KMS_Guard = true", (), "'KMS_Guard'. Did you mean 'kms_guard'?"),
        ("", ("-o", "kms_gaurd=true"), "'kms_gaurd'. Did you mean 'kms_guard'?"),
        ("kms_guard = yess", (), "kms_guard"),
        ("kms_key_pool = 7", (), "kms_key_pool"),
        ("kms_page_size = many", (), "kms_page_size"),
        ("kms_transport = wired", (), "kms_transport='wired' is none of direct, wire"),
        ("kms_keys = app", (), "kms_keys='app' is no alias name"),
    ],
)
def test_an_ini_option_that_makes_no_sense_ends_the_run(
    run: Run, ini: str, arguments: tuple[str, ...], says: str
) -> None:
    """At its start, with the name of the option, also where no test makes a mock."""
    result = run("def test_it(): print('it ran')", *arguments, ini=ini)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    text = result.stdout.str() + result.stderr.str()
    assert says in text
    assert "it ran" not in text
    assert "Traceback" not in text
    assert "INTERNALERROR" not in text


def test_an_ini_option_of_somebody_else_is_theirs(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest("""
        def pytest_addoption(parser):
            parser.addini("kms_endpoint", "where ours listens", "bool")
    """)

    run("def test_it(): pass", ini="kms_endpoint = http://localhost").assert_outcomes(passed=1)


def test_the_sweeps_options_are_told_too(run: Run) -> None:
    result = run("""
        @pytest.mark.kms_failures("Decrypt", exlude="read-timeout")
        def test_it(): pass
    """)

    result.assert_outcomes(errors=1)
    assert "has no option 'exlude'. Did you mean 'exclude'?" in result.stdout.str()
