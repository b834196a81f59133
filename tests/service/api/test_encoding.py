"""Values as the JSON of requests and responses has them."""

from __future__ import annotations

import datetime as dt
import enum
import json
from types import MappingProxyType
from typing import Any

import pytest

from pytest_kmsmock.service.api.encoding import to_json
from pytest_kmsmock.service.api.shapes import shapes_of


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("text", "text"),
        (5, 5),
        (True, True),
        (None, None),
        (b"\0\1", "AAE="),
        (dt.datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=dt.UTC), 1_700_000_000.123),
        ([b"a", "b"], ["YQ==", "b"]),
        ({"a": {"b": [b"c"]}}, {"a": {"b": ["Yw=="]}}),
        (MappingProxyType({"a": b"b"}), {"a": "Yg=="}),
    ],
)
def test_blobs_become_base64_and_times_seconds(value: Any, encoded: Any) -> None:
    """Whatever they are in."""
    assert to_json(value) == encoded
    assert json.loads(json.dumps(to_json(value))) == encoded


class Spec(enum.StrEnum):
    AES = "AES_256"


def test_a_text_of_some_other_type_is_the_text() -> None:
    """A member of an enumeration, say, which a decoder would not take."""
    assert type(to_json(Spec.AES)) is type(to_json([Spec.AES])[0]) is str
    assert to_json({"KeySpec": Spec.AES}) == {"KeySpec": "AES_256"}


def test_what_is_encoded_is_decoded() -> None:
    """The one undoes the other."""
    params: dict[str, Any] = {
        "KeyId": "k",
        "Plaintext": b"\0secret",
        "EncryptionContext": {"a": "b"},
        "GrantTokens": ["t"],
    }
    decoded: dict[str, Any] = {}

    shapes_of("Encrypt").decode(to_json(params), decoded)

    assert decoded == params
