"""Which mock a test starts from, and which it is handed."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def run(pytester: pytest.Pytester, no_other_plugins: None) -> Any:
    def run_file(source: str, *, in_process: bool = True) -> pytest.RunResult:
        pytester.makeini("[pytest]\n")
        pytester.makepyfile(source)
        run_pytest = pytester.runpytest if in_process else pytester.runpytest_subprocess
        return run_pytest("-p", "pytest_kmsmock.plugin")

    return run_file


@pytest.mark.parametrize("order", ["first", "last"])
def test_a_kms_forks_the_wider_mock_of_its_own_test_alone(run: Any, order: str) -> None:
    """And not one that happens to be there, since another test has asked for it before."""
    other = "def test_other(kms_module): kms_module.create_key(alias='alias/wide')\n"
    own = "def test_own(kms): assert kms.keys == []\n"

    run(other + own if order == "first" else own + other).assert_outcomes(passed=2)


def test_a_kms_forks_what_the_test_has_asked_for_before(run: Any) -> None:
    """By its arguments, by another fixture, by a mark, or by getfixturevalue."""
    run(
        """
        import pytest

        @pytest.fixture(scope="module")
        def wide(kms_module):
            kms_module.create_key(alias="alias/wide")

        def names(kms):
            return [name for key in kms.keys for name in key.aliases]

        def test_argument(wide, kms_module, kms):
            assert names(kms) == ["alias/wide"]

        def test_fixture(kms, wide):
            assert names(kms) == ["alias/wide"]

        @pytest.mark.usefixtures("wide")
        def test_mark(kms):
            assert names(kms) == ["alias/wide"]

        def test_by_hand(request):
            request.getfixturevalue("wide")
            assert names(request.getfixturevalue("kms")) == ["alias/wide"]

        def test_too_late(request, kms):
            request.getfixturevalue("wide")
            assert names(kms) == []
        """
    ).assert_outcomes(passed=5)


def test_a_fork_never_changes_what_it_was_forked_from(run: Any) -> None:
    run(
        """
        def test_first(kms_session, kms):
            kms.create_key()
            assert kms_session.keys == []

        def test_second(kms_session, kms_module, kms_class, kms):
            kms_class.create_key()
            assert kms.keys == kms_session.keys == kms_module.keys == []
        """
    ).assert_outcomes(passed=2)


def test_the_nearest_wider_mock_is_forked(run: Any) -> None:
    run(
        """
        import pytest

        @pytest.fixture(scope="session", autouse=True)
        def of_session(kms_session):
            kms_session.create_key(alias="alias/session")

        @pytest.fixture(scope="class")
        def of_class(kms_class):
            kms_class.create_key(alias="alias/class")

        @pytest.mark.usefixtures("of_class")
        class TestIt:
            def test_it(self, kms):
                names = [name for key in kms.keys for name in key.aliases]
                assert sorted(names) == ["alias/class", "alias/session"]

        def test_outside(kms):
            assert [name for key in kms.keys for name in key.aliases] == ["alias/session"]
        """
    ).assert_outcomes(passed=2)


def test_a_decorated_function_is_handed_the_mock_that_answers(run: Any) -> None:
    """It starts empty; fixtures that took `kms` hold the fixture's."""
    result = run(
        """
        import boto3
        import pytest
        from pytest_kmsmock import mock_kms

        @pytest.fixture
        def prepared(kms):
            kms.create_key(alias="alias/prepared")
            return kms

        @mock_kms(keys=["alias/app"])
        def test_it(kms, prepared):
            assert kms is not prepared
            assert [key.aliases for key in kms.keys] == [["alias/app"]]
            assert [key.aliases for key in prepared.keys] == [["alias/prepared"]]
            boto3.client("kms", region_name="us-east-1").encrypt(KeyId="alias/app", Plaintext=b"x")
            kms.calls.assert_called_once("Encrypt")
            assert not prepared.calls

        @mock_kms
        def test_assertions_cannot_pass_wrongly(kms):
            boto3.client("kms", region_name="us-east-1").list_keys()
            kms.calls.assert_not_called()

        @mock_kms(account="111111111111")
        @mock_kms(account="222222222222")
        @pytest.mark.parametrize("number", [1, 2])
        def test_twice(number, kms):
            assert kms.account == "222222222222"
        """
    )

    result.assert_outcomes(passed=3, failed=1)
    assert "expected no call, got 1" in result.stdout.str()


def test_a_method_of_a_decorated_class_is_handed_the_class_s_mock(run: Any) -> None:
    """That answers from before its set-up until after its tear-down."""
    run(
        """
        import unittest
        import boto3
        from pytest_kmsmock import mock_kms

        @mock_kms(keys=["alias/app"])
        class TestPlain:
            def setup_method(self):
                client().create_key(Description="set up")

            def test_it(self, kms):
                assert len(kms.keys) == 2
                assert kms.calls.operations == ["CreateKey"]

        @mock_kms
        class TestCase(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                client().create_key()

            def setUp(self):
                client().create_key()

            def test_it(self, kms=None):
                assert len(kms.keys) == 2
                assert kms.calls.operations == ["CreateKey"]

            def test_again(self, kms=None):
                assert len(kms.keys) == 2

        def client():
            return boto3.client("kms", region_name="us-east-1")
        """
    ).assert_outcomes(passed=3)


def test_what_a_test_used_is_gone_when_it_is_over(run: Any) -> None:
    """Its keys and plaintexts are not readable for the rest of the run."""
    # In a process of its own: pytester keeps what hooks were given.
    run(
        """
        import gc
        import weakref
        import pytest
        from pytest_kmsmock import mock_kms

        backends = []

        @pytest.mark.parametrize("number", range(3))
        def test_use(kms, number):
            kms.client().create_key()
            with mock_kms() as inner:
                inner.create_key().encrypt(b"secret")
            backends.extend(weakref.ref(each._backend) for each in (kms, inner))

        def test_fails(kms):
            backends.append(weakref.ref(kms._backend))
            pytest.fail("with a report", pytrace=False)

        def test_fails_too(kms):
            pytest.fail("whose frames pytest keeps, as the last that failed", pytrace=False)

        def test_afterwards():
            gc.collect()
            assert [each() for each in backends] == [None] * 7
        """,
        in_process=False,
    ).assert_outcomes(passed=4, failed=2)


def test_only_the_wider_mock_outlives_a_test(run: Any) -> None:
    run(
        """
        import gc
        import weakref

        forks = []

        def test_use(kms_session, kms):
            kms_session.create_key()
            forks.append(weakref.ref(kms._backend))

        def test_afterwards(kms_session):
            gc.collect()
            assert forks[0]() is None
            assert len(kms_session.keys) == 1
        """
    ).assert_outcomes(passed=2)
