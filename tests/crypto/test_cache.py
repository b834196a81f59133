"""Values that are made once, and no more of them than asked for."""

from __future__ import annotations

import itertools

import pytest

from pytest_kmsmock.crypto import cache as module
from pytest_kmsmock.crypto.cache import SHARED, Cache, forget, of_secrets
from pytest_kmsmock.pairs import pool


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


def test_what_is_kept_by_a_secret_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the pairs that every test uses; what is asked for again is made again."""
    monkeypatch.setattr(module, "_caches_of_secrets", [])
    monkeypatch.setattr(module, "SHARED", {b"pooled"})
    made: list[bytes] = []

    @of_secrets
    def length(private: bytes) -> int:
        made.append(private)
        return len(private)

    plain, secret = Cache(len, 9), Cache(len, 9, of_secrets=True)
    for private in (b"own", b"pooled", b"own"):
        assert length(private) == plain[private] == secret[private] == len(private)
    assert made == [b"own", b"pooled"]

    forget()

    assert secret.keys() == {b"pooled"}
    assert plain.keys() == {b"own", b"pooled"}
    assert length(b"own") == 3
    assert length(b"pooled") == 6
    assert made == [b"own", b"pooled", b"own"]


def test_pairs_of_the_pool_are_shared() -> None:
    """They are there as long as the process is, whichever mock had them."""
    pair = pool().take("ECC_NIST_P256", 0)

    assert pair in SHARED
