"""
The pages that the package's own tables decide, written anew.

`tox -e pages` runs it. A test fails where a page is not what this would write.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import call_path_picture
import coverage_page
import decision_picture
import key_state_picture
import tables

from pytest_kmsmock.seeds import members

ROOT: Final = Path(__file__).resolve().parent.parent


def pages() -> Mapping[Path, str]:
    """Return the text of each generated page, as it should be."""
    return {
        **{ROOT / page: tables.updated(_read(page)) for page in tables.PAGES},
        ROOT / coverage_page.PAGE: coverage_page.page(),
        ROOT / call_path_picture.PAGE: call_path_picture.picture(),
        ROOT / decision_picture.PAGE: decision_picture.picture(),
        ROOT / key_state_picture.PAGE: key_state_picture.picture(),
        ROOT / "docs/reference/seed.schema.json": json.dumps(members.schema(), indent=2) + "\n",
    }


def _read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


if __name__ == "__main__":
    if coverage_page.is_of_a_newer_botocore(_read(coverage_page.PAGE)):
        sys.exit(f"{coverage_page.PAGE} is of a newer botocore than the one that is installed.")
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
