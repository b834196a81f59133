"""The picture of the key states."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import key_state_picture
from key_state_picture import Arrow

SVG = "{http://www.w3.org/2000/svg}"


def test_arrows_are_what_the_mock_does() -> None:
    """AWS's guide, "Key states": a key that is kept after all is disabled."""
    found = key_state_picture.arrows()

    assert Arrow("PendingDeletion", "Disabled", "CancelKeyDeletion") in found
    assert Arrow("Enabled", "PendingImport", "DeleteImportedKeyMaterial") in found
    assert not [each for each in found if each.start == "PendingDeletion" and "Enable" in each.end]
    assert len(found) == len(set(found)) == 11


def test_each_arrow_has_its_words_and_each_state_its_box() -> None:
    root = ET.fromstring(key_state_picture.picture())

    texts = [each.text or "" for each in root.iter(f"{SVG}text")]
    found = key_state_picture.arrows()
    states = {state for each in found for state in (each.start, each.end)}
    assert sorted(texts) == sorted([*states, *(each.label for each in found)])
    assert len(list(root.iter(f"{SVG}rect"))) == len(states)


def test_the_page_has_the_picture_of_this_code() -> None:
    """If it has not, `tox -e pages` draws it anew."""
    from pages import ROOT

    drawn = (ROOT / key_state_picture.PAGE).read_text(encoding="utf-8")

    assert drawn == key_state_picture.picture()
