"""What a client finds around it while a mock is active, and what is left afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from calling import fresh_client as client

from pytest_kmsmock import KmsMock, mock_kms
from pytest_kmsmock.doors.environment import configure_region

METADATA = "AWS_EC2_METADATA_DISABLED"
CONTAINER = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """The environment as it was; the test must leave it so."""
    before = _environment()
    yield before
    assert _environment() == before


def _environment() -> dict[str, str]:
    # pytest itself changes this one in each phase of a test.
    return {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}


@pytest.fixture
def config_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's AWS configuration, with a Region."""
    path = tmp_path / "config"
    path.write_text("[default]\nregion = ap-south-1\n[profile other]\nregion = sa-east-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
    return path


def region_of_client(**options: Any) -> str:
    region: str = botocore.session.Session().create_client("kms", **options).meta.region_name
    return region


# Nobody is asked for credentials.


def test_the_metadata_service_is_never_asked(connections: list[Any]) -> None:
    with mock_kms():
        client().list_keys()

    assert connections == []


@pytest.mark.parametrize("value", ["false", "", "nonsense"])
def test_the_metadata_service_is_never_asked_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, connections: list[Any], value: str
) -> None:
    monkeypatch.setenv(METADATA, value)

    with mock_kms():
        client().list_keys()

    assert os.environ[METADATA] == value


def test_the_metadata_service_is_not_asked_by_a_session_that_asked_it_before(
    connections: list[Any],
) -> None:
    """Such a session has read the environment already, when it made its first client."""
    session: Any = botocore.session.Session()
    session.create_client("s3", region_name="us-east-1")
    assert connections, "outside a mock botocore does ask"
    connections.clear()

    with mock_kms():
        session.create_client("kms").list_keys()


@pytest.mark.parametrize("name", CONTAINER)
def test_the_container_is_not_asked_for_credentials(
    monkeypatch: pytest.MonkeyPatch, connections: list[Any], name: str
) -> None:
    """As on a build agent in a container, which has credentials for itself."""
    address = "/creds" if name.endswith("RELATIVE_URI") else "http://169.254.170.23/creds"
    monkeypatch.setenv(name, address)

    with mock_kms():
        client().list_keys()

    assert os.environ[name] == address


def test_the_container_is_not_asked_when_the_variable_comes_during_the_mock(
    monkeypatch: pytest.MonkeyPatch, connections: list[Any]
) -> None:
    """An application may set its environment up itself."""
    with mock_kms():
        monkeypatch.setenv(CONTAINER[1], "http://169.254.170.23/creds")

        client().list_keys()


def test_the_credentials_of_the_user_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAUSER")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")

    with mock_kms():
        credentials = botocore.session.Session().get_credentials()

    assert credentials is not None
    assert credentials.access_key == "AKIAUSER"


# Which Region a client has.


def test_a_client_without_a_region_gets_the_mocks() -> None:
    with mock_kms(region="eu-west-1") as kms:
        assert region_of_client() == kms.region == "eu-west-1"


def test_without_any_region_there_is_a_default() -> None:
    with mock_kms() as kms:
        assert region_of_client() == kms.region == "us-east-1"


def test_a_region_of_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")

    with mock_kms(region="eu-west-1"):
        assert region_of_client() == "eu-north-1"
    with mock_kms() as kms:
        assert region_of_client() == kms.region == "eu-north-1"


def test_a_region_of_the_configuration_wins(config_file: Path) -> None:
    with mock_kms(region="eu-west-1"):
        assert region_of_client() == "ap-south-1"
    with mock_kms() as kms:
        assert region_of_client() == kms.region == "ap-south-1"


def test_a_region_of_the_profile_wins(config_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "other")

    with mock_kms() as kms:
        assert region_of_client() == kms.region == "sa-east-1"


def test_a_region_of_the_credentials_file_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Botocore reads profiles from both files."""
    path = tmp_path / "credentials"
    path.write_text("[default]\nregion = ap-south-1\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(path))

    with mock_kms() as kms:
        assert region_of_client() == kms.region == "ap-south-1"


def test_the_environment_wins_over_the_configuration(
    config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")

    with mock_kms() as kms:
        assert region_of_client() == kms.region == "eu-north-1"


def test_a_region_given_to_the_client_wins_over_all(
    config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")

    with mock_kms(region="eu-west-1"):
        assert region_of_client(region_name="ca-west-1") == "ca-west-1"


def test_a_region_given_to_a_boto3_session_wins_over_all(monkeypatch: pytest.MonkeyPatch) -> None:
    boto3 = pytest.importorskip("boto3")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")

    with mock_kms(region="eu-west-1"):
        assert boto3.Session(region_name="ca-west-1").client("kms").meta.region_name == "ca-west-1"


def test_the_innermost_mocks_region_applies() -> None:
    with mock_kms(region="eu-west-1"):
        with mock_kms(region="eu-west-2"):
            assert region_of_client() == "eu-west-2"
        assert region_of_client() == "eu-west-1"


# What is left.


def test_the_environment_is_put_back(environment: dict[str, str]) -> None:
    with mock_kms(region="eu-west-1"):
        botocore.session.Session().create_client("kms")


def test_the_environment_is_put_back_when_the_test_fails(environment: dict[str, str]) -> None:
    with pytest.raises(ZeroDivisionError), mock_kms():
        raise ZeroDivisionError


def test_the_environment_is_put_back_when_the_mock_cannot_start(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(KmsMock, "create_key", fail)

    with pytest.raises(ZeroDivisionError), mock_kms(keys="alias/app"):
        pass


def test_the_environment_is_put_back_when_the_outermost_mock_ends(
    environment: dict[str, str],
) -> None:
    with mock_kms(), mock_kms():
        pass


def test_botocore_is_put_back() -> None:
    """What a mock replaces inside botocore is there again afterwards."""
    from botocore import credentials, endpoint, httpsession, utils

    watched = [
        value
        for module in (credentials, endpoint, httpsession, utils)
        for value in vars(module).values()
        if isinstance(value, type)
    ]
    before = [dict(vars(value)) for value in watched]
    with mock_kms():
        client().list_keys()

    assert [dict(vars(value)) for value in watched] == before


def test_the_configured_region_leaves_a_region_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")

    configure_region("eu-west-1")()

    assert os.environ["AWS_DEFAULT_REGION"] == "eu-north-1"


def test_the_configured_region_applies_until_it_is_restored(environment: dict[str, str]) -> None:
    restore = configure_region("eu-west-1")
    during = os.environ["AWS_DEFAULT_REGION"], os.environ[METADATA]
    restore()

    assert during == ("eu-west-1", "true")


def test_the_configured_region_gives_way_to_that_of_a_mock(environment: dict[str, str]) -> None:
    """The nearest wins: a Region of the ini file is for those who name none."""
    restore = configure_region("eu-west-1")
    try:
        with mock_kms(region="eu-west-2") as kms:
            assert region_of_client() == kms.region == "eu-west-2"
            with mock_kms(region="eu-west-3"):
                assert region_of_client() == "eu-west-3"
            with mock_kms():
                assert region_of_client() == "eu-west-1"
            assert region_of_client() == kms.region == "eu-west-2"
        assert region_of_client() == os.environ["AWS_DEFAULT_REGION"] == "eu-west-1"
    finally:
        restore()
