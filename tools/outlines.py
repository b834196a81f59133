"""
Outlines as pictures: boxes below each other, each indented below the one that it belongs to.

They are no wider than a telephone, so that they can be read on one without a loupe.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

import attrs

WIDTH: Final = 440
_INDENT, _GAP, _PAD = 18, 6, 8
_LINE: Final = 16
# How wide a character is, at most, on the average of a line.
_OF_TITLE, _OF_NOTE = 7.7, 6.4
_STYLE: Final = """
svg {
  font-family: sans-serif; background: var(--ground);
  color: #222; --ground: #fff; --line: #888; --good: #d3efd6; --bad: #f9dada;
  --a: #e3e8fb; --b: #d9efe2; --c: #fdebd3; --d: #f6e0ec;
}
@media (prefers-color-scheme: dark) { svg {
  color: #e2e4ea; --ground: #1e2129; --good: #1f4a2a; --bad: #5a2626;
  --a: #2d3658; --b: #214233; --c: #4d3a1f; --d: #4a2c3e;
} }
text { fill: currentColor; }
.title { font-size: 13px; font-weight: 600; }
.note { font-size: 12px; }
path { fill: none; stroke: var(--line); }
rect { stroke: var(--line); stroke-width: 0.5; }
.plain { fill: none; }
.a { fill: var(--a); } .b { fill: var(--b); } .c { fill: var(--c); } .d { fill: var(--d); }
.good { fill: var(--good); } .bad { fill: var(--bad); }
"""


@attrs.frozen
class Row:
    """
    A box.

    Attributes:
        depth: How far it is indented.
        kind: Its colour: `a` to `d`, `good`, `bad`, or `plain`.
    """

    depth: int
    title: str
    note: str = ""
    kind: str = "plain"


def drawn(rows: Sequence[Row], says: str) -> str:
    """Return the outline as SVG; *says* is for those who do not see it."""
    svg = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img"})
    ET.SubElement(svg, "style").text = _STYLE
    ET.SubElement(svg, "title").text = says
    y = 1.0
    # The middle of the last box at each depth.
    last: dict[int, float] = {}
    for row in rows:
        x = 1 + row.depth * _INDENT
        room = WIDTH - 1 - x
        titles = textwrap.wrap(row.title, int((room - 2 * _PAD) / _OF_TITLE))
        notes = textwrap.wrap(row.note, int((room - 2 * _PAD) / _OF_NOTE))
        height = _PAD + _LINE * (len(titles) + len(notes))
        middle = y + height / 2
        if row.depth and row.depth - 1 in last:
            left = x - _INDENT / 2
            _line(svg, f"M{left:g} {last[row.depth - 1]:g} V{middle:g} H{x:g}")
        box = {"x": f"{x:g}", "y": f"{y:g}", "width": f"{room:g}", "height": f"{height:g}"}
        ET.SubElement(svg, "rect", {"class": row.kind, "rx": "5", **box})
        for number, (line, style) in enumerate(
            [*((line, "title") for line in titles), *((line, "note") for line in notes)]
        ):
            at = {"x": f"{x + _PAD:g}", "y": f"{y + _LINE * (number + 1):g}"}
            ET.SubElement(svg, "text", {"class": style, **at}).text = line
        last = {depth: bottom for depth, bottom in last.items() if depth < row.depth}
        last[row.depth] = y + height
        y += height + _GAP
    svg.set("viewBox", f"0 0 {WIDTH} {y:g}")
    svg.set("width", f"{WIDTH}")
    svg.set("height", f"{y:g}")
    ET.indent(svg)
    return ET.tostring(svg, encoding="unicode") + "\n"


def _line(svg: ET.Element, path: str) -> None:
    ET.SubElement(svg, "path", {"d": path})
