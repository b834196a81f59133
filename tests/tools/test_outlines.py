"""Outlines as pictures."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree as ET

import outlines
from outlines import Row

SVG = "{http://www.w3.org/2000/svg}"


def test_each_row_has_its_box_below_the_last_one_and_within_the_picture() -> None:
    """A box that ran out of the picture could not be read, nor one below another."""
    rows = [
        Row(0, "first"),
        Row(1, "a title that is so long that one line of the box has no room for it", "a note"),
        Row(2, "innermost", kind="good"),
        Row(0, "last"),
    ]

    root = ET.fromstring(outlines.drawn(rows, "what it is"))

    boxes = [
        {name: float(box.attrib[name]) for name in ("x", "y", "width", "height")}
        for box in root.iter(f"{SVG}rect")
    ]
    assert len(boxes) == len(rows)
    assert all(box["x"] + box["width"] < outlines.WIDTH for box in boxes)
    assert all(one["y"] + one["height"] < two["y"] for one, two in itertools.pairwise(boxes))
    assert boxes[1]["height"] > boxes[0]["height"]
    assert boxes[-1]["y"] + boxes[-1]["height"] < float(root.attrib["height"])
    assert boxes[0]["x"] < boxes[1]["x"] < boxes[2]["x"]


def test_each_row_is_tied_to_the_one_that_it_belongs_to() -> None:
    rows = [Row(0, "a"), Row(1, "b"), Row(1, "c"), Row(0, "d")]

    root = ET.fromstring(outlines.drawn(rows, "what it is"))

    assert len(list(root.iter(f"{SVG}path"))) == 2


def test_those_who_do_not_see_it_are_told_what_it_is() -> None:
    root = ET.fromstring(outlines.drawn([Row(0, "a")], "what it is"))

    assert root.attrib["role"] == "img"
    assert root.findtext(f"{SVG}title") == "what it is"
