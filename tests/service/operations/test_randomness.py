"""GenerateRandom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_kmsmock.service.api.errors import CustomKeyStoreNotFoundException, ValidationException

Call = Callable[..., dict[str, Any]]


@pytest.mark.parametrize("length", [1, 16, 1024])
def test_bytes_are_as_many_as_asked_for_and_each_time_others(call: Call, length: int) -> None:
    first, second = (call("GenerateRandom", NumberOfBytes=length)["Plaintext"] for _ in range(2))

    assert len(first) == len(second) == length
    assert length < 16 or first != second


def test_their_number_has_to_be_said(call: Call) -> None:
    """Though the model does not require it."""
    with pytest.raises(ValidationException, match="NumberOfBytes is required"):
        call("GenerateRandom")


def test_a_key_store_that_is_named_must_be_there(call: Call) -> None:
    with pytest.raises(CustomKeyStoreNotFoundException):
        call("GenerateRandom", NumberOfBytes=8, CustomKeyStoreId="cks-1234567890abcdef0")
