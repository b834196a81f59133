"""The table of members, by which seeds are read and their schema is made."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_kmsmock import KmsMock
from pytest_kmsmock.seeds.members import CIPHERTEXT, KEY, REPLICA, SEED, schema
from pytest_kmsmock.service.values.specs import KEY_SPECS

PAGES = Path(__file__).resolve().parents[2] / "docs"


def test_the_schema_has_what_is_read() -> None:
    """Its members are those of the table, at each level."""
    made = schema()
    key = made["properties"]["keys"]["items"]["properties"]

    assert set(made["properties"]) == {"$schema", *SEED}
    assert set(key) == set(KEY)
    assert set(key["replicas"]["items"]["anyOf"][1]["properties"]) == set(REPLICA)
    assert set(made["properties"]["ciphertexts"]["items"]["properties"]) == set(CIPHERTEXT)
    assert key["spec"]["enum"] == list(KEY_SPECS)


def test_the_schema_that_is_published_is_this_one() -> None:
    """`tox -e pages` writes it anew."""
    text = (PAGES / "reference" / "seed.schema.json").read_text(encoding="utf-8")

    assert json.loads(text) == schema()


def test_the_how_to_names_all_members() -> None:
    text = (PAGES / "how-to" / "seeds.md").read_text(encoding="utf-8")

    for name in {*SEED, *KEY, *REPLICA, *CIPHERTEXT}:
        assert re.search(rf"`{name}`", text), name


def patterns(part: Any) -> Iterator[str]:
    for name, value in part.items() if isinstance(part, dict) else ():
        if name == "pattern":
            yield value
        yield from patterns(value)


def test_the_patterns_of_the_schema_are_anchored() -> None:
    """A schema looks for a pattern anywhere in a text, and a reader takes it whole."""
    found = [*patterns(schema())]

    assert len(found) >= 4
    assert all(pattern.startswith("^") and pattern.endswith("$") for pattern in found)


@pytest.mark.parametrize("name", ["region", "account", "id", "alias"])
def test_what_a_pattern_of_the_schema_matches_is_read(kms: KmsMock, name: str) -> None:
    key = kms.create_key(alias="alias/app")
    values = {"region": "eu-west-1", "account": "123456789012", "id": key.id, "alias": "alias/app"}
    pattern = KEY[name].kind.schema["pattern"]

    assert re.search(pattern, values[name])
    assert KEY[name].kind.read(values[name]) == values[name]
    assert not re.search(pattern, f"{values[name]}!")
