"""The options: their values, their defaults, and what is said about wrong ones."""

from __future__ import annotations

import pytest

from pytest_kmsmock import KmsMockError, observed, settings
from pytest_kmsmock.observed import Observed
from pytest_kmsmock.settings import DEFAULTS, Marked, configured_region, settings_from


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


def test_mocks_are_called_after_what_they_are_made_for_and_by_number() -> None:
    """Those that outlast a test that is run again keep their names to themselves."""
    marked = Marked(dict, lambda: "a test")
    before = settings.mark(marked)
    try:
        names = [settings.name_of_new_mock()]
        marked.reserve()
        names += [settings.name_of_new_mock() for _ in range(2)]
        assert len({*names}) == 3
        assert all(name.startswith("a test ") for name in names)

        marked.restart()

        assert [settings.name_of_new_mock() for _ in range(2)] == names[1:]
    finally:
        settings.mark(before)


def test_where_no_marker_holds_they_are_called_after_what_is_going_on() -> None:
    """As at the import of a module: numbers of one place say nothing of another's."""
    before = settings.mark(None)
    outer = observed.observe(Observed("the import of one.py"))
    try:
        first = settings.name_of_new_mock()
        observed.observe(Observed("the import of another.py"))
        other = settings.name_of_new_mock()
    finally:
        settings.mark(before)
        observed.observe(outer)

    assert (first, other) == ("the import of one.py 0", "the import of another.py 0")


def test_a_region_that_there_is_not_is_told_by_the_name_of_its_option() -> None:
    """That of the ini file has a prefix; what is written of a mock has none."""
    before = settings.use({"region": "us-esat-1"})
    try:
        with pytest.raises(KmsMockError, match=r"^kms_region='us-esat-1' is no Region"):
            settings_from({"region": "eu-west-1"})
    finally:
        settings.use(before)

    with pytest.raises(KmsMockError, match=r"^region='us-esat-1' is no Region"):
        settings_from({"region": "us-esat-1"})
