"""Open questions: each has its words, and a place where it is answered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest_kmsmock
from pytest_kmsmock.service.authorization.open_questions import OPEN_QUESTIONS


def test_each_open_question_has_a_place_where_it_is_answered() -> None:
    """And none is answered that has no words."""
    package = Path(pytest_kmsmock.__file__).parent
    asked = set()
    for path in package.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r'reads\(\s*"([a-z-]+)"', text))
        asked |= {
            name
            for name in OPEN_QUESTIONS
            if f'"{name}"' in text and path.name != "open_questions.py"
        }

    assert asked == set(OPEN_QUESTIONS)
