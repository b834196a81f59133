"""Values that are made once, and no more of them than asked for."""

from __future__ import annotations

import itertools

from pytest_kmsmock.crypto.cache import Cache


def test_a_value_is_made_once() -> None:
    numbers = itertools.count(1)
    cache: Cache[str, int] = Cache(lambda _: next(numbers), 2)

    assert [cache["a"], cache["b"], cache["a"]] == [1, 2, 1]


def test_it_starts_anew_when_it_is_full() -> None:
    cache = Cache(str, 2)

    assert [cache[number] for number in (1, 2, 3)] == ["1", "2", "3"]
    assert dict(cache) == {3: "3"}


def test_a_value_made_elsewhere_counts_too() -> None:
    cache = Cache(str, 1)

    assert cache.keep(1, "one") == "one"
    assert cache[1] == "one"
    cache.keep(2, "two")
    assert dict(cache) == {2: "two"}


def test_what_it_holds_is_not_shown() -> None:
    cache = Cache(str, 2)
    cache.keep(1, "secret")

    assert "secret" not in f"{cache!r} {cache}"
