"""The picture of the path of a call."""

from __future__ import annotations

import itertools

import call_path_picture


def test_a_call_goes_from_the_doors_inwards_and_then_on_record() -> None:
    """The order of design: hook, desk, service, cryptography; the record when it is answered."""
    names = [name for _, name in call_path_picture.entered()]

    path = ["doors.hook", "doors.desk", "service.service", "crypto.ciphertext", "record"]
    assert [name for name in names if name in path] == path
    assert len(names) == len(set(names))


def test_each_module_lies_below_one_that_is_there_before() -> None:
    depths = [depth for depth, _ in call_path_picture.entered()]

    assert depths[0] == 0
    assert all(after <= before + 1 for before, after in itertools.pairwise(depths))


def test_each_module_tells_its_idea() -> None:
    rows = [row for row in call_path_picture.rows() if row.title.endswith(".py")]

    assert rows
    assert all(row.note.endswith(".") for row in rows)


def test_the_page_has_the_picture_of_this_code() -> None:
    """If it has not, `tox -e pages` draws it anew."""
    from pages import ROOT

    drawn = (ROOT / call_path_picture.PAGE).read_text(encoding="utf-8")

    assert drawn == call_path_picture.picture()
