"""The fixtures, the marker, the ini options, and a misuse that the application swallowed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., pytest.RunResult]


def test_pytest_lists_fixtures_marker_and_ini_options(run: Run) -> None:
    fixtures = run("", "--fixtures").stdout.str()
    markers = run("", "--markers").stdout.str()
    options = run("", "--help").stdout.str()

    for name in ("kms", "kms_class", "kms_module", "kms_session"):
        assert f"\n{name} " in fixtures
    assert "@pytest.mark.kms(" in markers
    for name in ("kms_region", "kms_account", "kms_keys", "kms_page_size"):
        assert name in options


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
