"""Randomness: none is given out twice, to whichever thread or process, and all comes from it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from pytest_kmsmock.crypto.randomness import SIZE, SystemRandomness

FORKING = """
import os
from pytest_kmsmock.crypto.randomness import SYSTEM

SYSTEM.draw(32)  # a stock is there
reading, writing = os.pipe()
if os.fork() == 0:
    os.write(writing, b"".join(SYSTEM.draw(32) for _ in range(100)))
    os._exit(0)
os.wait()
theirs = os.read(reading, 100 * 32)
ours = {SYSTEM.draw(32) for _ in range(1000)}
assert len(theirs) == 100 * 32
assert not any(theirs[at : at + 32] in ours for at in range(0, len(theirs), 32))
"""


@pytest.mark.parametrize("length", [0, 1, 12, SIZE - 1, SIZE, SIZE + 1, 1024])
def test_as_much_is_drawn_as_asked_for(length: int) -> None:
    """Also where one stock ends and the next begins."""
    randomness = SystemRandomness()

    drawn = [randomness.draw(length) for _ in range(300)]

    assert {len(each) for each in drawn} == {length}
    assert length < 12 or len(set(drawn)) == len(drawn)


def test_threads_never_get_the_same() -> None:
    randomness = SystemRandomness()
    taken: list[list[bytes]] = [[] for _ in range(8)]

    def take(mine: list[bytes]) -> None:
        mine.extend(randomness.draw(32) for _ in range(2000))

    threads = [threading.Thread(target=take, args=(mine,)) for mine in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({block for mine in taken for block in mine}) == 8 * 2000


def test_a_copy_draws_other_bytes() -> None:
    """Before and after the first stock is used up."""
    randomness = SystemRandomness()
    copied = randomness.copy()

    drawn = [each.draw(32) for _ in range(300) for each in (randomness, copied)]

    assert len(set(drawn)) == len(drawn)


@pytest.mark.skipif(
    not hasattr(os, "fork"), reason="without os.fork, as on Windows, no process inherits a stock"
)
def test_a_forked_process_draws_its_own() -> None:
    # In a process without threads, which may be forked.
    subprocess.run([sys.executable, "-c", FORKING], check=True)
