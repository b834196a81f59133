"""Words of KMS's own: each is one of those that the service has."""

from __future__ import annotations

from typing import get_args

import botocore.exceptions
import pytest

from pytest_kmsmock import KmsMockError
from pytest_kmsmock.failures import ERRORS_OF_CLIENTS
from pytest_kmsmock.handles import words
from pytest_kmsmock.names import OperationName
from pytest_kmsmock.service.api.shapes import operation_names
from pytest_kmsmock.service.rules.key_states import KEY_STATES
from pytest_kmsmock.service.values.key import KeyState, MaterialState
from pytest_kmsmock.service.values.specs import KEY_SPECS


def test_each_word_differs_from_each_other_of_its_kind() -> None:
    states: list[str] = list(get_args(KeyState))
    usages = sorted({usage for spec in KEY_SPECS.values() for usage in spec.usages})
    for make, texts in (
        (words.state, states),
        (words.spec, list(KEY_SPECS)),
        (words.usage, usages),
        (words.material_state, list(get_args(MaterialState))),
        (words.operation, sorted(KEY_STATES)),
    ):
        assert texts
        for text in texts:
            word = make(text)
            assert [other for other in texts if word == other] == [text]


@pytest.mark.parametrize(
    "make", [words.state, words.spec, words.usage, words.operation, words.material_state]
)
def test_no_word_is_compared_with_any_text(make: object) -> None:
    assert callable(make)
    with pytest.raises(KmsMockError, match="'anything' is no "):
        assert make("Encrypt") != "anything"


def test_codes_are_those_of_all_errors() -> None:
    """Also those that no operation declares, and lost connections, whatever botocore knows."""
    code = words.error_code("SerializationException")

    for other in ("KMSInternalException", "ConflictException", "AccessDeniedException"):
        assert code != other
    for lost in ERRORS_OF_CLIENTS:
        assert code != lost
        assert issubclass(getattr(botocore.exceptions, lost), Exception)
    with pytest.raises(KmsMockError):
        assert code != "ScheduledError"


def test_operations_are_those_that_any_botocore_has() -> None:
    """Whatever the installed one knows: a test can run with several."""
    for name in (*get_args(OperationName), *operation_names()):
        assert (words.operation("Encrypt") != name) is (name != "Encrypt")
