"""The questions that any KMS can be asked."""

from __future__ import annotations

from typing import Any

import pytest
from behaviours import BEHAVIOURS, Behaviour, Kms
from rivals import RIVALS

# Of older ones the models lack members, and the algorithms are not there.
pytest.importorskip("botocore", "1.43")
pytest.importorskip("cryptography", "49")


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.title)
def test_the_mock_answers_as_aws_does(behaviour: Behaviour) -> None:
    """A question that the mock itself cannot answer would be no fair one."""
    with RIVALS[0].running() as opened, opened() as kms:
        answer = behaviour.answer(kms)

    assert answer is not None
    assert answer[0] == answer[1]


class Yielding:
    """A KMS that answers every call with nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda **_: {}


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.title)
def test_whoever_says_yes_to_everything_is_noticed(behaviour: Behaviour) -> None:
    """A question that cannot be answered wrongly asks nothing."""
    kms = Kms(Yielding(), Yielding(), later=lambda _: None, somebody=lambda *_: Yielding())

    answer = behaviour.answer(kms)

    assert answer is not None
    right, of = answer
    # What is asked there is whether there is an answer.
    assert right < of or behaviour.title == "custom key stores can be listed"


def test_what_nothing_can_provoke_is_not_asked() -> None:
    """A server whose time nothing moves is not said to keep its keys for ever."""
    kms = Kms(Yielding(), Yielding())

    unasked = [each.title for each in BEHAVIOURS if each.answer(kms) is None]

    assert unasked == [
        "a key is gone when its window is over",
        "automatic rotation, when it is due",
        "imported material expires",
        "whom nothing allows is refused",
        "an IAM policy allows what it says and no more",
        "a key policy allows and denies by itself",
        "a grant lets its grantee in, within its constraints",
    ]
