"""Masking in what pytest has made of a test."""

from __future__ import annotations

import pytest

from pytest_kmsmock.leaks.handed_out import Secret, needles
from pytest_kmsmock.leaks.masking import mask_in

SECRETS = [Secret("a name", needles(b"hunter2!"))]


def test_texts_are_masked_in_whatever_they_are_part_of() -> None:
    value = [("section", "it is hunter2!"), ("other", 7)]

    assert mask_in(value, SECRETS) == [("section", "it is ***"), ("other", 7)]
    assert mask_in(None, SECRETS) is None
    assert mask_in("hunter2!", []) == "hunter2!"


def test_lines_are_one_text() -> None:
    """As what is encoded can be broken into some."""
    assert mask_in(["E  aHVudGV", "E  yMiEhISE", "E  end"], SECRETS)[-1] == "E  end"
    assert "yMi" not in "".join(mask_in(["aHVudGVyMiE", "hISEhISEh"], SECRETS))


def test_the_representation_of_an_error_is_masked_in_place() -> None:
    def fail() -> None:
        raise ValueError("it is hunter2!")

    with pytest.raises(ValueError, match="hunter2!") as caught:
        fail()
    shown = caught.getrepr(showlocals=True)

    assert mask_in(shown, SECRETS) is shown

    assert "hunter2!" not in str(shown)
    assert "it is ***" in str(shown)
