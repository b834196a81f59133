"""A fault that was scheduled and never happened fails the test."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]


def test_a_fault_that_never_happened_fails_the_test(run: Run) -> None:
    """In the call phase, naming the fault, what was called, and the way out."""
    result = run(
        """
        def test_it(kms):
            kms.throttle("Decrypt", times=2)
            kms.client().list_keys()
        """
    )

    result.assert_outcomes(failed=1)
    message = result.stdout.str()
    assert "kms.throttle('Decrypt', times=2) never happened" in message
    assert "ListKeys" in message
    assert "allow_unused=True" in message


def test_each_kind_of_fault_is_named_as_it_was_written(run: Run) -> None:
    result = run(
        """
        def test_it(kms):
            kms.fail("Decrypt", "DisabledException")
            kms.delay("Encrypt", 5)
            kms.disconnect("Sign", "closed")
        """
    )

    result.assert_outcomes(failed=1)
    message = result.stdout.str()
    assert "kms.fail('Decrypt', 'DisabledException')" in message
    assert "kms.delay('Encrypt', 5)" in message
    assert "kms.disconnect('Sign', 'closed')" in message


def test_a_fault_that_may_be_unused_fails_nothing(run: Run) -> None:
    result = run(
        """
        def test_allowed(kms):
            kms.throttle("Decrypt", allow_unused=True)

        def test_partly_used(kms):
            kms.throttle("ListKeys", times=2)
            with pytest.raises(Exception, match="Throttling"):
                kms.client(retries={"total_max_attempts": 1}).list_keys()

        def test_called_off(kms):
            kms.throttle("Decrypt").cancel()
        """
    )

    result.assert_outcomes(passed=3)


def test_a_fault_that_calls_passed_by_says_why(run: Run) -> None:
    """Where there were calls of the operation, the message does not deny them."""
    result = run(
        """
        def test_after(kms):
            kms.throttle("ListKeys", after=5)
            kms.client().list_keys()

        def test_key(kms):
            kms.create_key(alias="alias/app")
            kms.throttle("DescribeKey", key=kms.create_key(alias="alias/other"))
            kms.client().describe_key(KeyId="alias/app")
        """,
        "--tb=short",
    )

    result.assert_outcomes(failed=2)
    assert "made no such call" not in result.stdout.str()
    assert "after=5" in result.stdout.str()
    assert "alias/other" in result.stdout.str() or "key=" in result.stdout.str()


def test_the_message_stays_short_after_many_calls(run: Run) -> None:
    result = run(
        """
        def test_it(kms):
            kms.throttle("Decrypt")
            client = kms.client()
            for _ in range(300):
                client.list_keys()
        """
    )

    result.assert_outcomes(failed=1)
    message = next(line for line in result.outlines if "never happened" in line)
    assert len(message) < 1000


def test_an_unused_fault_is_right_with_every_kind_of_test(run: Run) -> None:
    """One outcome each: a failure, also where a failure is expected."""
    result = run(
        """
        import unittest
        from pytest_kmsmock import mock_kms

        @pytest.mark.xfail(strict=True)
        def test_expected(kms):
            kms.throttle("Decrypt")

        @mock_kms
        def test_decorated():
            with mock_kms() as kms:
                kms.throttle("Encrypt")

        def test_in_a_block():
            with mock_kms() as kms:
                kms.throttle("Decrypt")

        def test_skipped(kms):
            kms.throttle("Decrypt")
            pytest.skip("no reason to fail")

        class TestOfUnittest(unittest.TestCase):
            def setUp(self):
                self.kms = self.enterContext(mock_kms())

            def test_unused(self):
                self.kms.throttle("Decrypt")

            def test_used(self):
                self.kms.throttle("ListKeys")
                self.kms.client().list_keys()

            def test_fails_by_itself(self):
                self.kms.throttle("Decrypt")
                self.fail("as meant")

            def test_skipped(self):
                self.kms.throttle("Decrypt")
                self.skipTest("no reason to fail")
        """
    )

    result.assert_outcomes(xfailed=1, passed=1, failed=4, skipped=2)
    message = result.stdout.str()
    assert "kms.throttle('Encrypt') never happened" in message
    assert message.count("\nkms.throttle('Decrypt') never happened") == 2


def test_a_test_that_fails_anyway_says_only_why(run: Run) -> None:
    result = run(
        """
        def test_it(kms):
            kms.throttle("Decrypt")
            assert 1 == 2
        """
    )

    result.assert_outcomes(failed=1)
    assert "never happened" not in result.stdout.str()


def test_a_fault_of_a_fixture_is_one_of_the_test(run: Run) -> None:
    result = run(
        """
        @pytest.fixture
        def throttled(kms):
            kms.throttle("ListKeys")

        def test_unused(throttled, kms):
            pass

        def test_used(throttled, kms):
            kms.client().list_keys()
        """
    )

    result.assert_outcomes(failed=1, passed=1)


def test_an_unused_fault_fails_one_test_not_those_that_follow(run: Run) -> None:
    """A shared mock outlives the test that scheduled it."""
    result = run(
        """
        def test_guilty(kms_module):
            kms_module.throttle("Decrypt")

        def test_innocent(kms_module):
            kms_module.client().list_keys()

        def test_innocent_too(kms_module):
            pass
        """
    )

    result.assert_outcomes(failed=1, passed=2)


def test_a_test_that_is_run_again_answers_for_its_last_run(
    run: Run, pytester: pytest.Pytester
) -> None:
    """As plugins for flaky tests do it: several runs within one protocol."""
    pytester.makeconftest(
        """
        import pytest
        from _pytest.runner import runtestprotocol

        @pytest.hookimpl
        def pytest_runtest_protocol(item, nextitem):
            item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
            for _ in range(2):
                reports = runtestprotocol(item, nextitem=nextitem, log=False)
                if not any(report.failed for report in reports):
                    break
                item._initrequest()
            for report in reports:
                item.ihook.pytest_runtest_logreport(report=report)
            return True
        """
    )
    result = run(
        """
        runs = []

        def test_flaky(kms):
            kms.throttle("ListKeys")
            runs.append(1)
            assert len(runs) == 2, "the first run fails early"
            kms.client().list_keys()
        """
    )

    result.assert_outcomes(passed=1)
