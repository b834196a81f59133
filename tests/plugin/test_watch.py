"""A misuse that the application swallowed fails the test."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_kmsmock.backend import active_backend

Run = Callable[..., pytest.RunResult]

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


def test_what_a_test_puts_on_its_report_can_be_sent(run: Run, pytester: pytest.Pytester) -> None:
    """By xdist, which sends plain values alone."""
    pytester.makeconftest("""
        def pytest_runtest_logreport(report):
            if report.when == "call":
                (_, state), (_, operations) = report.user_properties
                assert (state, operations) == ("Enabled", ["DescribeKey"])
                assert (type(state), type(operations)) == (str, list)
                assert type(operations[0]) is str
    """)

    result = run("""
        def test_it(kms, record_property):
            key = kms.create_key()
            kms.client().describe_key(KeyId=key.id)
            record_property("state", key.state)
            record_property("operations", kms.calls.operations)
    """)

    result.assert_outcomes(passed=1)
