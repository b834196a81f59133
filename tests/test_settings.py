"""The options: their values, their defaults, and what is said about wrong ones."""

from __future__ import annotations

import pytest

from pytest_kmsmock.settings import DEFAULTS, configured_region, settings_from


def test_the_defaults_are_those_of_the_documentation() -> None:
    settings = settings_from({})

    assert settings == DEFAULTS
    assert (settings["account"], settings["region"]) == ("123456789012", None)
    assert (settings["keys"], settings["page_size"]) == ((), None)


def test_settings_do_not_change() -> None:
    with pytest.raises(TypeError):
        settings_from({})["region"] = "eu-west-1"


@pytest.mark.parametrize("value", ["eu-west-1", "moon-1"])
def test_the_configured_region_is_the_environments(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", value)

    assert configured_region() == value


def test_an_empty_region_of_the_environment_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "")

    assert configured_region() == "us-east-1"
