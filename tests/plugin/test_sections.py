"""Sections of reports, and what stands at the end of the run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]


def test_what_the_shadow_has_found_is_told(pytester: pytest.Pytester) -> None:
    """In a section of its own, with the test and its line, and no test fails for it."""
    pytester.makepyfile(
        """
        import boto3
        import pytest

        @pytest.mark.kms(shadow=True)
        def test_it(kms):
            boto3.client(
                "kms", region_name="us-east-1", endpoint_url="http://127.0.0.1:9",
                aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="example",
            ).list_keys()
        """
    )

    result = pytester.runpytest("-p", "no:randomly")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "*= KMS shadow =*",
            "*::test_it: ListKeys (test_what_the_shadow_has_found_is_told.py:*): not sent: *",
        ]
    )


def test_the_calls_of_a_test_that_fails_are_told(run: Run) -> None:
    """In whichever phase it fails, and of no other test."""
    result = run(
        """
        @pytest.fixture
        def closing(kms):
            yield
            kms.client().list_aliases()
            raise ValueError

        def test_passes(kms): kms.client().list_keys()
        def test_fails(kms):
            kms.client().list_grants(KeyId=kms.create_key().id)
            raise ValueError
        def test_ends_badly(closing): pass
        """
    )

    result.assert_outcomes(passed=2, failed=1, errors=1)
    text = result.stdout.str()
    assert text.count("- KMS calls -") == 2
    assert "ListGrants" in text
    assert "ListAliases" in text
    assert "ListKeys" not in text
