"""
The picture of the key states: which operation takes a key from which state to which.

Each arrow is tried on a mock, so that the picture shows what the package does. Only
where the boxes stand is written here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

import attrs
from botocore.exceptions import ClientError

from pytest_kmsmock import Key, KmsMock, mock_kms

PAGE: Final = "docs/pictures/key-states.svg"

_WIDTH, _HEIGHT = 150, 44
_GONE: Final = "(deleted)"
# The middle of each box.
_PLACES: Final[dict[str, tuple[float, float]]] = {
    "Enabled": (190, 50),
    "Disabled": (610, 50),
    "PendingDeletion": (610, 350),
    "PendingImport": (190, 350),
    _GONE: (610, 490),
}
_ORIGINS: Final = ("AWS_KMS", "EXTERNAL")
_OPERATIONS: Final = (
    *("DisableKey", "EnableKey", "ScheduleKeyDeletion", "CancelKeyDeletion"),
    *("ImportKeyMaterial", "DeleteImportedKeyMaterial"),
)
_STYLE: Final = """
svg { font-family: sans-serif; font-size: 14px; color: #222; --ground: #fff; }
svg { background: var(--ground); }
@media (prefers-color-scheme: dark) { svg { color: #ddd; --ground: #1e2129; } }
rect { fill: none; stroke: currentColor; stroke-width: 1.5; }
text { fill: currentColor; text-anchor: middle; dominant-baseline: middle; }
path { fill: none; stroke: currentColor; }
.operation { font-size: 12px; stroke: var(--ground); stroke-width: 6; paint-order: stroke; }
.head { fill: currentColor; }
"""


@attrs.frozen
class Arrow:
    """An operation, or time, that takes a key from one state to another."""

    start: str
    end: str
    label: str


def arrows() -> list[Arrow]:
    """Return what the mock does, each arrow once."""
    found = {arrow: None for origin in _ORIGINS for arrow in _tried(origin)}
    return list(found)


def _tried(origin: str) -> Iterator[Arrow]:
    for state in _PLACES:
        for operation in _OPERATIONS:
            with mock_kms(lockout_check=False) as kms:
                key = _key(kms, origin, state)
                if key is None:
                    continue
                try:
                    _perform(key, operation)
                except ClientError:
                    continue
                if key.state != state:
                    yield Arrow(state, key.state, operation)
    with mock_kms() as kms:
        key = kms.create_key()
        key.schedule_deletion(days=7)
        kms.clock.advance(days=8)
        assert key.arn not in kms.keys
        yield Arrow("PendingDeletion", _GONE, "after 7 to 30 days")
    if origin == "EXTERNAL":
        with mock_kms() as kms:
            key = kms.create_key(origin="EXTERNAL", state="PendingImport")
            key.import_material(bytes(32), days=1)
            before = key.state
            kms.clock.advance(days=2)
            yield Arrow(before, key.state, "material expires")


def _key(kms: KmsMock, origin: str, state: str) -> Key | None:
    """Return a new key of *origin* in *state*; None if no key is in it."""
    if state == _GONE or (state == "PendingImport" and origin == "AWS_KMS"):
        return None
    if origin == "AWS_KMS":
        return kms.create_key(state=state)  # type: ignore[arg-type]  # one of `_PLACES`
    key = kms.create_key(origin="EXTERNAL", state="PendingImport")
    if state != "PendingImport":
        key.import_material(bytes(32))
    if state == "Disabled":
        key.disable()
    if state == "PendingDeletion":
        key.schedule_deletion()
    return key


def _perform(key: Key, operation: str) -> None:
    if operation == "ImportKeyMaterial":
        key.import_material(bytes(32))
    elif operation == "DeleteImportedKeyMaterial":
        key._do(operation)
    elif operation == "ScheduleKeyDeletion":
        key.schedule_deletion()
    else:
        key._do(operation)


def picture() -> str:
    """Return the picture as SVG."""
    svg = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": "0 0 800 530",
            "role": "img",
            "aria-label": "Key states and what takes a key from one to another",
        },
    )
    ET.SubElement(svg, "style").text = _STYLE
    for name, (x, y) in _PLACES.items():
        box = {"x": f"{x - _WIDTH / 2:g}", "y": f"{y - _HEIGHT / 2:g}", "rx": "8"}
        if name == _GONE:
            box["stroke-dasharray"] = "4 4"
        ET.SubElement(svg, "rect", {**box, "width": f"{_WIDTH}", "height": f"{_HEIGHT}"})
        ET.SubElement(svg, "text", {"x": f"{x:g}", "y": f"{y:g}"}).text = name
    labels: dict[tuple[str, str], list[str]] = {}
    for arrow in arrows():
        labels.setdefault((arrow.start, arrow.end), []).append(arrow.label)
    for (start, end), texts in labels.items():
        _draw(svg, start, end, texts, is_double=(end, start) in labels)
    ET.indent(svg)
    return ET.tostring(svg, encoding="unicode") + "\n"


def _draw(svg: ET.Element, start: str, end: str, labels: list[str], *, is_double: bool) -> None:
    """Draw an arrow from box to box; beside another one that runs back."""
    (x1, y1), (x2, y2) = _PLACES[start], _PLACES[end]
    length = math.hypot(x2 - x1, y2 - y1)
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    # Each of two keeps to its right.
    aside = 16 if is_double else 0
    ox, oy = -uy * aside, ux * aside
    room = min(
        (_WIDTH / 2 + 4) / abs(ux) if ux else math.inf,
        (_HEIGHT / 2 + 4) / abs(uy) if uy else math.inf,
    )
    x1, y1 = x1 + ux * room + ox, y1 + uy * room + oy
    x2, y2 = x2 - ux * room + ox, y2 - uy * room + oy
    ET.SubElement(svg, "path", {"d": f"M{x1:.1f} {y1:.1f} L{x2:.1f} {y2:.1f}"})
    left = f"{x2 - 10 * ux + 5 * uy:.1f} {y2 - 10 * uy - 5 * ux:.1f}"
    right = f"{x2 - 10 * ux - 5 * uy:.1f} {y2 - 10 * uy + 5 * ux:.1f}"
    ET.SubElement(svg, "path", {"class": "head", "d": f"M{x2:.1f} {y2:.1f} L{left} L{right} Z"})
    # Those that cross have their words before they do.
    along = 0.22 if ux and uy else 0.5
    x, y = x1 + (x2 - x1) * along, y1 + (y2 - y1) * along
    if is_double:
        # On the arrow's own side, where the other one's words are not.
        x, y = x - uy * 88, y + ux * 14
    elif not uy:
        y -= 14
    for number, label in enumerate(labels):
        line = {"x": f"{x:.1f}", "y": f"{y + (number - (len(labels) - 1) / 2) * 16:.1f}"}
        ET.SubElement(svg, "text", {"class": "operation", **line}).text = label
