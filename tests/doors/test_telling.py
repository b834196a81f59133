"""Telling: what a forked process was refused, the process of its test hears of."""

from __future__ import annotations

import os
import pickle
import warnings
from collections.abc import Iterator

import pytest

from pytest_kmsmock import KmsMock, observed
from pytest_kmsmock.doors import telling
from pytest_kmsmock.doors.telling import KmsChildError

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nobody is forked")


@pytest.fixture(autouse=True)
def _heard() -> Iterator[None]:
    """What is told here is no matter of the test's."""
    yield
    telling.received()


def in_child(*texts: str) -> None:
    """Tell *texts* in a forked process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        for text in texts:
            telling.tell("the test", text)
        os._exit(0)
    os.waitpid(child, 0)


def test_what_a_child_tells_is_heard_once(kms: KmsMock) -> None:
    in_child("one", "two\nlines")

    assert telling.received() == [("the test", "one", None), ("the test", "two\nlines", None)]
    assert telling.received() == []
    assert observed.of_children is telling.received


def test_a_long_text_is_told_in_part(kms: KmsMock) -> None:
    """It is written at once or not at all, and never mixed with another's."""
    in_child("x" * 100_000)

    [(_, text, _)] = telling.received()
    assert set(text) == {"x"}
    assert len(text) > 100


def test_nobody_waits_for_a_parent_that_does_not_listen(kms: KmsMock) -> None:
    in_child(*["x" * 300] * 1000)

    assert len(telling.received()) > 100


def test_an_error_that_has_come_here_is_known(kms: KmsMock) -> None:
    """As from a pool of processes."""
    error = pickle.loads(pickle.dumps(KmsChildError("refused")))
    in_child("refused")

    assert type(error) is KmsChildError
    assert str(error) == "refused"
    assert telling.received() == [("the test", "refused", error)]


def test_a_closed_pipe_is_made_anew(kms: KmsMock) -> None:
    in_child("one")
    telling.close()
    assert telling.received() == []
    assert observed.of_children is None

    in_child("two")

    assert [text for _, text, _ in telling.received()] == ["two"]
