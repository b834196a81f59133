"""What a run needs before any mock is active: a Region, and sometimes credentials."""

from __future__ import annotations

import os

import botocore.session
import pytest
from botocore.exceptions import ProfileNotFound

from pytest_kmsmock import plugin

pytestmark = pytest.mark.usefixtures("no_other_plugins")


CHECKING = """
    import botocore.session

    session = botocore.session.Session()
    FOUND = session.get_credentials()  # at import

    def test_found():
        assert FOUND is not None

    def test_a_client_is_made(kms):
        session.create_client("kms").list_keys()
"""


def test_a_program_that_looks_for_credentials_finds_some(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the place of those that were there, and of a profile that is not."""
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    pytester.makepyfile(CHECKING)
    pytester.makeini("[pytest]\nkms_credentials = true")

    result = pytester.runpytest_inprocess(plugins=[plugin])

    result.assert_outcomes(passed=2)
    assert os.environ["AWS_PROFILE"] == "nobody"
    assert os.environ["AWS_ACCESS_KEY_ID"] == "AKIAREAL"
    assert "AWS_SESSION_TOKEN" not in os.environ


PROFILES = """
    import botocore.session

    def named_as_by_boto3():
        session = botocore.session.get_session()
        session.set_config_variable("profile", "dev")
        return session

    EARLY = botocore.session.Session(profile="early")  # at import

    def test_named_in_code(kms):
        for session in (EARLY, botocore.session.Session(profile="dev"), named_as_by_boto3()):
            assert session.get_credentials().access_key.startswith("AKIAKMSMOCK")
            session.create_client("kms").create_key()
        assert len(kms.keys) == 3
        assert {key.arn.split(":")[4] for key in kms.keys} == {"123456789012"}

    def test_named_by_the_environment_later(kms, monkeypatch):
        monkeypatch.setenv("AWS_PROFILE", "later")
        session = botocore.session.Session()
        assert session.get_credentials() is not None
        session.create_client("kms").list_keys()
"""


def test_a_profile_that_a_program_names_has_them_too(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it is none of a configuration file, as on the computers of others and in CI."""
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(pytester.path / "none"))
    pytester.makepyfile(PROFILES)
    pytester.makeini("[pytest]\nkms_credentials = true")

    pytester.runpytest_inprocess(plugins=[plugin]).assert_outcomes(passed=2)

    with pytest.raises(ProfileNotFound):
        botocore.session.Session(profile="dev").get_scoped_config()


def test_without_the_option_the_environment_is_as_it_was(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    pytester.makepyfile(CHECKING)

    pytester.runpytest_inprocess(plugins=[plugin]).assert_outcomes(errors=1)
