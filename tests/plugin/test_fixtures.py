"""The fixtures: one for each scope, an inner one a copy of the outer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_kmsmock.backend import active_backend

Run = Callable[..., pytest.RunResult]


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

        @pytest.fixture(scope="class")
        def of_class(kms_class):
            assert aliases() == ["alias/module", "alias/session"]
            make_key("alias/class")

        @pytest.mark.usefixtures("of_class")
        class TestClass:
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
            assert kms.calls[0].principal == "arn:aws:sts::111111111111:assumed-role/a/kmsmock"
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
