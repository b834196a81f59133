"""Repeatable randomness: the same in every run, and never the same twice."""

from __future__ import annotations

import os
import threading

import pytest

from pytest_kmsmock.crypto.repeatable import RepeatableRandomness


def test_the_same_seed_gives_the_same_bytes() -> None:
    one, other = RepeatableRandomness(b"seed"), RepeatableRandomness(b"seed")

    assert [one.draw(n) for n in (12, 32, 1024)] == [other.draw(n) for n in (12, 32, 1024)]
    assert one.draw(32) != RepeatableRandomness(b"another").draw(32)


def test_bytes_stay_the_same_within_a_minor_version() -> None:
    """Golden values of users rest on them; whoever changes these, changes those."""
    randomness = RepeatableRandomness(b"seed")

    assert randomness.draw(16).hex() == "6db60f4d34f1bf77f3ed215049e07ede"
    with randomness.within(b"a call"):
        assert randomness.draw(16).hex() == "67fc627f9a90f88779f84b4ee7471186"
    assert randomness.copy().draw(16).hex() == "eb1a55b8d5d5080a45c1569d0bfde3f3"


def test_nothing_is_drawn_twice() -> None:
    """Neither by itself, nor by copies and copies of copies, nor in equal calls."""
    randomness = RepeatableRandomness(b"seed")
    copies = [randomness.copy(), randomness.copy()]
    copies += [copies[0].copy(), copies[1].copy()]
    drawn = []

    for each in (randomness, *copies):
        drawn += [each.draw(12) for _ in range(50)]
        for _ in range(50):
            with each.within(b"the same call"):
                drawn += [each.draw(12), each.draw(12)]

    assert len({*drawn}) == len(drawn) == 5 * 150


def test_a_shorter_draw_is_no_beginning_of_a_longer_one() -> None:
    one, other = RepeatableRandomness(b"seed"), RepeatableRandomness(b"seed")
    one.draw(12)

    assert not other.draw(32).startswith(one.draw(12))


def test_what_a_call_draws_follows_from_the_call() -> None:
    """Whatever is called before it."""
    one, other = RepeatableRandomness(b"seed"), RepeatableRandomness(b"seed")

    other.draw(12)
    with other.within(b"something else"):
        other.draw(12)

    with one.within(b"call"), other.within(b"call"):
        assert one.draw(32) == other.draw(32)
    assert one.draw(12) != other.draw(12)


def test_a_call_within_a_call_takes_nothing_from_it() -> None:
    one, other = RepeatableRandomness(b"seed"), RepeatableRandomness(b"seed")

    with one.within(b"outer"):
        one.draw(12)
        with one.within(b"inner"):
            one.draw(12)
        after = one.draw(12)
    with other.within(b"outer"):
        other.draw(12)

        assert other.draw(12) == after


def test_threads_draw_for_their_own_calls() -> None:
    """However they come in each other's way: equal calls share what is theirs among them."""

    def run() -> tuple[dict[int, list[bytes]], set[bytes]]:
        randomness = RepeatableRandomness(b"seed")
        own: dict[int, list[bytes]] = {}
        shared: list[bytes] = []
        barrier = threading.Barrier(6)

        def work(number: int) -> None:
            barrier.wait()
            for turn in range(50):
                with randomness.within(f"{number} {turn}".encode()):
                    own.setdefault(number, []).append(randomness.draw(12))
                with randomness.within(b"shared"):
                    shared.append(randomness.draw(12))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({*shared}) == 300
        return own, {*shared}

    assert run() == run()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="without os.fork nobody is forked")
def test_forked_processes_draw_other_bytes_the_same_in_every_run() -> None:
    """Two children, and a child of one of them, that begin where their parent was."""

    def draw_in_child(randomness: RepeatableRandomness, depth: int = 1) -> bytes:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            drawn = randomness.draw(12)
            with randomness.within(b"call"):
                drawn += randomness.draw(12)
            if depth > 1:
                drawn += draw_in_child(randomness, depth - 1)
            os.write(writing, drawn)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as file:
            drawn = file.read()
        assert os.waitpid(child, 0)[1] == 0
        return drawn

    def run() -> list[bytes]:
        randomness = RepeatableRandomness(b"seed")
        drawn = draw_in_child(randomness) + draw_in_child(randomness, 2) + randomness.draw(12)
        return [drawn[at : at + 12] for at in range(0, len(drawn), 12)]

    first, second = run(), run()

    assert first == second
    assert len({*first}) == len(first) == 7
