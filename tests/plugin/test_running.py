"""The test that runs, if pytest's protocol says which."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_kmsmock.plugin import running

Run = Callable[..., pytest.RunResult]


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


def test_a_run_within_a_run_has_a_test_of_its_own(run: Run, request: pytest.FixtureRequest) -> None:
    run(
        """
        from pytest_kmsmock.plugin import running

        def test_it(request):
            assert running.running() is request.node
        """
    ).assert_outcomes(passed=1)

    assert running.running() is request.node
