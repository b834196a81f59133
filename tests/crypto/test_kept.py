"""Values that are made once, and no more of them than asked for."""

from __future__ import annotations

import itertools

from pytest_kmsmock.crypto.kept import Kept


def test_a_value_is_made_once() -> None:
    numbers = itertools.count(1)
    kept: Kept[str, int] = Kept(lambda _: next(numbers), 2)

    assert [kept["a"], kept["b"], kept["a"]] == [1, 2, 1]


def test_it_starts_anew_when_it_is_full() -> None:
    kept = Kept(str, 2)

    assert [kept[number] for number in (1, 2, 3)] == ["1", "2", "3"]
    assert dict(kept) == {3: "3"}


def test_a_value_made_elsewhere_counts_too() -> None:
    kept = Kept(str, 1)

    assert kept.keep(1, "one") == "one"
    assert kept[1] == "one"
    kept.keep(2, "two")
    assert dict(kept) == {2: "two"}


def test_what_it_holds_is_not_shown() -> None:
    kept = Kept(str, 2)
    kept.keep(1, "secret")

    assert "secret" not in f"{kept!r} {kept}"
