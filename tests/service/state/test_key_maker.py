"""Where key material comes from."""

from __future__ import annotations

from pytest_kmsmock.service.state.key_maker import KeyMaker
from pytest_kmsmock.service.values.specs import KEY_SPECS

RSA = KEY_SPECS["RSA_2048"]
REGION = "us-east-1"


def test_wrapping_keys_are_taken_in_turn() -> None:
    maker = KeyMaker()

    taken = [maker.wrapping_key(RSA, REGION) for _ in range(9)]

    assert len(set(taken[:4])) == 4
    assert taken[4:8] == taken[:4]
    assert taken[8] == taken[0]


def test_no_key_is_a_wrapping_key() -> None:
    maker = KeyMaker()

    wrapping = {maker.wrapping_key(RSA, REGION) for _ in range(8)}

    assert maker.new(RSA, REGION) not in wrapping


def test_a_copy_takes_turns_by_itself() -> None:
    maker = KeyMaker()
    first = [maker.wrapping_key(RSA, REGION) for _ in range(4)]
    copied = maker.copy()

    assert copied.wrapping_key(RSA, REGION) == first[0]
    assert maker.wrapping_key(RSA, REGION) == first[0]
