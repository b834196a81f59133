"""
The words of refusals: AWS's in ``tests/facts/errors.csv``, the mock's own in ``own_words.csv``.

What stands in braces there is any text, or what its name says.
"""

from __future__ import annotations

import csv
import functools
import re
from pathlib import Path
from typing import Final

FACTS: Final = Path(__file__).parents[1] / "facts"
_PLACEHOLDER: Final = re.compile(r"\\\{([a-z_]+)\\\}")
# By the ends of their names.
_FORMS: Final = {
    "arn": "arn:.+",
    "cluster_id": r"cluster-\w+",
    "store_id": r"cks-\w+",
    "quota": r"\d+",
    "usage": r"\w+",
}


def is_known(code: str, message: str) -> bool:
    """Tell whether *message* is one that an error of that code has."""
    return any(pattern.fullmatch(message) for pattern in _patterns().get(code, ()))


@functools.cache
def _patterns() -> dict[str, list[re.Pattern[str]]]:
    found: dict[str, list[re.Pattern[str]]] = {}
    for name in ("errors.csv", "own_words.csv"):
        with (FACTS / name).open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(line for line in file if not line.startswith("#"))
            for row in rows:
                if not row["message"].startswith("("):
                    text = _PLACEHOLDER.sub(_form, re.escape(row["message"]))
                    found.setdefault(row["code"], []).append(re.compile(text))
    return found


def _form(placeholder: re.Match[str]) -> str:
    ends = (form for end, form in _FORMS.items() if placeholder[1].endswith(end))
    return next(ends, "(?s:.*)")
