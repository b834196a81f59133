"""Profiles that a program names and no file has, where the run has credentials."""

from __future__ import annotations

from pathlib import Path

import botocore.session
import pytest
from botocore.exceptions import ProfileNotFound

from pytest_kmsmock.doors.profiles import stand_in


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A configuration with one profile."""
    (tmp_path / "config").write_text(
        "[profile there]\nregion = eu-west-1\n"
        "aws_access_key_id = AKIATHERE\naws_secret_access_key = x\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))


def session() -> botocore.session.Session:
    made = botocore.session.Session()
    stand_in(made, made)
    return made


@pytest.mark.parametrize("name", ["dev", "default", "a team/ü"])
def test_a_profile_that_is_nowhere_has_credentials(name: str) -> None:
    """And no Region of its own."""
    made = session()

    made.set_config_variable("profile", name)

    credentials = made.get_credentials()
    assert credentials is not None
    assert credentials.access_key.startswith("AKIAKMSMOCK")
    assert credentials.token
    assert made.get_scoped_config() == {}
    assert made.profile == name


def test_a_profile_that_is_there_stays_as_it_is() -> None:
    made = session()

    made.set_config_variable("profile", "there")

    credentials = made.get_credentials()
    assert credentials is not None
    assert credentials.access_key == "AKIATHERE"
    assert made.get_config_variable("region") == "eu-west-1"


def test_other_variables_and_other_sessions_are_as_ever() -> None:
    made = session()

    made.set_config_variable("region", "sa-east-1")

    assert made.get_config_variable("region") == "sa-east-1"
    assert made.available_profiles == ["there"]
    with pytest.raises(ProfileNotFound):
        botocore.session.Session(profile="dev").get_scoped_config()


def test_a_client_that_comes_without_its_session_has_none_to_name() -> None:
    made = session()

    stand_in(made, None)

    assert made.available_profiles == ["there"]
