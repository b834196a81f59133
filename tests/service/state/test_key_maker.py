"""Where key material comes from."""

from __future__ import annotations

import pytest

from pytest_kmsmock.crypto.keypool import KeyPool
from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.state.key_maker import KeyMaker
from pytest_kmsmock.service.values.specs import KEY_SPECS

RSA, ECC = KEY_SPECS["RSA_2048"], KEY_SPECS["ECC_NIST_P256"]
REGION = "us-east-1"


def test_wrapping_keys_are_taken_in_turn() -> None:
    maker = KeyMaker(SYSTEM)

    taken = [maker.wrapping_key(RSA, REGION) for _ in range(9)]

    assert len(set(taken[:4])) == 4
    assert taken[4:8] == taken[:4]
    assert taken[8] == taken[0]


def test_a_copy_goes_on_in_the_pool_where_the_original_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So that a key of an inner mock never has the pair of one that the inner mock began with."""
    pool = KeyPool(lambda spec: b"a pair of " + spec.encode())
    taken: list[tuple[str, int]] = []
    monkeypatch.setattr(pool, "take", lambda spec, n: taken.append((spec, n)))
    maker = KeyMaker(SYSTEM, lambda: pool)
    maker.new(RSA, REGION)
    maker.new(ECC, REGION)

    copied = maker.copy(SYSTEM)
    for each in (copied, maker, copied):
        each.new(RSA, REGION)

    assert taken == [
        *(("RSA_2048", 0), ("ECC_NIST_P256", 0)),
        *(("RSA_2048", 1), ("RSA_2048", 1), ("RSA_2048", 2)),
    ]


def test_no_key_is_a_wrapping_key() -> None:
    maker = KeyMaker(SYSTEM)

    wrapping = {maker.wrapping_key(RSA, REGION) for _ in range(8)}

    assert maker.new(RSA, REGION) not in wrapping


def test_a_copy_takes_turns_by_itself() -> None:
    maker = KeyMaker(SYSTEM)
    first = [maker.wrapping_key(RSA, REGION) for _ in range(4)]
    copied = maker.copy(SYSTEM)

    assert copied.wrapping_key(RSA, REGION) == first[0]
    assert maker.wrapping_key(RSA, REGION) == first[0]
