"""Words of KMS's own: each is one of those that the service has."""

from __future__ import annotations

from typing import get_args

import pytest

from pytest_kmsmock import KmsMockError
from pytest_kmsmock.handles import words
from pytest_kmsmock.names import OperationName
from pytest_kmsmock.service.rules.key_states import KEY_STATES
from pytest_kmsmock.service.values.key import KeyState
from pytest_kmsmock.service.values.specs import KEY_SPECS


def test_each_word_differs_from_each_other_of_its_kind() -> None:
    states: list[str] = list(get_args(KeyState))
    usages = sorted({usage for spec in KEY_SPECS.values() for usage in spec.usages})
    for make, texts in (
        (words.state, states),
        (words.spec, list(KEY_SPECS)),
        (words.usage, usages),
        (words.operation, sorted(KEY_STATES)),
    ):
        assert texts
        for text in texts:
            word = make(text)
            assert [other for other in texts if word == other] == [text]


@pytest.mark.parametrize("make", [words.state, words.spec, words.usage, words.operation])
def test_no_word_is_compared_with_any_text(make: object) -> None:
    assert callable(make)
    with pytest.raises(KmsMockError, match="'anything' is no "):
        assert make("Encrypt") != "anything"


def test_operations_are_those_of_the_model() -> None:
    """Also those that only a newer botocore has."""
    assert words.operation("Encrypt") != get_args(OperationName)[0]
