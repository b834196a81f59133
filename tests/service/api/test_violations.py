"""Violations, counted and joined as AWS does it."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kmsmock.service.api.errors import ValidationException
from pytest_kmsmock.service.api.shapes import shapes_of


def decode(operation: str, **body: Any) -> dict[str, Any]:
    params: dict[str, Any] = {}
    shapes_of(operation).decode(body, params)
    return params


def words(operation: str, **body: Any) -> str:
    with pytest.raises(ValidationException) as caught:
        decode(operation, **body)
    return caught.value.message


def test_one_violation_is_an_error_and_two_are_errors() -> None:
    """In the order of the model's members, not of the request's."""
    one = words("GenerateDataKey", KeyId="k", NumberOfBytes=0)
    two = words("GenerateDataKey", NumberOfBytes=1025, KeyId="é")

    assert one == (
        "1 validation error detected: Value '0' at 'numberOfBytes' failed to satisfy "
        "constraint: Member must have value greater than or equal to 1"
    )
    assert two == (
        "2 validation errors detected: Value 'é' at 'keyId' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: ^\p{ASCII}+$; "
        "Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value "
        "less than or equal to 1024"
    )
