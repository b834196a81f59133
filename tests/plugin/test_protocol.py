"""What holds from a test's set-up to the end of its tear-down, and no longer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_kmsmock import pairs

Run = Callable[..., pytest.RunResult]


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
