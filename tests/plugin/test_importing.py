"""What goes wrong with KMS while pytest imports modules."""

from __future__ import annotations

import pytest

from pytest_kmsmock import plugin

pytestmark = pytest.mark.usefixtures("no_other_plugins")


def test_a_client_without_a_region_at_import_is_told_of_the_option(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    pytester.makepyfile("""
        import botocore.session
        CLIENT = botocore.session.Session().create_client("kms")
        def test_it(): pass
    """)

    result = pytester.runpytest_inprocess(plugins=[plugin])

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*NoRegionError*", "*kms_region = us-east-1*"])


def test_a_client_without_a_region_in_the_root_conftest_is_told_of_it_too(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is imported before there is anything that could be reported."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    pytester.makeconftest("""
        import botocore.session
        CLIENT = botocore.session.Session().create_client("kms")
    """)

    result = pytester.runpytest_subprocess("-p", "pytest_kmsmock.plugin")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*NoRegionError*", "*kms_region = us-east-1*"])
