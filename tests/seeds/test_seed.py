"""Seeds as values, and the mistakes of who wrote one."""

from __future__ import annotations

import pytest

from pytest_kmsmock import KmsMockError
from pytest_kmsmock.seeds.seed import CiphertextSeed, KeySeed, Mistakes


def test_without_mistakes_nothing_is_raised() -> None:
    Mistakes("seed.toml").check()


def test_mistakes_are_told_at_once_and_each_once() -> None:
    mistakes = Mistakes("seed.toml")
    mistakes.add("keys[0]", "it has one.")
    mistakes.add("keys[0]", "it has one")
    mistakes.add("", "the whole has one")

    with pytest.raises(KmsMockError) as caught:
        mistakes.check()

    assert len(mistakes) == 2
    assert str(caught.value) == (
        "seed.toml has 2 mistakes; nothing of it was loaded.\n"
        "- keys[0]: it has one\n- the whole has one"
    )


def test_no_secret_is_shown() -> None:
    secret = b"hunter2-the-password"

    shown = repr(KeySeed(where="keys[0]", materials=(secret,))) + repr(
        CiphertextSeed(where="c", ciphertext=b"blob", plaintext=secret, key="alias/a")
    )

    assert secret.decode() not in shown
