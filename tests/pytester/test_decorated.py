"""Decorated classes and functions under pytest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_kmsmock import plugin
from pytest_kmsmock.backend import active_backend

Run = Callable[..., pytest.RunResult]

MISUSE = "the application caught an error that was meant for the test"


def test_a_decorated_class_has_a_mock_for_each_test(run_beside_application: Run) -> None:
    """From its `setup_method` to its `teardown_method`."""
    result = run_beside_application("""
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


def test_a_decorated_class_can_have_fixtures(run_beside_application: Run) -> None:
    result = run_beside_application("""
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
def test_a_decorated_class_that_fails_leaves_no_mock(
    run_beside_application: Run, where: str
) -> None:
    result = run_beside_application(f"""
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


def test_a_subclass_of_a_decorated_class_is_decorated(run_beside_application: Run) -> None:
    """Whether it has a set-up of its own, calls its base's, or is decorated again."""
    result = run_beside_application("""
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


def test_a_decorated_function_can_be_parametrized_and_take_fixtures(
    run_beside_application: Run,
) -> None:
    result = run_beside_application("""
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


def test_test_cases_run_under_pytest_too(run_beside_application: Run) -> None:
    result = run_beside_application("""
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


def test_pytest_asyncio_runs_decorated_coroutines(
    pytester: pytest.Pytester, run_beside_application: Run
) -> None:
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
